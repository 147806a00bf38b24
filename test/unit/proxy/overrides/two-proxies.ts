import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Overrides, OverridesOptions } from '../../../../proxy/overrides/overrides';
import { watchOverrides } from '../../../../proxy/overrides/watch';
import { connectMongo } from '../../../../shared/mongo';
import { startMongo, type FaultInjector, type LocalMongo } from '../../../../shared/local/mongo';
import { capturedLogger, type CapturedLogger } from '../../../support/captured-logger';

/** A client that notices soon when the database is away, as the proxy's should. */
export const QUICK_CLIENT = { serverSelectionTimeoutMS: 300, connectTimeoutMS: 500, heartbeatFrequencyMS: 500 };

export interface OneProxy extends Overrides {
  readonly logger: CapturedLogger;
  readonly snapshotFile: string;
  readonly killSwitchFile: string;
}

export interface Proxies {
  readonly mongo: LocalMongo;
  readonly faults: FaultInjector;
  readonly folder: string;
  /** Overrides as one proxy has them; the same name finds the same files again. Closed at the end if not before. */
  start(name: string, options?: Partial<OverridesOptions>): Promise<OneProxy>;
  close(): Promise<void>;
}

/** Several proxies over one embedded MongoDB. */
export async function startProxies(): Promise<Proxies> {
  // Always the embedded one: the tests break it.
  const mongo = await startMongo({ env: {} });
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-overrides-'));
  const closers: (() => Promise<void>)[] = [];
  if (mongo.faults === undefined) throw new Error('the embedded MongoDB was expected');
  return {
    mongo,
    faults: mongo.faults,
    folder,
    async start(name, options = {}) {
      const connection = connectMongo(mongo.uri, QUICK_CLIENT);
      const logger = capturedLogger();
      const files = {
        snapshotFile: path.join(folder, `${name}.json`),
        killSwitchFile: path.join(folder, `${name}.kill`),
      };
      const overrides = await watchOverrides(
        { db: () => connection.db(), pollInterval: 50, ...files, ...options },
        logger,
      );
      let closing: Promise<void> | undefined;
      const close = () => (closing ??= overrides.close().then(() => connection.close()));
      closers.push(close);
      return { ...overrides, ...files, logger, close };
    },
    async close() {
      await Promise.all(closers.map((close) => close()));
      await mongo.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
