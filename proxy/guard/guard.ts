import type { Baseline } from '../statistics/baseline';
import type { ComparisonObservation, RefusalObservation, RequestObservation } from '../observation';
import { COUNTED, PROVABLE, type Counted, type Counts, type ProvableStatus } from './counts';
import { findBreach, latencyLimit, type Breach } from './judge';
import { RouteWindow, type CountedClient } from './route-window';
import type { GuardSettings } from '../route-table/guard-settings';

interface Watched {
  readonly settings: GuardSettings;
  /** Whether legacy can be asked the same. */
  readonly isSafe: boolean;
  baseline: Baseline | undefined;
  /** ms; slower warm answers are counted. */
  latencyLimit: number | undefined;
  readonly window: RouteWindow<Counted>;
}

/** Windows of all guarded routes of one proxy. No I/O; every record costs the same; memory is fixed for each route. */
export interface Guard {
  /** Guards a route; the window of a route that is guarded already goes on unless its length has changed. */
  watch(routeId: string, route: { readonly settings: GuardSettings; readonly isSafe: boolean }): void;
  forget(routeId: string): void;
  setBaseline(routeId: string, baseline: Baseline): void;
  /** Routes that are guarded and have no baseline yet. */
  withoutBaseline(): readonly string[];
  /** Whether something went badly, so that it matters who the client is. */
  isHit(observation: Pick<RequestObservation, 'routeId' | 'lambda' | 'upstream' | 'reason' | 'statusCode'>): boolean;
  /** @returns whether something was counted that can be part of a breach; only then it is worth asking for one */
  recordRequest(observation: RequestObservation, client: CountedClient): boolean;
  recordComparison(observation: ComparisonObservation, client: CountedClient): boolean;
  recordRefusal(observation: RefusalObservation, client: CountedClient): boolean;
  /** Routes whose requests cannot be repeated. */
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

