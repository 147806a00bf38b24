import type { Reason } from '../choose-target';
import type { OverrideReason } from '../overrides/state';
import { LATENCY_BUCKETS, latencyBucket, latencyQuantile } from '../statistics/latency';
import { SlidingCounters } from '../statistics/window';
import type {
  ComparisonObservation,
  ObservedDifference,
  Observer,
  RequestObservation,
  ShadowDropReason,
} from '../observation';

/** Sums since the proxy started, and the last quarter of an hour in spans. */
interface RouteStats {
  readonly legacy: SideStats;
  readonly lambda: SideStats;
  fallbacks: number;
  compared: number;
  different: number;
  /** The same two by number of the span. */
  readonly comparisons: Map<number, Comparisons>;
  readonly dropped: Map<ShadowDropReason, number>;
  lastMismatch: { readonly at: number; readonly differences: readonly ObservedDifference[] } | undefined;
  /** The last minute; less when an override has begun or ended since. */
  readonly recent: SlidingCounters<Recent>;
  /** Whether an override decided about the latest request, and when the first that it decided about began. */
  isOverridden: boolean;
  turnedAt: number;
}

const RECENT = ['legacy', 'lambda', 'legacyErrors', 'lambdaErrors'] as const;
type Recent = (typeof RECENT)[number];
const MINUTE = 60_000;
/** What is decided only where no override is in force. Other reasons, such as an encoding, come before overrides and say nothing of them. */
const WITHOUT_OVERRIDE: ReadonlySet<Reason> = new Set<Reason>([
  'stage',
  'cohort',
  'gateway-refused',
  'session-refused',
  'fallback',
]);
const OVERRIDES: ReadonlySet<Reason> = new Set<OverrideReason>(['kill-switch', 'rolled-back', 'overrides-unknown']);

interface SideStats {
  answered: number;
  errors: number;
  /** By number of the span; the oldest are removed. */
  readonly spans: Map<number, SideSpan>;
}

interface SideSpan {
  readonly latency: Uint32Array;
  answered: number;
  errors: number;
}

interface Comparisons {
  compared: number;
  different: number;
}

export const SPAN = 10_000;
export const SPANS = 90;

/** p50 and p99 in ms by span, oldest first; null where nothing was answered. */
export interface LatencySeries {
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

/** What the charts of a route show, by span, oldest first; null where there was nothing. Latency in ms, the rest in percent. */
export interface ChartSeries {
  readonly p99: Readonly<Record<'legacy' | 'lambda', readonly (number | null)[]>>;
  /** Before any fallback. */
  readonly errors: Readonly<Record<'legacy' | 'lambda', readonly (number | null)[]>>;
  /** Comparisons that were equal. */
  readonly consistency: readonly (number | null)[];
}

/** What the dashboard shows of a route's traffic through this proxy. */
export interface RouteSummary {
  readonly answered: { readonly legacy: number; readonly lambda: number };
  readonly errors: { readonly legacy: number; readonly lambda: number };
  /** The same of the last minute, or since an override began or ended: what is so now. */
  readonly recent: Readonly<Record<Recent, number>>;
  readonly fallbacks: number;
  readonly compared: number;
  readonly different: number;
  readonly shadowDropped: number;
  /** The same by reason, the most frequent first. */
  readonly shadowDropReasons: readonly { readonly reason: ShadowDropReason; readonly count: number }[];
  readonly lastMismatch: RouteStats['lastMismatch'] | null;
}

/** Keeps what the dashboard shows. Memory is bounded by the number of listed routes. */
export class LiveStats implements Observer {
  private readonly routes = new Map<string, RouteStats>();
  private unlistedRequests = 0;

  constructor(private readonly now: () => number = Date.now) {}

  request({ routeId, upstream, statusCode, ms, lambda, at, reason }: RequestObservation): void {
    const stats = this.of(routeId);
    const isRecent = this.turn(stats, reason, at - ms) && at > this.now() - MINUTE;
    const recent = isRecent ? stats.recent : undefined;
    if (lambda !== undefined && lambda.code !== 'client_gone') {
      const isError = lambda.outcome === 'failed' || (lambda.statusCode ?? 0) >= 500;
      count(stats.lambda, at, isError ? 'error' : 'answer', lambda.ms);
      if (isError) recent?.add('lambdaErrors', at);
      if (upstream === 'lambda') {
        stats.lambda.answered += 1;
        recent?.add('lambda', at);
      }
      if (upstream === 'legacy') stats.fallbacks += 1;
    }
    if (upstream === 'legacy' && statusCode !== 499) {
      count(stats.legacy, at, statusCode >= 500 ? 'error' : 'answer', ms);
      stats.legacy.answered += 1;
      recent?.add('legacy', at);
      if (statusCode >= 500) recent?.add('legacyErrors', at);
    }
  }

  /**
   * The minute starts again with the first request that an override decides, and with the first that it no longer does, so an undo shows at once.
   * Returns whether the request belongs to it; one that had begun before does not.
   */
  private turn(stats: RouteStats, reason: Reason, began: number): boolean {
    const isOverridden = OVERRIDES.has(reason);
    if (began < stats.turnedAt) return false;
    if (!isOverridden && !WITHOUT_OVERRIDE.has(reason)) return true;
    if (stats.isOverridden !== isOverridden) {
      stats.isOverridden = isOverridden;
      stats.turnedAt = began;
      stats.recent.clear();
    }
    return true;
  }

