import { existsSync } from 'node:fs';
import path from 'node:path';
import { devEnvironment } from '../../shared/config/dev-environment';
import type { Project } from '../../shared/config/load';
import type { Environment } from '../../shared/env';
import { freePort } from '../../shared/local/free-port';
import { readEventSourcesFile, startGateway, type RunningGateway } from '../../shared/local/gateway';
import { startInvokeApi, type InvokeApi } from '../../shared/local/invoke/invoke-api';
import { startMongo, type LocalMongo } from '../../shared/local/mongo';
import type { Logger } from '../../shared/logger';
import type { SessionConfig } from '../../shared/session/session-config';
import type { ProxyConfig } from '../config';
import { loadRouteTable } from '../route-table/load';
import { startProxy, type Proxy } from '../server';
import { byLines } from './lines';
import type { RunningMonolith } from './monolith';
import { seed } from './seed';
import type { Services, StartServices } from './services';
import type { SystemConfig } from './system-config';
import { refuseTakenPorts } from './taken-ports';
import { within } from './within';

/** The whole migration on one machine. */
export interface LocalSystem {
  /** The monolith's data. */
  readonly mongo: LocalMongo;
  /** Overrides and ledger: the same, unless `MONGODB_URI` names the monolith's, in which nothing is written unasked. */
  readonly state: LocalMongo;
  readonly services: Services;
  readonly legacy: RunningMonolith;
  /** Undefined while there is no serverless.yml. */
  readonly functions: LocalFunctions | undefined;
  readonly proxy: Proxy;
  /** Resolves with a sentence when a part has ended unasked. */
  readonly ended: Promise<string>;
  /** Stops everything, the last started first. */
  close(): Promise<void>;
}

export interface LocalFunctions {
  readonly invokeApi: InvokeApi;
  readonly gateway: RunningGateway;
}

/** What to start the monolith with: its port, or 0, and all its variables. */
export type StartLegacy = (given: { readonly port: number; readonly env: Environment }) => Promise<RunningMonolith>;

export type PartName = 'mongodb' | 'seed' | 'services' | 'gateway' | 'functions' | 'monolith' | 'proxy';

export interface SystemOptions {
  readonly startLegacy: StartLegacy;
  readonly startServices?: StartServices | undefined;
  /** By the part that logs. */
  readonly logger: (part: PartName) => Logger;
  /** Takes what functions and the seed command print, by lines. */
  readonly print: (part: PartName, line: string) => void;
  /** Use databases that were started for this system: for the monolith's data, and for overrides and ledger. */
  readonly databases?: Pick<LocalSystem, 'mongo' | 'state'>;
  /** Load functions from here, where the zips of a deployment are unpacked, instead of from their sources. */
  readonly unpacked?: string | undefined;
  /** Settings of the proxy that win over its variables. */
  readonly proxy?: Partial<ProxyConfig>;
}

const LOOPBACK = '127.0.0.1';
const SERVICES_LIMIT = 60_000;
const NO_SERVICES: Services = { close: () => Promise.resolve() };

/**
 * Starts MongoDB and seeds it, unless it is one that `MONGODB_URI` names: that is used as it is, and gets neither seed nor overrides and ledger, which then
 * have a database of their own. Then the project's services, the gateway with its functions, the monolith and the proxy, each once the one before it runs.
 *
 * @throws BanyanError or ConfigError with lines that say what is wrong and what to do; nothing is left running
 */
