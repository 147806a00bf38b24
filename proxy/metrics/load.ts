import type { Registry } from 'prom-client';
import type { ClientLoad } from '../client-limits';
import type { Upstream } from '../forward/upstream';
import type { OriginLoad } from '../http1/origin';
import { readWhenAsked } from './read-when-asked';

/** How much a proxy has to do now, and what it has refused since it started, by limit. */
export interface ProxyLoad {
  readonly clients: ClientLoad;
  /** Second tries that were not made because their budget was used up, by what they were for. */
  readonly budgets: Readonly<Record<'fallback' | 'session', number>>;
  readonly upstreams: readonly { readonly name: Upstream['name']; readonly load: OriginLoad }[];
}

/** Shows how near the proxy is to its limits. */
export function showLoad(load: () => ProxyLoad, registers: Registry[]): void {
  const { gauge, counter } = readWhenAsked(registers);
  const eachUpstream = (show: (upstream: string, of: OriginLoad) => void): void => {
    for (const { name, load: of } of load().upstreams) show(name, of);
  };
  gauge('banyan_client_connections', 'Open connections of clients', [], (add) => add(load().clients.connections));
  gauge('banyan_requests_in_flight', 'Requests in flight', [], (add) => add(load().clients.inFlight));
  counter(
    'banyan_client_connections_held_back_total',
    'Times reading from a connection was paused because MAX_PIPELINED of its requests were in flight',
    [],
    (add) => add(load().clients.heldBack),
  );
  gauge(
    'banyan_upstream_connections',
    'Connections to an upstream: busy, idle, or with an event stream or long transfer (which do not count against the limit)',
    ['upstream', 'state'],
    (add) =>
      eachUpstream((upstream, of) => {
        for (const state of ['busy', 'idle', 'long'] as const) add(of[state], { upstream, state });
      }),
  );
  gauge('banyan_requests_queued', 'Requests waiting for a connection to an upstream', ['upstream'], (add) =>
    eachUpstream((upstream, of) => add(of.waiting, { upstream })),
  );
  counter(
    'banyan_fallback_budget_empty_total',
    'Times legacy was not asked instead of Lambda because the budget of second tries was used up',
    ['budget'],
    (add) => {
      for (const [budget, count] of Object.entries(load().budgets)) add(count, { budget });
    },
  );
  counter(
    'banyan_requests_over_share_total',
    'Requests that did not get a free connection to an upstream, because their client held its share',
    ['upstream'],
    (add) => eachUpstream((upstream, of) => add(of.overShare, { upstream })),
  );
  counter(
    'banyan_limit_refusals_total',
    'Refusals by limit: connections, address, headers, timeout, queue-full, queue-timeout',
    ['limit', 'upstream'],
    (add) => {
      for (const [limit, count] of Object.entries(load().clients.refused)) add(count, { limit, upstream: '' });
      eachUpstream((upstream, of) => {
        add(of.refused.full, { limit: 'queue-full', upstream });
        add(of.refused.timeout, { limit: 'queue-timeout', upstream });
      });
    },
  );
}
