import { startClimb } from '../../proxy/climb/run';
import { createHeart } from '../../proxy/fleet/beat';
import { createNotifier } from '../../proxy/guard/notify';
import { startGuard, type RunningGuard } from '../../proxy/guard/run';
import { openLedger, type Ledger } from '../../proxy/ledger/ledger';
import type { Overrides } from '../../proxy/overrides/overrides';
import { watchOverrides } from '../../proxy/overrides/watch';
import type { RouteTable } from '../../proxy/route-table/load';
import { connectMongo } from '../../shared/mongo';
import { capturedLogger, type CapturedLogger } from './captured-logger';

export const CLIMB_VERSIONS = { legacy: '1', lambda: '2' };

/** What of a proxy lets routes climb: everything but the way of a request. */
export interface ClimbingProxy {
  readonly overrides: Overrides;
  readonly ledger: Ledger;
  readonly guard: RunningGuard;
  readonly logger: CapturedLogger;
  /** The table has changed. */
  seeRoutes(): void;
  close(): Promise<void>;
}

export interface ClimbingProxyOptions {
  readonly uri: string;
  readonly name: string;
  readonly port: number;
  readonly table: () => RouteTable;
  readonly builds?: { readonly legacy: string; readonly lambda: string };
  /** ms; default: quick, for a test. */
  readonly climbInterval?: number;
  readonly pollInterval?: number;
  readonly heartbeat?: number;
  /** Of the ledger. */
  readonly flushInterval?: number;
}

/** The parts that `control-plane.ts` puts together. Evidence counts as on a real MongoDB. */
export async function startClimbingProxy(options: ClimbingProxyOptions): Promise<ClimbingProxy> {
  const { uri, name, port, table, builds = CLIMB_VERSIONS } = options;
  const { climbInterval = 30, pollInterval = 20, heartbeat = 100, flushInterval = 40 } = options;
  const connection = connectMongo(uri);
  const db = () => connection.db();
  const logger = capturedLogger();
  const ledger = openLedger({ db, versions: builds, database: 'mongodb', flushInterval }, logger);
  const routes = () => table().digest;
  const heart = createHeart({ db, name, builds, routes, interval: heartbeat }, logger);
  const overrides = await watchOverrides(
    {
      ...{ db, snapshotFile: undefined, killSwitchFile: undefined, pollInterval },
      history: (entry) => ledger.recordStage(entry),
      onFollowed: (revision) => heart.follow(revision),
    },
    logger,
  );
  const guard = startGuard({ overrides, ledger, notifier: createNotifier({}, logger), name, logger });
  const seeRoutes = (): void => {
    guard.seeRoutes(table());
    ledger.seeRoutes(table().routes);
  };
  seeRoutes();
  heart.start(port);
  const climb = startClimb(
    { db, overrides, ledger, table, versions: builds, id: heart.id, name, interval: climbInterval },
    logger,
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await climb.close();
    await guard.close();
    await overrides.close();
    await heart.close();
    await ledger.close();
    await connection.close();
  };
  return { overrides, ledger, guard, logger, seeRoutes, close: () => (closing ??= close()) };
}