export async function startSystem(
  project: Project,
  config: SystemConfig,
  options: SystemOptions,
): Promise<LocalSystem> {
  const { banyan, places, root } = project;
  const { startLegacy, startServices, logger, print } = options;
  const proxyConfig = { ...config.proxy, ...options.proxy };
  const { routesFile } = proxyConfig;
  const hasFunctions = existsSync(places.serverless.path) || !places.serverless.isDefault;
  // What is bad or taken is reported before anything starts.
  if (existsSync(routesFile) || proxyConfig.isRoutesFileOptional !== true)
    await loadRouteTable({ ...proxyConfig, file: routesFile, lambdaAvailable: hasFunctions });
  const serverless = { serverlessFile: places.serverless.path, stage: config.stage, env: config.env };
  const schedules = hasFunctions ? readEventSourcesFile(serverless).schedules : [];
  await refuseTakenPorts({ ...config, proxy: proxyConfig }, { hasFunctions });

  const started: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    const databaseName = banyan.dev?.database ?? (path.basename(root).replaceAll(/[^\w-]/g, '-') || 'banyan');
    const start = async (env: Environment): Promise<LocalMongo> => {
      const mongo = await startMongo({
        ...{ env, databaseName, logger: logger('mongodb'), port: config.mongoPort },
        isFromDotenv: config.isUriFromDotenv,
      });
      started.push(() => mongo.stop());
      return mongo;
    };
    const mongo = options.databases?.mongo ?? (await start(config.mongoEnv));
    const isNamed = mongo.chosen === 'MONGODB_URI';
    const state =
      options.databases?.state ?? (isNamed ? await start({ ...config.mongoEnv, MONGODB_URI: undefined }) : mongo);

    const port = await freePort(config.legacyPort);
    const shared = {
      ...devEnvironment(banyan, { mongodbUri: mongo.uri, port }),
      MONGODB_URI: mongo.uri,
      ...config.secrets,
    };
    // LEGACY_PORT is ours; PORT and HOST of the shell are the proxy's.
    const monolithEnv = { ...config.env, LEGACY_PORT: undefined, ...shared, PORT: String(port), HOST: LOOPBACK };
    if (banyan.dev?.seed !== undefined && !isNamed)
      await seed({ command: banyan.dev.seed, cwd: root, env: monolithEnv, onLine: (line) => print('seed', line) });
    const given = { mongodbUri: mongo.uri, isNamed, env: config.env, logger: logger('services') };
    const starting = startServices?.(given) ?? Promise.resolve(NO_SERVICES);
    const services = await within(SERVICES_LIMIT, starting, `${banyan.dev?.services ?? 'services'} (dev.services)`);
    started.push(() => services.close());

    const functions = hasFunctions
      ? await startFunctions(
          { ...config, ...serverless },
          { ...options, schedules, shared, services, secrets: banyan.session.secrets, started },
        )
      : undefined;
    const legacy = await startLegacy({ port, env: { ...monolithEnv, ...services.monolith } });
    started.push(() => legacy.close());
    const proxy = await startProxy(
      {
        ...proxyConfig,
        legacyUrl: new URL(legacy.url),
        lambdaUrl: functions && new URL(functions.gateway.url),
        mongodbUri: mongo.uri,
        stateUri: state.uri,
      },
      logger('proxy'),
    );
    // Together: the proxy waits for open streams, and it is the monolith that ends them.
    started.push(() => Promise.all([proxy.close(), legacy.close()]));
    await services.onReady?.({ proxyUrl: proxy.url, gateway: functions?.gateway });
    const ended = Promise.race([
      ...(legacy.ended === undefined ? [] : [legacy.ended.then((how) => `the monolith ended with ${how}`)]),
      ...[mongo, state].flatMap(({ ended: end }) =>
        end === undefined ? [] : [end.then((how) => `MongoDB ended with ${how}`)],
      ),
      new Promise<never>(() => undefined),
    ]);
    return { mongo, state, services, legacy, functions, proxy, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface FunctionsOptions extends Pick<SystemOptions, 'logger' | 'print' | 'unpacked'> {
  readonly schedules: ReturnType<typeof readEventSourcesFile>['schedules'];
  readonly shared: Readonly<Record<string, string>>;
  readonly services: Services;
  readonly secrets: SessionConfig['secrets'];
  readonly started: (() => Promise<unknown>)[];
}

async function startFunctions(
  { serverlessFile, stage, env, invokePort, gatewayPort }: SystemConfig & { readonly serverlessFile: string },
  { schedules, shared, services, secrets, logger, print, unpacked, started }: FunctionsOptions,
): Promise<LocalFunctions> {
  // It must have its address before the functions, which use it, are loaded.
  let functions: RunningGateway['functions'] = new Map();
  const invokeApi = await startInvokeApi({
    port: invokePort,
    functions: () => functions.values(),
    schedules,
    logger: logger('functions'),
  });
  started.push(() => invokeApi.close());
  const printed = byLines((line) => print('functions', line));
  // As for the monolith, whose code may have a default of its own; but sessions cannot be read without their secret.
  const unset = new Set<string>();
  const mayBeUnset = (name: string): boolean =>
    !('kind' in secrets && secrets.name === name) && unset.add(name).has(name);
  const gateway = await startGateway({
    serverlessFile,
    stage,
    host: LOOPBACK,
    port: gatewayPort,
    allFunctions: true,
    unpacked,
    env,
    environment: { ...shared, ...services.functions },
    mayBeUnset,
    platform: { LAMBDA_ENDPOINT: invokeApi.url, ...services.platform },
    print: (text) => printed.write(text),
    logger: logger('gateway'),
  });
  functions = gateway.functions;
  started.push(() => gateway.close());
  if (unset.size > 0)
    print('functions', `note: not set here, known only after a deployment: ${[...unset].sort().join(', ')}`);
  return { invokeApi, gateway };
}