  return {
    watch(routeId, { settings, isSafe }) {
      const before = routes.get(routeId);
      const goesOn = before !== undefined && before.settings.windowMs === settings.windowMs;
      const baseline = before?.baseline;
      routes.set(routeId, {
        settings,
        isSafe,
        baseline,
        latencyLimit: latencyLimit(baseline, settings),
        window: goesOn ? before.window : new RouteWindow(COUNTED, settings.windowMs, clock()),
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
    isHit(observation) {
      const watched = routes.get(observation.routeId);
      return watched !== undefined && isHit(kindOf(watched, observation));
    },
    recordRequest(observation, client) {
      const watched = routes.get(observation.routeId);
      return watched !== undefined && countRequest(watched, observation, client, clock());
    },
    recordComparison({ routeId, equal, source }, client) {
      const window = routes.get(routeId)?.window;
      // Replays and suites say nothing about what clients get now.
      if (window === undefined || source !== 'shadow') return false;
      const now = clock();
      window.add('compared', client.address, now);
      if (!equal) window.addHit('different', client, now);
      return !equal;
    },
    recordRefusal({ routeId, statusCode, isShared, isSession }, client) {
      const window = routes.get(routeId)?.window;
      if (window === undefined) return false;
      const now = clock();
      if (statusCode >= 500) {
        window.add('checkedErrors', client.address, now);
        if (!isShared) window.addHit('unsharedErrors', client, now);
        return !isShared;
      }
      const unshared = REFUSALS.get(statusCode);
      if (unshared === undefined) return false;
      window.add('checked', client.address, now);
      if (!isShared) window.addHit(unshared, client, now);
      if (isSession) {
        // Apart: strangers without a session, whose refusals are deserved, must not thin these out.
        window.add('checkedSessions', client.address, now);
        if (!isShared) window.addHit(statusCode === 401 ? 'unsharedSessions401' : 'unsharedSessions403', client, now);
      }
      return !isShared;
    },
    unsafeRoutes: () => [...routes].filter(([, { isSafe }]) => !isSafe).map(([id]) => id),
    breach(routeId) {
      const watched = routes.get(routeId);
      if (watched === undefined) return undefined;
      const now = clock();
      const proven = PROVABLE.filter((status) => now < (provenUntil.get(status) ?? 0));
      const breach = firstBreach(watched, proven, now);
      for (const status of PROVABLE)
        if (breach?.rule === `status ${status}`) provenUntil.set(status, now + watched.settings.windowMs);
      return breach;
    },
    reset: (routeId) => routes.get(routeId)?.window.clear(),
    counts(routeId) {
      const watched = routes.get(routeId);
      return watched?.window.all(clock()).counts;
    },
  };
}

/** With each of the clients that saw most taken out or not. */
function firstBreach(
  { baseline, settings, window }: Watched,
  proven: readonly ProvableStatus[],
  now: number,
): Breach | undefined {
  for (const view of window.views(now)) {
    const breach = findBreach(view, baseline, settings, { proven });
    if (breach !== undefined) return breach;
  }
  return undefined;
}

/** What a request counts as, besides being one. */
type Kind = Counted | 'nothing' | 'ignored';

/** What can be part of a breach; who saw it is remembered. */
const HITS: ReadonlySet<Kind> = new Set<Kind>([
  'legacyErrors',
  'lambdaErrors',
  'answeredErrors',
  'refused401',
  'refused403',
  'slow',
]);
const isHit = (kind: Kind): boolean => HITS.has(kind);

function kindOf(
  { isSafe, latencyLimit: limit }: Watched,
  { lambda, upstream, reason, statusCode }: Pick<RequestObservation, 'lambda' | 'upstream' | 'reason' | 'statusCode'>,
): Kind {
  // A client that disconnected says nothing about who was answering it.
  if (lambda === undefined) return statusCode === 499 ? 'ignored' : statusCode >= 500 ? 'legacyErrors' : 'legacy';
  // Nor does what API Gateway refuses: clients choose what they send, and nothing of ours has run.
  if (lambda.code === 'client_gone' || lambda.outcome === 'gateway-refused') return 'ignored';
  const isRefused = lambda.outcome === 'answered' && (lambda.statusCode === 401 || lambda.statusCode === 403);
  if (isRefused && (upstream === 'lambda' || reason === 'session-refused')) {
    return isSafe ? 'nothing' : lambda.statusCode === 401 ? 'refused401' : 'refused403';
  }
  if (lambda.outcome === 'failed' || (lambda.statusCode ?? 0) >= 500 || upstream === 'legacy') {
    // Legacy was asked the same and failed too: whatever it is, a roll back does not fix it.
    if (upstream === 'legacy' && statusCode >= 500) return 'sharedErrors';
    // Legacy is asked whether it has the same fault, as when the database of both is unavailable (check-refusals.ts).
    const isAsked = isSafe && upstream === 'lambda' && lambda.outcome === 'answered' && lambda.statusCode === 500;
    return isAsked ? 'answeredErrors' : 'lambdaErrors';
  }
  if (lambda.coldStart || limit === undefined) return 'nothing';
  return lambda.ms > limit ? 'slow' : 'timed';
}

/** @returns whether Lambda did something that legacy may not do as often */
function countRequest(watched: Watched, observation: RequestObservation, client: CountedClient, now: number): boolean {
  const { window } = watched;
  const kind = kindOf(watched, observation);
  if (kind === 'ignored') return false;
  const { lambda } = observation;
  const counters = window.see(client.address, now);
  counters.add(lambda === undefined ? 'legacy' : 'lambda', now);
  if (lambda?.coldStart === true) counters.add('coldStarts', now);
  if (kind === 'slow') counters.add('timed', now);
  if (isHit(kind)) {
    window.addHit(kind as Counted, client, now);
    return kind !== 'legacyErrors';
  }
  if (kind !== 'nothing' && kind !== 'legacy') counters.add(kind, now);
  return false;
}

/** Mistakes of an authorizer are no 5xx. */
const REFUSALS: ReadonlyMap<number, Counted> = new Map([
  [401, 'unshared401'],
  [403, 'unshared403'],
  [404, 'unshared404'],
]);
