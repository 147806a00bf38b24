import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { packageVersion } from '../../shared/own-package';
import type { Versions } from '../history/stages';
import type { Observer } from '../observation';
import type { OverrideState } from '../overrides/state';
import { STAGES } from '../route-table/schema';
import type { Recorder } from '../record/recorder';
import type { RouteTable } from '../route-table/load';
import { showLoad, type ProxyLoad } from './load';
import { readWhenAsked } from './read-when-asked';
import { RequestCounts } from './request-counts';

export interface Metrics extends Observer {
  readonly contentType: string;
  render(): Promise<string>;
  /** A channel of the guard was notified of a rollback, or could not be. */
  notified(channel: string, result: 'delivered' | 'failed'): void;
  /** The admin port received a wrong token. */
  wrongToken(): void;
}

/** What else is shown; without it, those metrics are not there. */
export interface MetricSources {
  readonly recorder?: Pick<Recorder, 'stats'> | undefined;
  readonly load?: (() => ProxyLoad) | undefined;
  /** What a fleet must agree on, and whether this proxy can. */
  readonly self?: {
    readonly versions: Versions;
    /** Of the overrides in force; undefined before MongoDB has said it. */
    readonly revision: () => number | undefined;
    /** When MongoDB last answered; not given where there is none. */
    readonly lastSeen?: (() => Date | undefined) | undefined;
  };
}

/** ms without an answer after which MongoDB counts as unavailable: it is asked twice a second. */
const UNSEEN = 5_000;

/** For requests that no listed route matches. */
const UNLISTED = '(unlisted)';

/** Metrics by route, side and class of status: no label has a value of a client's choice (prometheus.io/docs/practices/naming). */
export function createMetrics(
  table: () => RouteTable,
  overrides: () => OverrideState,
  { recorder, load, self }: MetricSources = {},
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new RequestCounts(registers);
  if (load !== undefined) showLoad(load, registers);
  const comparisons = new Counter({
    name: 'banyan_comparisons_total',
    help: 'Shadow comparisons',
    labelNames: ['route', 'result'],
    registers,
  });
  const refusals = new Counter({
    name: 'banyan_refusals_checked_total',
    help: 'Answers 401, 403, 404 and 500 by Lambda to safe requests, by whether legacy, asked the same, also refused or failed',
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
  const { gauge, counter } = readWhenAsked(registers);
  gauge('banyan_routes', 'Listed routes by stage in the route table', ['stage'], (add) => {
    for (const stage of STAGES) add(table().routes.filter((route) => route.stage === stage).length, { stage });
  });
  gauge('banyan_routes_rolled_back', 'Routes that are rolled back by run-time overrides', [], (add) =>
    add(overrides().lowered.size),
  );
  gauge('banyan_route_rolled_back', '1 for each listed route that is rolled back', ['route'], (add) => {
    const { lowered } = overrides();
    for (const { id } of table().routes) if (lowered.has(id)) add(1, { route: id });
  });
  gauge('banyan_kill_switch', '1 while all listed routes are on legacy', [], (add) =>
    add(overrides().killSwitch === undefined ? 0 : 1),
  );
  if (self !== undefined) {
    const { versions, revision, lastSeen } = self;
    const version = packageVersion();
    gauge('banyan_info', '1; what all proxies should have the same', ['version', 'legacy', 'lambda', 'routes'], (add) =>
      add(1, { version, ...versions, routes: table().digest }),
    );
    gauge('banyan_overrides_revision', 'Revision of the overrides in force', [], (add) => add(revision() ?? 0));
    if (lastSeen !== undefined)
      gauge('banyan_mongodb_up', '1 while MongoDB answers this proxy', [], (add) =>
        add(Date.now() - (lastSeen()?.getTime() ?? 0) < UNSEEN ? 1 : 0),
      );
  }
  if (recorder !== undefined) {
    const stats = () => recorder.stats();
    counter('banyan_recorded_exchanges_total', 'Exchanges written to RECORD_DIR', [], (add) => add(stats().recorded));
    counter('banyan_recorded_bytes_total', 'Bytes written to RECORD_DIR', [], (add) => add(stats().recordedBytes));
    counter(
      'banyan_recording_dropped_total',
      'Exchanges that should have been recorded but were not',
      ['reason'],
      (add) => {
        for (const [reason, count] of Object.entries(stats().dropped)) add(count, { reason });
      },
    );
  }

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
