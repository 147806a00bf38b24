import type { Baseline } from '../ledger/baseline';
import { wilsonInterval } from '../ledger/wilson';
import type { Evidence } from '../overrides/state';
import { percentText } from '../percent';
import type { Counts, ProvableStatus } from './guard';
import type { GuardSettings } from './settings';

/** Why a route should return to legacy. */
export interface Breach {
  readonly rule: 'errors' | 'status 401' | 'status 403' | 'status 404' | 'latency' | 'mismatches';
  /** One sentence with the numbers. */
  readonly why: string;
  readonly evidence: Evidence;
}

/** Below this, in ms, nobody notices: API Gateway alone adds more than a quick monolith takes. */
const LATENCY_FLOOR = 300;
/** By its meaning 1 % of warm answers exceed a p99; more than this share above the limit is a breach. */
const SLOW_SHARE = 0.05;

/** The duration in ms that warm answers should not exceed; undefined while nothing is known about legacy. */
export function latencyLimit(baseline: Baseline | undefined, { latency }: GuardSettings): number | undefined {
  return baseline?.p99 === undefined ? undefined : Math.max(LATENCY_FLOOR, baseline.p99 * latency);
}

/** What is known beside a route's own window. */
export interface JudgedWith {
  /** Lambda gives these to requests of other routes that legacy, asked the same, does not refuse. */
  readonly proven?: readonly ProvableStatus[];
}

/**
 * Judges a window. A limit is exceeded when the lower bound of the 95 % Wilson interval of the share lies above it, so that a few
 * requests of many do not trip it by chance. Pure.
 */
export function findBreach(
  counts: Counts,
  baseline: Baseline | undefined,
  settings: GuardSettings,
  { proven = [] }: JudgedWith = {},
): Breach | undefined {
  const { minRequests, errorRate, statusShare, mismatchRate } = settings;
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
  /** What legacy has by itself: now, if enough answers are there to tell, and before the move. */
  const ofLegacy = (now: number, before: number | undefined): number | undefined => {
    const current = legacy >= minRequests ? now / legacy : undefined;
    return current === undefined ? before : Math.max(current, before ?? 0);
  };
  const exceeds = (hits: number, trials: number, limit: number): boolean =>
    trials >= minRequests && wilsonInterval(hits, trials).lower > limit;

  const judged = lambda - sharedErrors;
  const errorLimit = (ofLegacy(counts.legacyErrors, baseline?.errorRate) ?? 0) + errorRate;
  if (exceeds(failed, judged, errorLimit))
    return {
      rule: 'errors',
      why: `${failed} of ${judged} requests failed on Lambda; allowed: ${percentText(errorLimit)}`,
      evidence: { ...common, limit: errorLimit },
    };

  const statuses = [
    { status: 401, unshared: counts.unshared401 },
    { status: 403, unshared: counts.unshared403 },
    { status: 404, unshared: counts.unshared404 },
  ] as const;
  for (const { status, unshared } of statuses) {
    if (!exceeds(unshared, counts.checked, statusShare)) continue;
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${unshared} of ${counts.checked} requests that legacy, asked the same, did not; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, unshared, checked: counts.checked },
    };
  }

  const sessions = [
    { status: 401, unshared: counts.unsharedSessions401 },
    { status: 403, unshared: counts.unsharedSessions403 },
  ] as const;
  for (const { status, unshared } of sessions) {
    if (!exceeds(unshared, counts.checkedSessions, statusShare)) continue;
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${unshared} of ${counts.checkedSessions} sessions that legacy, asked the same, did not refuse; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, unshared, checked: counts.checkedSessions },
    };
  }

  for (const status of proven) {
    const refused = status === 401 ? counts.refused401 : counts.refused403;
    if (!exceeds(refused, lambda, statusShare)) continue;
    return {
      rule: `status ${status}`,
      why: `Lambda answered ${status} to ${refused} of ${lambda} requests that cannot be asked twice, and wrongly does so on other routes; allowed: ${percentText(statusShare)}`,
      evidence: { ...common, status, refused },
    };
  }

  const limit = latencyLimit(baseline, settings);
  if (limit !== undefined && exceeds(counts.slow, counts.timed, SLOW_SHARE))
    return {
      rule: 'latency',
      why: `${counts.slow} of ${counts.timed} warm answers of Lambda took longer than ${Math.round(limit)} ms; legacy's p99 was ${baseline?.p99 ?? 0} ms`,
      evidence: { ...common, slow: counts.slow, timed: counts.timed, limitMs: limit, legacyP99Ms: baseline?.p99 ?? 0 },
    };

  if (exceeds(counts.different, counts.compared, mismatchRate))
    return {
      rule: 'mismatches',
      why: `${counts.different} of ${counts.compared} compared answers differed; allowed: ${percentText(mismatchRate)}`,
      evidence: { ...common, limit: mismatchRate },
    };
  return undefined;
}

/** Until legacy has given its first answer nothing is held against Lambda. */
function unsharedShare({ checkedErrors, unsharedErrors }: Counts): number {
  return checkedErrors > 0 ? unsharedErrors / checkedErrors : 0;
}
