import type { z } from 'zod';
import { isAbout, ruleKey, type Rule } from '../../shared/parity/rules';
import { SEEN_WELL, type ClientMismatch, type SeenClient, type StatusClass } from './clients';
import type { clientSchema } from './documents';

export interface ClientDocument extends Omit<z.infer<typeof clientSchema>, 'clean' | 'mismatches'> {
  readonly clean: readonly StatusClass[];
  readonly mismatches: readonly ClientMismatch[];
}

/** Clients of one kind that got one class of answers. */
export interface Stratum {
  readonly status: StatusClass;
  readonly kind: SeenClient['kind'];
  readonly clients: number;
  readonly clean: number;
}

/** What clients say about a route. */
export interface ClientEvidence {
  /** Who counts: clean clients that are known well enough, and all that are not clean. */
  readonly counted: number;
  /** Of these: saw what no rule names, or were lost. */
  readonly mismatching: number;
  /** Of these: copies of theirs could not be compared, and too few could. */
  readonly lost: number;
  /** Compared too little yet to count, or not at all. */
  readonly waiting: number;
  /** By class of answers and kind of client, the larger first. */
  readonly strata: readonly Stratum[];
  /** Whom the route had in the last 14 days, on any versions; and who of them was seen well on these, all clean. */
  readonly known: number;
  readonly covered: number;
  /** How long clients have been noted, in days, 14 at most. */
  readonly days: number;
  /** Reproduced mismatches that no rule names, by place, at most ten. */
  readonly blocking: readonly { readonly place: string; readonly clients: number }[];
}

const DAY = 86_400_000;
export const COVERAGE_DAYS = 14;
const MAX_BLOCKING = 10;

/**
 * Sums up clients of a route. Whether something counts is asked of the rules that apply to the route now: a mismatch whose every place a
 * rule names since is none. Anonymous clients that legacy only refused are no clients of the route. Pure.
 *
 * @param current on the versions in question
 * @param others of the same route on other versions
 */
export function judgeClients(
  current: readonly ClientDocument[],
  others: readonly Pick<ClientDocument, 'client' | 'kind' | 'clean' | 'firstAt' | 'lastAt'>[],
  { rules, now }: { readonly rules: readonly Rule[]; readonly now: Date },
): ClientEvidence {
  let [clean, mismatching, lost, waiting, known, covered] = [0, 0, 0, 0, 0, 0];
  const strata = new Map<string, { status: StatusClass; kind: SeenClient['kind']; clients: number; clean: number }>();
  const blocking = new Map<string, number>();
  let [first, last] = [Infinity, -Infinity];
  for (const { firstAt, lastAt } of [...current, ...others]) {
    first = Math.min(first, firstAt.getTime());
    last = Math.max(last, lastAt.getTime());
  }
  const isRecent = ({ lastAt }: Pick<ClientDocument, 'lastAt'>): boolean =>
    lastAt.getTime() >= last - COVERAGE_DAYS * DAY;

  for (const document of current) {
    const { kind, compared, firstAt } = document;
    const seen = document.mismatches.flatMap((mismatch) => withoutNamed(mismatch, rules));
    for (const status of statusesOf(document)) {
      const key = `${kind} ${status}`;
      const stratum = strata.get(key) ?? { status, kind, clients: 0, clean: 0 };
      strata.set(key, stratum);
      stratum.clients += 1;
      if (!seen.some((mismatch) => mismatch.status === status)) stratum.clean += 1;
    }
    if (seen.length > 0)
      for (const place of new Set(seen.flatMap(blockingPlace))) blocking.set(place, (blocking.get(place) ?? 0) + 1);

    const isWell = compared >= SEEN_WELL;
    if (seen.length > 0) mismatching += 1;
    else if (document.lost > 0 && !isWell) lost += 1;
    else if (isOnlyRefused(document)) continue;
    else if (isWell || (compared > 0 && now.getTime() - firstAt.getTime() >= DAY)) clean += 1;
    else waiting += 1;
    if (!isRecent(document)) continue;
    known += 1;
    if (isWell && seen.length === 0) covered += 1;
  }
  // Who was served on other versions has to be seen on these.
  const before = new Set(others.filter((one) => isRecent(one) && !isOnlyRefused(one)).map(({ client }) => client));
  if (before.size > 0)
    for (const document of current) if (isRecent(document) && !isOnlyRefused(document)) before.delete(document.client);
  return {
    counted: clean + mismatching + lost,
    mismatching: mismatching + lost,
    lost,
    waiting,
    strata: [...strata]
      .sort(([a, { clients: x }], [b, { clients: y }]) => y - x || (a < b ? 1 : -1))
      .map(([, one]) => one),
    known: known + before.size,
    covered,
    // The last hour counts from its beginning.
    days: last <= first ? 0 : Math.min(COVERAGE_DAYS, Math.floor((last - first) / DAY)),
    blocking: [...blocking]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_BLOCKING)
      .map(([place, clients]) => ({ place, clients })),
  };
}

function statusesOf({ clean, mismatches }: ClientDocument): readonly StatusClass[] {
  return mismatches.length === 0 ? clean : [...new Set([...clean, ...mismatches.map(({ status }) => status)])];
}

/** 385 anonymous 401s say nothing about those whom the route serves. */
function isOnlyRefused({ kind, clean }: Pick<ClientDocument, 'kind' | 'clean'>): boolean {
  return kind === 'anonymous' && clean.length > 0 && clean.every((status) => status === '4xx');
}

/** What is left of a mismatch: places that no rule names, but those that were in force, since they did not allow it. None: nothing. */
function withoutNamed(mismatch: ClientMismatch, rules: readonly Rule[]): readonly ClientMismatch[] {
  const places = mismatch.places.filter(
    (place) => !rules.some((rule) => isAbout(rule, place) && !place.despite.includes(ruleKey(rule))),
  );
  return places.length === 0 && !mismatch.more ? [] : [{ ...mismatch, places }];
}

function blockingPlace({ reproduced, places, more }: ClientMismatch): readonly string[] {
  const [first, ...rest] = places.filter(({ repeated }) => repeated);
  if (first !== undefined) return [`${first.path}${rest.length === 0 ? '' : ` and ${rest.length} more`}`];
  return reproduced && more ? ['places that are not kept'] : [];
}
