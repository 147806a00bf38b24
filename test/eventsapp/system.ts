import path from 'node:path';
import type { Environment, Logger } from 'banyan-strangler/lambda';
import type { InvokeApi, RunningGateway } from 'banyan-strangler/local';
import {
  projectOf,
  readSystemConfig,
  startSystem as startLocalSystem,
  type LocalSystem as RunningLocalSystem,
  type ProxyConfig,
} from 'banyan-strangler/proxy';
import banyan from '../../banyan.config';
import { loadConfig as loadLegacyConfig } from '../../legacy/config';
import { createLogger as createLegacyLogger } from '../../legacy/logging';
import { startServer } from '../../legacy/server';
import { FREE_PORTS } from './support/free-ports';
import { startServices, type EventsappServices, type ServicesOptions } from './services';

/** What `npm start` runs, with the monolith in this process, for tests. */
export interface LocalSystem
  extends RunningLocalSystem, Pick<EventsappServices, 'sqs' | 's3' | 'dynamoDb' | 'objectEvents'> {
  readonly invokeApi: InvokeApi;
  readonly gateway: RunningGateway;
}

export interface SystemOptions extends ServicesOptions {
  /** As for `npm start`; ports that it lacks are free ones. */
  readonly env: Environment;
  /** Use databases that were started for this system: for the monolith's data, and for overrides and ledger. */
  readonly databases?: Pick<LocalSystem, 'mongo' | 'state'>;
  readonly logger: Logger;
  readonly proxy?: Partial<ProxyConfig>;
  /** Where the zips of a deployment are unpacked; default: functions are loaded from their sources. */
  readonly unpacked?: string;
}

const PROJECT = projectOf(banyan, path.join(__dirname, '../..'));

/** Starts everything; it has no dashboard unless `proxy` gives it a port. Throws as `banyan dev` does, leaving nothing running. */
export async function startSystem({
  env,
  databases,
  logger,
  proxy = {},
  unpacked,
  ...options
}: SystemOptions): Promise<LocalSystem> {
  const { now } = options;
  const config = readSystemConfig(PROJECT, { ...FREE_PORTS, ...env });
  let services: EventsappServices | undefined;
  const system = await startLocalSystem(PROJECT, config, {
    logger: () => logger,
    // The monolith's Express prints the errors that it answers.
    print: (part, line) => env['LOG_LEVEL'] === 'silent' || process.stdout.write(`${part} | ${line}\n`),
    unpacked,
    proxy: { adminPort: undefined, ...proxy },
    ...(databases && { databases }),
    startServices: async (given) => (services = await startServices(given, options)),
    async startLegacy({ port, env: variables }) {
      const legacy = loadLegacyConfig({ ...variables, LEGACY_PORT: String(port) });
      const server = await startServer(legacy, {
        logger: createLegacyLogger(legacy),
        ...(now && { clock: () => now }),
      });
      return { url: server.url, close: () => server.close() };
    },
  });
  if (services === undefined || system.functions === undefined) throw new Error('banyan.config.ts names no services');
  const { sqs, s3, dynamoDb, objectEvents } = services;
  return { ...system, ...system.functions, sqs, s3, dynamoDb, objectEvents };
}
