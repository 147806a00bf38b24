import type { Baseline } from '../ledger/baseline';
import type { ComparisonObservation, RequestObservation } from '../observation';
import { findBreach, latencyLimit, type Breach } from './judge';
import type { GuardSettings } from './settings';
import { SlidingCounters } from './window';

/** What is counted of one route. */
export const COUNTED = [
  'lambda',
  'lambdaErrors',
  'sharedErrors',
  'answeredErrors',
  'checkedErrors',
  'unsharedErrors',
  'coldStarts',
  'refused401',
  'refused403',
  'checked',
  'unshared401',
  'unshared403',
  'unshared404',
  'checkedSessions',
  'unsharedSessions401',
  'unsharedSessions403',
  'timed',
  'slow',
  'legacy',
  'legacyErrors',
  'compared',
  'different',
] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, number>>;

interface Watched {
  readonly settings: GuardSettings;
  /** Whether legacy can be asked the same. */
  readonly isSafe: boolean;
  baseline: Baseline | undefined;
  /** ms; slower warm answers are counted. */
  latencyLimit: number | undefined;
  readonly counters: SlidingCounters<Counted>;
}

/** Windows of all guarded routes of one proxy. No I/O; every record costs the same; memory is fixed for each route. */
export interface Guard {
  /** Guards a route; the window of a route that is guarded already goes on unless its length has changed. */
  watch(routeId: string, settings: GuardSettings, isSafe: boolean): void;
  forget(routeId: string): void;
  setBaseline(routeId: string, baseline: Baseline): void;
  /** Routes that are guarded and have no baseline yet. */
  withoutBaseline(): readonly string[];
  /** @returns whether something was counted that can be part of a breach; only then it is worth asking for one */
  recordRequest(observation: RequestObservation): boolean;
  recordComparison(observation: ComparisonObservation): boolean;
  /** Lambda refused a request, or answered an error, and legacy did too, or not. */
  recordRefusal(routeId: string, statusCode: number, isShared: boolean, isSession?: boolean): boolean;
  /** Routes whose requests nobody can ask twice. */
  unsafeRoutes(): readonly string[];
  /** Why the route should return to legacy; undefined while it need not. */
  breach(routeId: string): Breach | undefined;
  /** Empties a route's window: after a resume the past does not count. */
  reset(routeId: string): void;
  /** What the window holds. */
  counts(routeId: string): Counts | undefined;
}

