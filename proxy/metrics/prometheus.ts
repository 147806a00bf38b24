import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Observer } from '../observation';
import type { OverrideState } from '../overrides/state';
import { STAGES } from '../route-table/schema';
import type { Recorder } from '../record/recorder';
import type { RouteTable } from '../route-table/load';
import { showLoad, type ProxyLoad } from './load';
import { RequestCounts } from './request-counts';

/** What Prometheus reads. */
export interface Metrics extends Observer {
  readonly contentType: string;
  render(): Promise<string>;
  /** A channel of the guard was told of a roll back, or could not be told. */
  notified(channel: string, result: 'delivered' | 'failed'): void;
  /** Somebody sent the admin port a token that is none. */
  wrongToken(): void;
}

/** For requests that no listed route matches. */
const UNLISTED = '(unlisted)';

/** Metrics by route, side and class of status: no label has a value of a client's choice (prometheus.io/docs/practices/naming). */
export function createMetrics(
  table: () => RouteTable,
  overrides: () => OverrideState,
  recorder?: Pick<Recorder, 'stats'>,
  load?: () => ProxyLoad,
): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  if (registry === undefined) throw new TypeError('no registry');
  collectDefaultMetrics({ register: registry });

  const requests = new RequestCounts(registers);
  if (load !== undefined) showLoad(load, registers);
  if (recorder !== undefined) countRecordings(recorder, registers);
  const comparisons = new Counter({
    name: 'banyan_comparisons_total',
    help: 'Shadow comparisons',
    labelNames: ['route', 'result'],
    registers,
  });
  const refusals = new Counter({
    name: 'banyan_refusals_checked_total',
    help: 'Answers 401, 403, 404 and 500 by Lambda to safe requests, by whether legacy, asked the same, refused or failed, too',
    labelNames: ['route', 'status', 'shared'],
    registers,
  });
  const dropped = new Counter({
    name: 'banyan_shadow_dropped_total',
    help: 'Mirrored requests that were not compared',
    labelNames: ['route', 'reason'],
    registers,
  });
  const notifications = new Counter({
    name: 'banyan_guard_notifications_total',
    help: 'Notifications about routes that the guard rolled back',
    labelNames: ['channel', 'result'],
    registers,
  });
  const wrongTokens = new Counter({
    name: 'banyan_admin_wrong_tokens_total',
    help: 'Requests to the admin port with a token that is none of ADMIN_TOKENS',
    registers,
  });
  new Gauge({
    name: 'banyan_routes',
    help: 'Listed routes by stage in the route table',
    labelNames: ['stage'],
    registers,
    collect() {
      const counts = new Map<string, number>(STAGES.map((stage) => [stage, 0]));
      for (const { stage } of table().routes) counts.set(stage, (counts.get(stage) ?? 0) + 1);
      for (const [stage, count] of counts) this.set({ stage }, count);
    },
  });
  new Gauge({
    name: 'banyan_routes_rolled_back',
    help: 'Routes that are rolled back by run-time overrides',
    registers,
    collect() {
      this.set(overrides().lowered.size);
    },
  });
  new Gauge({
    name: 'banyan_kill_switch',
    help: '1 while all listed routes are on legacy',
    registers,
    collect() {
      this.set(overrides().killSwitch === undefined ? 0 : 1);
    },
  });

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    notified: (channel, result) => notifications.inc({ channel, result }),
    wrongToken: () => wrongTokens.inc(),
    request({ routeId, upstream, reason, statusCode, ms, lambda }) {
      requests.answered(routeId, upstream, reason, statusCode, ms);
      if (lambda !== undefined) requests.attempted(routeId, lambda);
    },
    unlisted: (statusCode, ms) => requests.answered(UNLISTED, 'legacy', 'unlisted', statusCode, ms),
    comparison: ({ routeId, equal }) => comparisons.inc({ route: routeId, result: equal ? 'equal' : 'different' }),
    refusal: ({ routeId, statusCode, isShared }) =>
      refusals.inc({ route: routeId, status: statusCode, shared: String(isShared) }),
    shadowDropped: (routeId, reason) => dropped.inc({ route: routeId, reason }),
  };
}

function countRecordings(recorder: Pick<Recorder, 'stats'>, registers: Registry[]): void {
  new Counter({
    name: 'banyan_recorded_exchanges_total',
    help: 'Exchanges written to RECORD_DIR',
    registers,
    collect() {
      this.reset();
      this.inc(recorder.stats().recorded);
    },
  });
  new Counter({
    name: 'banyan_recorded_bytes_total',
    help: 'Bytes written to RECORD_DIR',
    registers,
    collect() {
      this.reset();
      this.inc(recorder.stats().recordedBytes);
    },
  });
  new Counter({
    name: 'banyan_recording_dropped_total',
    help: 'Exchanges that should have been recorded but were not',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(recorder.stats().dropped)) this.inc({ reason }, count);
    },
  });
}
