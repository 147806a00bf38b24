import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';
import type { Reason } from '../choose-target';
import { LATENCY_BOUNDS, LATENCY_BUCKETS, latencyBucket } from '../statistics/latency';
import type { LambdaAttempt } from '../observation';
import type { Upstream } from '../forward/upstream';
import { readWhenAsked } from './read-when-asked';

type Side = Upstream['name'];

/** Of the bounds in ms every second one, a power of two, is published, in seconds: half the series say as much. */
const isPublished = (bucket: number): boolean => bucket % 2 === 0;
const SECONDS = LATENCY_BOUNDS.filter((_, bucket) => isPublished(bucket)).map((bound) => bound / 1000);

interface Answered {
  readonly upstream: Side;
  readonly reason: Reason;
  readonly statusClass: number;
  count: number;
}

interface Attempted {
  readonly outcome: number | 'failed';
  readonly coldStart: boolean;
  count: number;
}

/** How long requests of one route to one side took. */
class Durations {
  /** By bucket, not yet summed up. */
  readonly buckets = new Float64Array(LATENCY_BUCKETS);
  /** In seconds. */
  sum = 0;

  add(ms: number): void {
    const bucket = latencyBucket(ms);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.sum += ms / 1000;
  }
}

/** Of one route. The lists have a few entries each, so that looking one up costs less than hashing its labels. */
class RouteCounts {
  readonly answered: Answered[] = [];
  readonly attempted: Attempted[] = [];
  readonly legacy = new Durations();
  readonly lambda = new Durations();

  answer(upstream: Side, reason: Reason, statusCode: number, ms: number): void {
    const statusClass = classOf(statusCode);
    let entry = this.answered.find(
      (known) => known.statusClass === statusClass && known.reason === reason && known.upstream === upstream,
    );
    if (entry === undefined) this.answered.push((entry = { upstream, reason, statusClass, count: 0 }));
    entry.count += 1;
    this[upstream].add(ms);
  }

  attempt({ outcome: result, statusCode, coldStart }: LambdaAttempt): void {
    const outcome = result === 'failed' ? result : classOf(statusCode ?? 0);
    let entry = this.attempted.find((known) => known.outcome === outcome && known.coldStart === coldStart);
    if (entry === undefined) this.attempted.push((entry = { outcome, coldStart, count: 0 }));
    entry.count += 1;
  }
}

/** Counted here and given to prom-client when read: its hashing of labels costs more than all routing. */
export class RequestCounts {
  private readonly routes = new Map<string, RouteCounts>();

  constructor(registers: Registry[]) {
    const { routes } = this;
    const { counter } = readWhenAsked(registers);
    const requestLabels = ['route', 'upstream', 'reason', 'status'];
    counter('banyan_requests_total', 'Requests by upstream and reason', requestLabels, (add) => {
      for (const [route, { answered }] of routes)
        for (const { upstream, reason, statusClass, count } of answered)
          add(count, { route, upstream, reason, status: `${statusClass}xx` });
    });
    const attemptLabels = ['route', 'outcome', 'cold_start'];
    counter('banyan_lambda_attempts_total', 'Requests sent to Lambda, before any fallback', attemptLabels, (add) => {
      for (const [route, { attempted }] of routes)
        for (const { outcome, coldStart, count } of attempted)
          add(count, {
            route,
            outcome: outcome === 'failed' ? outcome : `${outcome}xx`,
            cold_start: String(coldStart),
          });
    });
    new DurationHistogram(routes, registers);
  }

  answered(routeId: string, upstream: Side, reason: Reason, statusCode: number, ms: number): void {
    this.of(routeId).answer(upstream, reason, statusCode, ms);
  }

  attempted(routeId: string, attempt: LambdaAttempt): void {
    this.of(routeId).attempt(attempt);
  }

  private of(routeId: string): RouteCounts {
    let counts = this.routes.get(routeId);
    if (counts === undefined) this.routes.set(routeId, (counts = new RouteCounts()));
    return counts;
  }
}

const NAME = 'banyan_request_duration_seconds';
const HELP = 'From the request head to the end of the answer, as seen by the client';
type Label = 'route' | 'upstream' | 'le';

/** A histogram of prom-client that takes its values from {@link RouteCounts}. */
class DurationHistogram extends Histogram<Label> {
  /** Name, type and help as prom-client writes them. */
  private readonly described = new Histogram({ name: NAME, help: HELP, registers: [] });

  constructor(
    private readonly routes: ReadonlyMap<string, RouteCounts>,
    registers: Registry[],
  ) {
    super({
      name: NAME,
      help: HELP,
      labelNames: ['route', 'upstream'],
      buckets: SECONDS,
      registers,
    });
  }

  /** What the registry reads to write text (prom-client 15 declares only `get`, which is made from this). */
  async getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    const values: MetricValueWithName<Label>[] = [];
    for (const [route, counts] of this.routes) {
      for (const upstream of ['legacy', 'lambda'] as const) {
        const { buckets, sum } = counts[upstream];
        let count = 0;
        if (buckets.every((inBucket) => inBucket === 0)) continue;
        buckets.forEach((inBucket, i) => {
          count += inBucket;
          if (!isPublished(i)) return;
          const labels = { route, upstream, le: SECONDS[i / 2] ?? '+Inf' };
          values.push({ metricName: `${NAME}_bucket`, labels, value: count });
        });
        values.push({ metricName: `${NAME}_sum`, labels: { route, upstream }, value: sum });
        values.push({ metricName: `${NAME}_count`, labels: { route, upstream }, value: count });
      }
    }
    return { ...(await this.described.get()), values };
  }
}

function classOf(statusCode: number): number {
  return Math.floor(statusCode / 100);
}