/** @param clock ms, monotonic */
export function createGuard(clock: () => number): Guard {
  const routes = new Map<string, Watched>();
  /** Until when Lambda is known to give these where legacy does not. */
  const provenUntil = new Map<ProvableStatus, number>();

  const countsOf = ({ counters }: Watched): Counts => {
    const now = clock();
    const entries = COUNTED.map((name) => [name, counters.sum(name, now)] as const);
    return Object.fromEntries(entries) as Record<Counted, number>;
  };

  return {
    watch(routeId, settings, isSafe) {
      const before = routes.get(routeId);
      const goesOn = before !== undefined && before.settings.windowMs === settings.windowMs;
      const baseline = before?.baseline;
      routes.set(routeId, {
        settings,
        isSafe,
        baseline,
        latencyLimit: latencyLimit(baseline, settings),
        counters: goesOn ? before.counters : new SlidingCounters(COUNTED, settings.windowMs, clock()),
      });
    },
    forget: (routeId) => void routes.delete(routeId),
    setBaseline(routeId, baseline) {
      const watched = routes.get(routeId);
      if (watched === undefined) return;
      watched.baseline = baseline;
      watched.latencyLimit = latencyLimit(baseline, watched.settings);
    },
    withoutBaseline: () => [...routes].filter(([, { baseline }]) => baseline === undefined).map(([id]) => id),
    recordRequest(observation) {
      const watched = routes.get(observation.routeId);
      return watched !== undefined && countRequest(watched, observation, clock());
    },
    recordComparison({ routeId, equal, source }) {
      const counters = routes.get(routeId)?.counters;
      // Replays and suites say nothing about what clients get now.
      if (counters === undefined || source !== 'shadow') return false;
      const now = clock();
      counters.add('compared', now);
      if (!equal) counters.add('different', now);
      return !equal;
    },
    recordRefusal(routeId, statusCode, isShared, isSession = false) {
      const watched = routes.get(routeId);
      if (watched === undefined) return false;
      const { counters } = watched;
      const now = clock();
      if (statusCode >= 500) {
        counters.add('checkedErrors', now);
        if (!isShared) counters.add('unsharedErrors', now);
        return !isShared;
      }
      const unshared = REFUSALS.get(statusCode);
      if (unshared === undefined) return false;
      counters.add('checked', now);
      if (!isShared) counters.add(unshared, now);
      if (isSession) {
        // Apart: strangers without a session, whose refusals are deserved, must not thin these out.
        counters.add('checkedSessions', now);
        if (!isShared) counters.add(statusCode === 401 ? 'unsharedSessions401' : 'unsharedSessions403', now);
      }
      return !isShared;
    },
    unsafeRoutes: () => [...routes].filter(([, { isSafe }]) => !isSafe).map(([id]) => id),
    breach(routeId) {
      const watched = routes.get(routeId);
      if (watched === undefined) return undefined;
      const now = clock();
      const proven = PROVABLE.filter((status) => now < (provenUntil.get(status) ?? 0));
      const { baseline, settings } = watched;
      const breach = findBreach(countsOf(watched), baseline, settings, {
        proven,
      });
      for (const status of PROVABLE) {
        if (breach?.rule === `status ${status}`) provenUntil.set(status, now + settings.windowMs);
      }
      return breach;
    },
    reset: (routeId) => routes.get(routeId)?.counters.clear(),
    counts(routeId) {
      const watched = routes.get(routeId);
      return watched && countsOf(watched);
    },
  };
}

/** @returns whether Lambda did something that legacy may not do as often */
function countRequest(
  { counters, isSafe, latencyLimit: limit }: Watched,
  observation: RequestObservation,
  now: number,
): boolean {
  const { lambda, upstream, reason, statusCode } = observation;
  if (lambda === undefined) {
    if (statusCode === 499) return false;
    counters.add('legacy', now);
    if (statusCode >= 500) counters.add('legacyErrors', now);
    return false;
  }
  // A client that went away says nothing about who was answering it.
  if (lambda.code === 'client_gone') return false;
  counters.add('lambda', now);
  if (lambda.coldStart) counters.add('coldStarts', now);
  const isRefused = lambda.outcome === 'answered' && (lambda.statusCode === 401 || lambda.statusCode === 403);
  // What API Gateway itself refused (403: no such route there) is an error like another.
  if (isRefused && (upstream === 'lambda' || reason === 'session-refused')) {
    if (!isSafe) counters.add(lambda.statusCode === 401 ? 'refused401' : 'refused403', now);
    return !isSafe;
  }
  if (lambda.outcome === 'failed' || (lambda.statusCode ?? 0) >= 500 || upstream === 'legacy') {
    // Legacy was asked the same and failed too: whatever it is, a roll back does not mend it.
    const isShared = upstream === 'legacy' && statusCode >= 500;
    // Legacy is asked whether it has the same fault, as when the database of both is away (check-refusals.ts).
    const isAsked = isSafe && upstream === 'lambda' && lambda.outcome === 'answered' && lambda.statusCode === 500;
    counters.add(isShared ? 'sharedErrors' : isAsked ? 'answeredErrors' : 'lambdaErrors', now);
    return !isShared;
  }
  if (lambda.coldStart || limit === undefined) return false;
  counters.add('timed', now);
  const isSlow = lambda.ms > limit;
  if (isSlow) counters.add('slow', now);
  return isSlow;
}

/** What an authorizer says, for many routes alike. */
const PROVABLE = [401, 403] as const;
export type ProvableStatus = (typeof PROVABLE)[number];

/** Mistakes of an authorizer are no 5xx. */
const REFUSALS: ReadonlyMap<number, Counted> = new Map([
  [401, 'unshared401'],
  [403, 'unshared403'],
  [404, 'unshared404'],
]);
