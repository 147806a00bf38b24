import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/logger';
import type { Ledger } from '../ledger/ledger';
import type { Client } from '../client/client';
import type { Observer } from '../observation';
import type { Overrides } from '../overrides/overrides';
import type { Route } from '../route-table/route';
import { createGuard } from './guard';
import type { Breach } from './judge';
import type { Notifier } from './notify';
import type { CountedClient } from './route-window';

export interface GuardParts {
  readonly overrides: Overrides;
  /** Without it there is no baseline: Lambda is then only compared with what legacy does at the same time. */
  readonly ledger: Pick<Ledger, 'baseline' | 'flush'> | undefined;
  readonly notifier: Notifier;
  /** Names this proxy in reasons: `proxy web-1`. */
  readonly name: string;
  readonly logger: Logger;
  /** How often a missing baseline is asked for again, in ms; default one minute. */
  readonly baselineInterval?: number;
}

/** Watches the moved routes and returns those to legacy that breach their limits. */
export interface RunningGuard extends Observer {
  /** A route table is in force: routes on canary and lambda are guarded from now on. */
  seeRoutes(table: { readonly routes: readonly Pick<Route, 'id' | 'stage' | 'guard' | 'isSafe'>[] }): void;
  close(): Promise<void>;
}

/** Starts the guard. It judges after every request that went badly, so a breach acts with the request that shows it. */
export function startGuard(parts: GuardParts): RunningGuard {
  const { overrides, ledger, notifier, name, logger, baselineInterval = 60_000 } = parts;
  const guard = createGuard(() => performance.now());
  const acting = new Set<string>();
  const closing = new AbortController();
  let lowered: ReadonlySet<string> = new Set(overrides.current().lowered.keys());

  const act = async (routeId: string, { why, evidence }: Breach): Promise<void> => {
    const by = `guard of ${name}`;
    const { shared, first } = await overrides.lower(routeId, { by, why, kind: 'guard', evidence });
    logger.error({ routeId, why, evidence, shared, first }, 'guard rolled back a route');
    // Several proxies notice the same; the first notifies. Alone, each must.
    if (first || !shared)
      notifier.notify({ event: 'route-returned-to-legacy', routeId, by, why, at: new Date(), evidence });
  };

  const judge = (routeId: string): void => {
    if (lowered.has(routeId) || acting.has(routeId)) return;
    const breach = guard.breach(routeId);
    if (breach === undefined) return;
    acting.add(routeId);
    act(routeId, breach)
      .catch((error: unknown) => logger.error({ err: error, routeId }, 'guard could not roll back a route'))
      .finally(() => acting.delete(routeId));
    // An authorizer errs for many routes alike, and those that change something have no other witness.
    if (breach.rule === 'status 401' || breach.rule === 'status 403') guard.unsafeRoutes().forEach(judge);
  };

  const stopListening = overrides.onChange((state) => {
    // What led to the roll back does not count against the route once a person has resumed it.
    for (const routeId of lowered) if (!state.lowered.has(routeId)) guard.reset(routeId);
    lowered = new Set(state.lowered.keys());
  });

  const findBaselines = async (): Promise<void> => {
    const missing = guard.withoutBaseline();
    if (ledger === undefined || missing.length === 0) return;
    try {
      // The move itself must be noted before its baseline is frozen.
      if (!(await ledger.flush())) return;
      for (const routeId of missing) {
        const baseline = await ledger.baseline(routeId);
        if (baseline === undefined) continue;
        guard.setBaseline(routeId, baseline);
        logger.info({ routeId, baseline }, 'guard: baseline of legacy');
      }
    } catch (error) {
      logger.warn({ err: error }, 'guard: cannot read baselines');
    }
  };
  let finding: Promise<void> = Promise.resolve();
  const find = (): Promise<void> => (finding = finding.then(findBaselines));
  const loop = (async () => {
    const paused = () => delay(baselineInterval, true, { signal: closing.signal }).catch(() => false);
    while (await paused()) await find();
  })();

  return {
    seeRoutes({ routes }) {
      for (const { id, stage, guard: settings, isSafe } of routes) {
        const isGuarded = settings !== undefined && (stage === 'canary' || stage === 'lambda');
        if (isGuarded) guard.watch(id, { settings, isSafe });
        else guard.forget(id);
      }
      void find();
    },
    request(observation, client) {
      const { routeId } = observation;
      if (!guard.isHit(observation)) void guard.recordRequest(observation, nameless(client));
      else
        identified(client, (counted) => {
          if (guard.recordRequest(observation, counted)) judge(routeId);
        });
    },
    unlisted: () => undefined,
    comparison(observation, client) {
      const { routeId } = observation;
      if (observation.equal) void guard.recordComparison(observation, nameless(client));
      else
        identified(client, (counted) => {
          if (guard.recordComparison(observation, counted)) judge(routeId);
        });
    },
    refusal(observation, client) {
      const { routeId } = observation;
      if (observation.isShared) void guard.recordRefusal(observation, nameless(client));
      else
        identified(client, (counted) => {
          if (guard.recordRefusal(observation, counted)) judge(routeId);
        });
    },
    shadowDropped: () => undefined,
    async close() {
      stopListening();
      closing.abort();
      await loop;
      await finding;
      await notifier.close();
    },
  };
}

/** Good requests are counted by address alone: only who saw something bad has to be distinguished, and finding a user may cost a query. */
function nameless({ network }: Client): CountedClient {
  return { address: network, id: network };
}

function identified(client: Client, use: (counted: CountedClient) => void): void {
  const id = client.id();
  const { network: address } = client;
  if (id instanceof Promise) void id.then((found) => use({ address, id: found }));
  else use({ address, id });
}
