import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClientLoad } from '../client-limits';
import type { Upstream } from '../forward/upstream';
import type { OriginLoad } from '../http1/origin';

/** How much a proxy has to do now, and what it has refused since it started, by limit. */
export interface ProxyLoad {
  readonly clients: ClientLoad;
  readonly upstreams: readonly { readonly name: Upstream['name']; readonly load: OriginLoad }[];
}

/** Shows how near the proxy is to its limits; everything is read when Prometheus asks. */
export function showLoad(load: () => ProxyLoad, registers: Registry[]): void {
  new Gauge({
    name: 'banyan_client_connections',
    help: 'Open connections of clients',
    registers,
    collect() {
      this.set(load().clients.connections);
    },
  });
  new Gauge({
    name: 'banyan_requests_in_flight',
    help: 'Requests in flight',
    registers,
    collect() {
      this.set(load().clients.inFlight);
    },
  });
  new Counter({
    name: 'banyan_client_connections_held_back_total',
    help: 'Times reading from a connection was paused because MAX_PIPELINED of its requests were in flight',
    registers,
    collect() {
      this.reset();
      this.inc(load().clients.heldBack);
    },
  });
  new Gauge({
    name: 'banyan_upstream_connections',
    help: 'Connections to an upstream: busy, idle, or with an event stream or long transfer (which do not count against the limit)',
    labelNames: ['upstream', 'state'],
    registers,
    collect() {
      for (const { name: upstream, load: of } of load().upstreams)
        for (const state of ['busy', 'idle', 'long'] as const) this.set({ upstream, state }, of[state]);
    },
  });
  new Gauge({
    name: 'banyan_requests_queued',
    help: 'Requests waiting for a connection to an upstream',
    labelNames: ['upstream'],
    registers,
    collect() {
      for (const { name: upstream, load: of } of load().upstreams) this.set({ upstream }, of.waiting);
    },
  });
  new Counter({
    name: 'banyan_requests_over_share_total',
    help: 'Requests that did not get a free connection to an upstream, because their client held its share',
    labelNames: ['upstream'],
    registers,
    collect() {
      this.reset();
      for (const { name: upstream, load: of } of load().upstreams) this.inc({ upstream }, of.overShare);
    },
  });
  new Counter({
    name: 'banyan_limit_refusals_total',
    help: 'Refusals by limit: connections, address, headers, timeout, queue-full, queue-timeout',
    labelNames: ['limit', 'upstream'],
    registers,
    collect() {
      this.reset();
      const { clients, upstreams } = load();
      for (const [limit, count] of Object.entries(clients.refused)) this.inc({ limit, upstream: '' }, count);
      for (const { name: upstream, load: of } of upstreams) {
        this.inc({ limit: 'queue-full', upstream }, of.refused.full);
        this.inc({ limit: 'queue-timeout', upstream }, of.refused.timeout);
      }
    },
  });
}
