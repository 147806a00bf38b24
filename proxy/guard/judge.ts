import type { Baseline } from '../statistics/baseline';
import { wilsonInterval } from '../statistics/wilson';
import type { Evidence } from '../overrides/state';
import { percentText } from '../statistics/percent';
import type { Counted, Counts, ProvableStatus } from './counts';
import type { WindowView } from './route-window';
import type { GuardSettings } from '../route-table/guard-settings';

export interface Breach {
  readonly rule: 'errors' | 'status 401' | 'status 403' | 'status 404' | 'latency' | 'mismatches';
  readonly why: string;
  readonly evidence: Evidence;
}

/** Below this, in ms, no one notices: API Gateway alone adds more than a quick monolith takes. */
const LATENCY_FLOOR = 300;
/** By its meaning 1 % of warm answers exceed a p99; more than this share above the limit is a breach. */
const SLOW_SHARE = 0.05;

/** The duration in ms that warm answers should not exceed; undefined while nothing is known about legacy. */
export function latencyLimit(baseline: Baseline | undefined, { latency }: GuardSettings): number | undefined {
  return baseline?.p99 === undefined ? undefined : Math.max(LATENCY_FLOOR, baseline.p99 * latency);
}

/** What is known besides a route's own window. */
export interface JudgedWith {
  /** Lambda gives these to requests of other routes that legacy, asked the same, does not refuse. */
  readonly proven?: readonly ProvableStatus[];
}

/**
 * Judges a window. A limit is exceeded when the lower bound of the 95 % Wilson interval of the share lies above it, so
 * that a few requests of many do not trip it by chance; when it does so too without the client that saw most of it; and
 * when so many clients saw it as the route wants. So no client can return a route, whatever it sends. Pure.
 */
