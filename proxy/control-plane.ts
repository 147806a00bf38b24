import { ConfigError } from '../shared/errors';
import { describeListenError } from '../shared/listen-error';
import type { Logger } from '../shared/logger';
import type { MongoConnection } from '../shared/mongo';
import type { Rule } from '../shared/parity/rules';
import { startAdmin, type AdminServer } from './admin/server';
import { startClimb } from './climb/run';
import type { ProxyConfig } from './config';
import type { Client } from './client/client';
import { createHeart } from './fleet/beat';
import { createNotifier } from './guard/notify';
import { startGuard } from './guard/run';
import type { SeenClient } from './ledger/clients';
import { openLedger, type Ledger } from './ledger/ledger';
import type { ProxyLoad } from './metrics/load';
import { LiveStats } from './metrics/live-stats';
import { createMetrics } from './metrics/prometheus';
import { observers, type Observer } from './observation';
import type { Overrides } from './overrides/overrides';
import { watchOverrides } from './overrides/watch';
import type { Recorder } from './record/recorder';
import type { RouteTable } from './route-table/load';

/** Everything next to the request's path: what watches it and what steers it. */
export interface ControlPlane {
  readonly overrides: Overrides;
  readonly observer: Observer;
  readonly adminUrl: string | undefined;
  /** A route table is in force, at start and after each reload. */
  seeRoutes(table: RouteTable): void;
  /** The proxy listens: others may expect it to follow. */
  listens(port: number): void;
  close(): Promise<void>;
}

export interface ControlPlaneParts {
  readonly config: ProxyConfig;
  readonly mongo: MongoConnection | undefined;
  readonly table: () => RouteTable;
  readonly recorder: Recorder | undefined;
  /** What may differ, of all routes. */
  readonly rules: readonly Rule[];
  readonly load: () => ProxyLoad;
  readonly logger: Logger;
  readonly observers: readonly Observer[];
}

/** Starts overrides, heartbeat, ledger, guard, climbing, metrics and the admin port. Throws ConfigError when that port cannot be used. */
export async function startControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const { config, mongo, table, logger } = parts;
  const { versions } = config;
  const db = mongo && (() => mongo.db());
  const ledger = db && openLedger({ db, versions, rules: parts.rules }, logger);
  const heart =
    db && createHeart({ db, name: config.instanceName, builds: versions, routes: () => table().digest }, logger);
  let revision: number | undefined;
  const overrides = await watchOverrides(
    {
      db,
      snapshotFile: config.overridesFile,
      killSwitchFile: config.killSwitchFile,
      ...(ledger && { history: (entry) => ledger.recordStage(entry) }),
      onFollowed: (followed) => {
        revision = followed;
        heart?.follow(followed);
      },
    },
    logger,
  );
  const stats = new LiveStats();
  const metrics = createMetrics(table, () => overrides.current(), {
    recorder: parts.recorder,
    load: parts.load,
    self: { versions, revision: () => revision, lastSeen: db && (() => overrides.lastSeen()) },
  });
  const guard = startGuard({
    overrides,
    ledger,
    notifier: createNotifier(
      {
        webhookUrl: config.guardWebhookUrl,
        snsTopic: config.guardSnsTopic,
        onNotified: (channel, result) => metrics.notified(channel, result),
      },
      logger,
    ),
    name: `proxy ${config.instanceName}`,
    logger,
  });
  const climb =
    db &&
    ledger &&
    heart &&
    startClimb({ db, overrides, ledger, table, versions, id: heart.id, name: `proxy ${config.instanceName}` }, logger);
  const observer = observers([guard, stats, metrics, ...(ledger ? [ledgerObserver(ledger)] : []), ...parts.observers]);

  const closeAll = async (admin?: AdminServer): Promise<void> => {
    await admin?.close();
    await climb?.close();
    await guard.close();
    await overrides.close();
    await heart?.close();
    await ledger?.close();
  };
  const { adminPort: port, adminHost: host, adminTokens: tokens } = config;
  let admin: AdminServer | undefined;
  if (port !== undefined) {
    try {
      const startedAt = new Date();
      admin = await startAdmin({
        host,
        port,
        tokens,
        table,
        overrides,
        stats,
        metrics,
        ledger,
        versions,
        startedAt,
        db,
        logger,
      });
    } catch (error) {
      await closeAll();
      const message = describeListenError(error, {
        part: 'admin port',
        portVariable: 'ADMIN_PORT',
        hostVariable: 'ADMIN_HOST',
      });
      throw message === undefined ? error : new ConfigError('Admin port', [message], error);
    }
  }
  return {
    overrides,
    observer,
    adminUrl: admin?.url,
    seeRoutes(next) {
      ledger?.seeRoutes(next.routes);
      guard.seeRoutes(next);
    },
    listens: (listening) => heart?.start(listening),
    close: () => closeAll(admin),
  };
}

function ledgerObserver(ledger: Ledger): Observer {
  return {
    request: (observation) => ledger.recordTraffic(observation),
    unlisted: () => undefined,
    comparison: (observation, client) => seen(client, (who) => ledger.recordComparison(observation, who)),
    refusal: () => undefined,
    shadowDropped: (routeId, reason, client, noise = []) =>
      seen(client, (who) => ledger.recordDrop(routeId, reason, noise, who)),
  };
}

/** Finds out whose request it was, which may take a query: a user's, or of an address. */
function seen(client: Client, record: (who: SeenClient) => void): void {
  const { network } = client;
  const use = (id: string): void => record({ kind: id === network ? 'anonymous' : 'user', id });
  const id = client.id();
  if (id instanceof Promise) void id.then(use);
  else use(id);
}
