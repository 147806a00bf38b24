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
  /** Legacy's own rate: now, if it has given enough answers, and before the move. */
  const ofLegacy = (before: number | undefined): number | undefined => {
    const one = ofOne('legacyErrors');
    const current = legacy - one >= minRequests ? (counts.legacyErrors - one) / (legacy - one) : undefined;
    return current === undefined ? before : Math.max(current, before ?? 0);
  };
  const isAbove = (hits: number, trials: number, limit: number): boolean => wilsonInterval(hits, trials).lower > limit;
  const isExceeded = ({ saw, hits = sumOf(counts, saw), trials, limit, one }: Limit): boolean => {
    if (trials < minRequests || !isAbove(hits, trials, limit) || affected(...saw).clients < minClients) return false;
    const taken = one?.() ?? ofOne(...saw);
    return isAbove(hits - taken, trials - taken, limit);
  };

  const judged = lambda - sharedErrors;
  const errorLimit = (ofLegacy(baseline?.errorRate) ?? 0) + errorRate;
  const { checked, checkedSessions, compared, different, slow, timed } = counts;
  const slowFrom = latencyLimit(baseline, settings);
  const legacyP99Ms = baseline?.p99 ?? 0;
  const refusal = (status: 401 | 403 | 404, saw: Counted, trials: number, what: string, more: Evidence): Limit => ({
    ...{ rule: `status ${status}`, saw: [saw], trials, limit: statusShare },
    why: () => `Lambda answered ${status} to ${counts[saw]} of ${trials} ${what}; ${allowed(statusShare)}`,
    evidence: { status, ...more },
  });
  const compare = (status: 401 | 403 | 404, saw: Counted): Limit =>
    refusal(status, saw, checked, 'requests that legacy, asked the same, answered otherwise', {
      unshared: counts[saw],
      checked,
    });
  const compareSessions = (status: 401 | 403, saw: Counted): Limit =>
    refusal(status, saw, checkedSessions, 'sessions that legacy, asked the same, did not refuse', {
      unshared: counts[saw],
      checked: checkedSessions,
    });
  const repeatOnly = (status: ProvableStatus): Limit => {
    const saw = status === 401 ? 'refused401' : 'refused403';
    const what = 'requests that cannot be repeated, and does so wrongly on other routes';
    return refusal(status, saw, lambda, what, { refused: counts[saw] });
  };
  const limits: readonly Limit[] = [
    {
      ...{ rule: 'errors', saw: ['lambdaErrors', 'answeredErrors'], hits: failed, trials: judged, limit: errorLimit },
      // Of one client: also what it made legacy say of such errors.
      one: () => failed - failuresWithout(counts, ofOne),
      why: () =>
        `${failed} of ${judged} requests (${percentText(failed / judged)}) failed on Lambda; ${allowed(errorLimit)}`,
      evidence: { limit: errorLimit },
    },
    compare(401, 'unshared401'),
    compare(403, 'unshared403'),
    compare(404, 'unshared404'),
    compareSessions(401, 'unsharedSessions401'),
    compareSessions(403, 'unsharedSessions403'),
    ...proven.map(repeatOnly),
    ...(slowFrom === undefined
      ? []
      : [
          {
            ...({ rule: 'latency', saw: ['slow'], trials: timed, limit: SLOW_SHARE } as const),
            why: () =>
              `${slow} of ${timed} warm answers by Lambda took longer than ${Math.round(slowFrom)} ms; legacy's p99 was ${legacyP99Ms} ms`,
            evidence: { slow, timed, limitMs: slowFrom, legacyP99Ms },
          },
        ]),
    {
      ...{ rule: 'mismatches', saw: ['different'], trials: compared, limit: mismatchRate },
      why: () => `${different} of ${compared} compared answers differed; ${allowed(mismatchRate)}`,
      evidence: { limit: mismatchRate },
    },
  ];
  const exceeded = limits.find(isExceeded);
  return exceeded && { rule: exceeded.rule, why: exceeded.why(), evidence: { ...common, ...exceeded.evidence } };
}

const allowed = (limit: number): string => `allowed: ${percentText(limit)}`;

/** A limit to a share, and what is said when it is exceeded. */
interface Limit {
  readonly rule: Breach['rule'];
  /** What clients saw. */
  readonly saw: readonly Counted[];
  /** Default: the sum of it. */
  readonly hits?: number;
  /** Of which they are a share. */
  readonly trials: number;
  readonly limit: number;
  /** How much of the hits one client may have made; default: what the heaviest saw. */
  readonly one?: () => number;
  readonly why: () => string;
  /** In addition to what every breach shows. */
  readonly evidence: Evidence;
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
