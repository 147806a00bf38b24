import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { queryForm } from '../../shared/plain-name';
import type { CaseResult, ParityRun } from '../../shared/parity/result';
import { LEDGER_SCHEMA, SUITES_COLLECTION, type DatabaseKind } from './collections';
import { ComparisonCounts } from './comparisons';
import type { Versions } from '../history/stages';
import { writeDocuments } from './writer';

export interface SuiteResult {
  readonly routeId: string;
  /** Judged cases: equal and different. */
  readonly cases: number;
  /** Differences that a reviewed rule accepts count as equal. */
  readonly equal: number;
  readonly different: number;
  readonly skipped: number;
  /** Of cases that were equal. */
  readonly statuses: readonly number[];
  readonly identities: readonly string[];
  /** Of all cases, the skipped and different ones too: what has to be covered. */
  readonly wanted: { readonly statuses: readonly number[]; readonly identities: readonly string[] };
}

export interface SuiteDocument extends SuiteResult {
  readonly _id: string;
  readonly schema?: number;
  readonly versions: Versions;
  readonly database: DatabaseKind;
  readonly at: Date;
}

/** Of which builds, and where, a result was gathered. */
export interface ResultOrigin {
  readonly versions: Versions;
  readonly database: DatabaseKind;
  readonly at: Date;
}

export async function recordSuite(
  db: Db,
  result: SuiteResult,
  { versions, database, at }: ResultOrigin,
): Promise<void> {
  await db
    .collection<SuiteDocument>(SUITES_COLLECTION)
    .insertOne({ ...result, _id: randomUUID(), schema: LEDGER_SCHEMA, versions, database, at });
}

/** Stores each listed route's suite result, and replayed exchanges as comparisons, without cases that legacy answered on both sides. */
export async function recordParityRun(db: Db, run: ParityRun, origin: ResultOrigin): Promise<void> {
  const replayed = new ComparisonCounts();
  for (const { id: routeId, cases } of run.routes) {
    if (routeId === undefined) continue;
    const counted = cases.filter(({ answeredBy }) => answeredBy !== 'legacy');
    const suite = counted.filter(({ source }) => source !== 'har');
    if (suite.length > 0) await recordSuite(db, toSuiteResult(routeId, suite), origin);
    for (const result of counted)
      if (result.source === 'har' && result.control !== undefined && result.verdict !== 'skipped')
        replayed.record({
          routeId,
          equal: result.verdict !== 'different',
          differences: [],
          statusCode: result.control.statusCode,
          identity: result.identity === 'anonymous' ? 'anonymous' : 'session',
          queryForm: queryForm(result.request.path.split('?', 2)[1]),
          source: 'replay',
          at: origin.at.getTime(),
        });
  }
  await writeDocuments(db, replayed.take({ ...origin, instance: randomUUID() }));
}

/** Sums up the cases of one route. Pure. */
export function toSuiteResult(routeId: string, cases: readonly CaseResult[]): SuiteResult {
  const green = cases.filter(({ verdict }) => verdict === 'equal' || verdict === 'accepted');
  const different = cases.filter(({ verdict }) => verdict === 'different').length;
  return {
    routeId,
    cases: green.length + different,
    equal: green.length,
    different,
    skipped: cases.length - green.length - different,
    statuses: statusesOf(green),
    identities: identitiesOf(green),
    wanted: { statuses: statusesOf(cases), identities: identitiesOf(cases) },
  };
}

const statusesOf = (cases: readonly CaseResult[]): number[] =>
  [...new Set(cases.flatMap(({ control }) => (control === undefined ? [] : [control.statusCode])))].sort(
    (a, b) => a - b,
  );

const identitiesOf = (cases: readonly CaseResult[]): string[] => [...new Set(cases.map((one) => one.identity))].sort();