export function findBreach(
  { counts, affected }: WindowView<Counted>,
  baseline: Baseline | undefined,
  settings: GuardSettings,
  { proven = [] }: JudgedWith = {},
): Breach | undefined {
  const { minRequests, minClients, errorRate, statusShare, mismatchRate } = settings;
  const { lambda, legacy } = counts;
  // Of what Lambda answered with 5xx, a part was asked of legacy too: as much as there is shared everywhere.
  const unshared = Math.round(counts.answeredErrors * unsharedShare(counts));
  const failed = counts.lambdaErrors + unshared;
  const sharedErrors = counts.sharedErrors + counts.answeredErrors - unshared;
  const common = {
    windowSeconds: settings.windowMs / 1000,
    lambdaRequests: lambda,
    lambdaErrors: failed,
    sharedErrors,
    coldStarts: counts.coldStarts,
    legacyRequests: legacy,
    legacyErrors: counts.legacyErrors,
    compared: counts.compared,
    different: counts.different,
  };
  /** How much of it one client saw; where a single one suffices, none is taken out. */
  const ofOne = (...names: Counted[]): number => (minClients === 1 ? 0 : affected(...names).heaviest);
  /** What legacy has by itself: now, if enough answers are there to say, and before the move. */
  const ofLegacy = (before: number | undefined): number | undefined => {
    const one = ofOne('legacyErrors');
    const current = legacy - one >= minRequests ? (counts.legacyErrors - one) / (legacy - one) : undefined;
    return current === undefined ? before : Math.max(current, before ?? 0);
  };
  const isAbove = (hits: number, trials: number, limit: number): boolean => wilsonInterval(hits, trials).lower > limit;
  const exceeds = ({ saw, hits = sumOf(counts, saw), trials, limit, one }: Share): boolean => {
    if (trials < minRequests || !isAbove(hits, trials, limit) || affected(...saw).clients < minClients) return false;
    const taken = one?.() ?? ofOne(...saw);
    return isAbove(hits - taken, trials - taken, limit);
  };

  const judged = lambda - sharedErrors;
  const errorLimit = (ofLegacy(baseline?.errorRate) ?? 0) + errorRate;
  const failures: Share = {
    saw: ['lambdaErrors', 'answeredErrors'],
    hits: failed,
    trials: judged,
    limit: errorLimit,
    // Of one client: also what it made legacy say of such errors.
    one: () => failed - failuresWithout(counts, ofOne),
  };
  if (exceeds(failures))
    return {
      rule: 'errors',
      why: `${failed} of ${judged} requests failed on Lambda; allowed: ${percentText(errorLimit)}`,
      evidence: { ...common, limit: errorLimit },
    };

  const statuses = [
    { status: 401, saw: 'unshared401' },
    { status: 403, saw: 'unshared403' },
    { status: 404, saw: 'unshared404' },
  ] as const;
  for (const { status, saw } of statuses) {
    if (!exceeds({ saw: [saw], trials: counts.checked, limit: statusShare })) continue;
    const unshared = counts[saw];
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${unshared} of ${counts.checked} requests that legacy, asked the same, answered otherwise; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, unshared, checked: counts.checked },
    };
  }

  const sessions = [
    { status: 401, saw: 'unsharedSessions401' },
    { status: 403, saw: 'unsharedSessions403' },
  ] as const;
  for (const { status, saw } of sessions) {
    if (!exceeds({ saw: [saw], trials: counts.checkedSessions, limit: statusShare })) continue;
    const unshared = counts[saw];
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${unshared} of ${counts.checkedSessions} sessions that legacy, asked the same, did not refuse; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, unshared, checked: counts.checkedSessions },
    };
  }

  for (const status of proven) {
    const saw = status === 401 ? 'refused401' : 'refused403';
    if (!exceeds({ saw: [saw], trials: lambda, limit: statusShare })) continue;
    const refused = counts[saw];
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${refused} of ${lambda} requests that cannot be repeated, and does so wrongly on other routes; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, refused },
    };
  }

  const limit = latencyLimit(baseline, settings);
  if (limit !== undefined && exceeds({ saw: ['slow'], trials: counts.timed, limit: SLOW_SHARE }))
    return {
      rule: 'latency',
      why: `${counts.slow} of ${counts.timed} warm answers by Lambda took longer than ${Math.round(limit)} ms; legacy's p99 was ${baseline?.p99 ?? 0} ms`,
      evidence: { ...common, slow: counts.slow, timed: counts.timed, limitMs: limit, legacyP99Ms: baseline?.p99 ?? 0 },
    };

  if (exceeds({ saw: ['different'], trials: counts.compared, limit: mismatchRate }))
    return {
      rule: 'mismatches',
      why: `${counts.different} of ${counts.compared} compared answers differed; allowed: ${percentText(mismatchRate)}`,
      evidence: { ...common, limit: mismatchRate },
    };
  return undefined;
}

/** Of trials, as large a share as is judged. */
interface Share {
  /** What clients saw. */
  readonly saw: readonly Counted[];
  /** Default: the sum of it. */
  readonly hits?: number;
  readonly trials: number;
  readonly limit: number;
  /** How much of the hits one client may have made; default: what the heaviest saw. */
  readonly one?: () => number;
}

function sumOf(counts: Counts, names: readonly Counted[]): number {
  return names.reduce((sum, name) => sum + counts[name], 0);
}

/** Until legacy has given its first answer nothing is held against Lambda. */
function unsharedShare({ checkedErrors, unsharedErrors }: Pick<Counts, 'checkedErrors' | 'unsharedErrors'>): number {
  return checkedErrors > 0 ? unsharedErrors / checkedErrors : 0;
}

/** How many requests failed that legacy answers better, whatever one client did. */
function failuresWithout(counts: Counts, ofOne: (...names: Counted[]) => number): number {
  const asked = ofOne('unsharedErrors');
  const share = unsharedShare({
    checkedErrors: counts.checkedErrors - asked,
    unsharedErrors: counts.unsharedErrors - asked,
  });
  const answered = counts.answeredErrors - ofOne('answeredErrors');
  return counts.lambdaErrors - ofOne('lambdaErrors') + Math.round(answered * share);
}
