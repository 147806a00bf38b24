import type { ComparisonObservation } from '../observation';
import { COMPARISONS_COLLECTION, COVERAGE_COLLECTION } from './collections';
import { OwnTotals, type Origin } from './own-totals';
import type { OwnDocument } from './writer';

export interface Tally<T> {
  readonly value: T;
  equal: number;
  different: number;
}

interface Totals {
  readonly routeId: string;
  readonly source: ComparisonObservation['source'];
  readonly firstAt: number;
  lastAt: number;
  count: number;
  different: number;
  readonly statuses: Map<number, Tally<number>>;
  readonly identities: Map<string, Tally<string>>;
  readonly queryForms: Map<string, Tally<string>>;
}

/** Clients choose the names of parameters, so their number is bounded; the rest is counted together. */
const MAX_QUERY_FORMS = 100;
const MAX_FORM_LENGTH = 200;
const OTHER_FORMS = '(other)';

/** Counts comparisons. Memory is bounded by the number of listed routes. */
export class ComparisonCounts extends OwnTotals<Totals> {
  record({ routeId, source, equal, statusCode, identity, queryForm, at }: ComparisonObservation): void {
    const key = `${routeId}|${source}`;
    let totals = this.totals.get(key);
    if (totals === undefined) {
      totals = {
        routeId,
        source,
        firstAt: at,
        lastAt: at,
        count: 0,
        different: 0,
        statuses: new Map(),
        identities: new Map(),
        queryForms: new Map(),
      };
      this.totals.set(key, totals);
    }
    totals.count += 1;
    if (!equal) totals.different += 1;
    totals.lastAt = Math.max(totals.lastAt, at);
    const form = queryForm.slice(0, MAX_FORM_LENGTH);
    const isOther = totals.queryForms.size >= MAX_QUERY_FORMS && !totals.queryForms.has(form);
    const result = equal ? 'equal' : 'different';
    tally(totals.statuses, statusCode, result);
    tally(totals.identities, identity, result);
    tally(totals.queryForms, isOther ? OTHER_FORMS : form, result);
    this.dirty.add(key);
  }

  protected documentsOf(totals: Totals, _id: string, { versions, database }: Origin): OwnDocument[] {
    const { routeId, source, firstAt, lastAt, count, different, statuses, identities, queryForms } = totals;
    const common = { routeId, source, versions, database, lastAt: new Date(lastAt) };
    const counts = { ...common, firstAt: new Date(firstAt), count, different };
    const coverage = {
      ...common,
      statuses: copies(statuses),
      identities: copies(identities),
      queryForms: copies(queryForms),
    };
    return [
      { collection: COMPARISONS_COLLECTION, _id, fields: counts },
      { collection: COVERAGE_COLLECTION, _id, fields: coverage },
    ];
  }
}

function tally<T>(map: Map<T, Tally<T>>, value: T, result: 'equal' | 'different'): void {
  let entry = map.get(value);
  if (entry === undefined) map.set(value, (entry = { value, equal: 0, different: 0 }));
  entry[result] += 1;
}

function copies<T>(map: ReadonlyMap<T, Tally<T>>): Tally<T>[] {
  return [...map.values()].map((entry) => ({ ...entry }));
}