  unlisted(): void {
    this.unlistedRequests += 1;
  }

  comparison({ routeId, equal, differences, at }: ComparisonObservation): void {
    const stats = this.of(routeId);
    const span = spanAt(stats.comparisons, at, () => ({ compared: 0, different: 0 }));
    stats.compared += 1;
    span.compared += 1;
    if (equal) return;
    stats.different += 1;
    span.different += 1;
    stats.lastMismatch = { at, differences: differences.slice(0, 10) };
  }

  refusal(): void {
    // Part of what was answered.
  }

  shadowDropped(routeId: string, reason: ShadowDropReason): void {
    const { dropped } = this.of(routeId);
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
  }

  get unlistedTotal(): number {
    return this.unlistedRequests;
  }

  summary(routeId: string): RouteSummary {
    const { legacy, lambda, fallbacks, compared, different, dropped, lastMismatch, recent } = this.of(routeId);
    const now = this.now();
    const recently = RECENT.map((name) => [name, recent.sum(name, now)] as const);
    return {
      answered: { legacy: legacy.answered, lambda: lambda.answered },
      errors: { legacy: legacy.errors, lambda: lambda.errors },
      recent: Object.fromEntries(recently) as Record<Recent, number>,
      fallbacks,
      compared,
      different,
      shadowDropped: [...dropped.values()].reduce((sum, times) => sum + times, 0),
      shadowDropReasons: [...dropped]
        .map(([reason, times]) => ({ reason, count: times }))
        .sort((a, b) => b.count - a.count),
      lastMismatch: lastMismatch ?? null,
    };
  }

  /** Both sides' latency over the last quarter of an hour. */
  series(routeId: string): { readonly legacy: LatencySeries; readonly lambda: LatencySeries } {
    const { legacy, lambda } = this.of(routeId);
    const of = ({ spans }: SideStats) => ({ p50: this.bySpan(spans, quantile(0.5)), p99: this.bySpan(spans, P99) });
    return { legacy: of(legacy), lambda: of(lambda) };
  }

  /** The last quarter of an hour of one route. */
  charts(routeId: string): ChartSeries {
    const { legacy, lambda, comparisons } = this.of(routeId);
    const both = (read: (span: SideSpan) => number | undefined) => ({
      legacy: this.bySpan(legacy.spans, read),
      lambda: this.bySpan(lambda.spans, read),
    });
    return {
      p99: both(P99),
      errors: both(({ errors, answered }) => inPercent(errors, answered)),
      consistency: this.bySpan(comparisons, ({ compared, different }) => inPercent(compared - different, compared)),
    };
  }

  private bySpan<T>(spans: ReadonlyMap<number, T>, read: (span: T) => number | undefined): readonly (number | null)[] {
    const oldest = Math.floor(this.now() / SPAN) - SPANS + 1;
    return Array.from({ length: SPANS }, (_, i) => {
      const span = spans.get(oldest + i);
      const value = span && read(span);
      return value === undefined || !Number.isFinite(value) ? null : value;
    });
  }

  private of(routeId: string): RouteStats {
    let stats = this.routes.get(routeId);
    if (stats === undefined) {
      const side = (): SideStats => ({ answered: 0, errors: 0, spans: new Map() });
      stats = {
        ...{ legacy: side(), lambda: side(), fallbacks: 0, compared: 0, different: 0, dropped: new Map() },
        comparisons: new Map(),
        lastMismatch: undefined,
        recent: new SlidingCounters(RECENT, MINUTE, this.now()),
        isOverridden: false,
        turnedAt: 0,
      };
      this.routes.set(routeId, stats);
    }
    return stats;
  }
}

function count(side: SideStats, at: number, outcome: 'answer' | 'error', ms: number): void {
  const span = spanAt(side.spans, at, () => ({ latency: new Uint32Array(LATENCY_BUCKETS), answered: 0, errors: 0 }));
  span.answered += 1;
  if (outcome === 'error') {
    side.errors += 1;
    span.errors += 1;
  }
  const bucket = latencyBucket(ms);
  span.latency[bucket] = (span.latency[bucket] ?? 0) + 1;
}

/** The span that `at` falls into; a new one removes what is too old to be shown. */
function spanAt<T>(spans: Map<number, T>, at: number, make: () => T): T {
  const number = Math.floor(at / SPAN);
  let span = spans.get(number);
  if (span === undefined) {
    spans.set(number, (span = make()));
    for (const old of spans.keys()) if (old <= number - SPANS) spans.delete(old);
  }
  return span;
}

const quantile =
  (share: number) =>
  ({ latency }: SideSpan) =>
    latencyQuantile(latency, share);
const P99 = quantile(0.99);

/** To a hundredth; of no whole there is none. */
const inPercent = (part: number, whole: number): number | undefined =>
  whole === 0 ? undefined : Math.round((10_000 * part) / whole) / 100;
