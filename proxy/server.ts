import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { findProject } from '../shared/config/load';
import { ConfigError } from '../shared/errors';
import { describeListenError } from '../shared/listen-error';
import type { Logger } from '../shared/logger';
import { connectMongo } from '../shared/mongo';
import { redactionOf } from '../shared/recording/redact/redaction-of';
import { packageVersion } from '../shared/own-package';
import { printable, withoutUrlSecrets } from '../shared/printable';
import { storeFormat } from '../shared/session/stores/registry';
import { ClientLimits } from './client-limits';
import { createClientServer } from './client-server';
import { createSessionUsers, type SessionUsers } from './cohort/session-users';
import { loadProxyConfig, type ProxyConfig } from './config';
import { EndedSessions } from './fallback/ended-sessions';
import { RetryBudget } from './fallback/retry-budget';
import { gatewayRoom } from './forward/gateway-room';
import { createUpstream } from './forward/upstream';
import type { OriginOptions } from './http1/origin';
import { originLimits } from './limits';
import type { ProxyLoad } from './metrics/load';
import { createUpgradeForwarder } from './forward/upgrade';
import { createRefusalChecks } from './guard/check-refusals';
import { createRequestHandler } from './handle-request';
import { endOnUncaught } from './end-on-uncaught';
import { HELP } from './help';
import { createProxyLogger } from './logger';
import { misspeltVariables } from './misspelt-variables';
import { startControlPlane } from './control-plane';
import { keepTickShape } from './keep-tick-shape';
import type { Observer } from './observation';
import type { Overrides } from './overrides/overrides';
import { createRecorder, type Recorder, type RecorderOptions } from './record/recorder';
import { loadRules } from './shadow/rules';
import { createShadow } from './shadow/shadow';
import { watchRouteTable, type WatchedRouteTable } from './route-table/watch';
import type { RouteTable } from './route-table/load';
import { startTracing } from './tracing/open-telemetry';
import { TRACEPARENT_BYTES } from './tracing/span';

/** The running proxy. */
export interface Proxy {
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string | undefined;
  readonly routes: () => RouteTable;
  readonly overrides: Overrides;
  /** Loads the route table now. A bad file is logged and refused. */
  readonly reload: () => Promise<void>;
  /** Not ready, serve for `drainDelay` ms more, finish what runs (30 s at most), close WebSockets with 1001. */
  readonly close: () => Promise<void>;
}

/** Between chunks of an answer from API Gateway, which sends it whole. */
const LAMBDA_BODY_TIMEOUT = 30_000;
const SHUTDOWN_LIMIT = 30_000;
/** No request waits long for MongoDB: cohorts have a deadline of their own, everything else is in the background. */
const MONGO_OPTIONS = {
  appName: 'banyan-proxy',
  maxPoolSize: 10,
  serverSelectionTimeoutMS: 1_500,
  connectTimeoutMS: 1_500,
  socketTimeoutMS: 5_000,
};

/** Starts the proxy and resolves once it listens. Throws ConfigError for a bad route table, or the listen error. */
export async function startProxy(config: ProxyConfig, logger: Logger, more: readonly Observer[] = []): Promise<Proxy> {
  keepTickShape();
  const { banyan, legacyUrl, lambdaUrl, trustedHops } = config;
  const { mongodbUri, stateUri, session } = config;
  const tracer = config.tracing && (await startTracing(config.tracing, config.instanceName, logger));
  const mongo = mongodbUri === undefined ? undefined : connectMongo(mongodbUri, MONGO_OPTIONS);
  const state = stateUri === undefined || stateUri === mongodbUri ? mongo : connectMongo(stateUri, MONGO_OPTIONS);
  const table = await watchRouteTable(
    {
      file: config.routesFile,
      isOptional: config.isRoutesFileOptional === true,
      s3Endpoint: config.s3Endpoint,
      lambdaAvailable: lambdaUrl !== undefined,
      cohortsAvailable: mongo !== undefined && session !== undefined,
    },
    logger,
  );
  const users =
    mongo &&
    session &&
    createSessionUsers({
      secrets: session.secrets,
      format: storeFormat(session),
      identity: banyan.identity,
      db: () => mongo.db(),
      logger,
    });
  const recorder = await openRecorder(config, table, users, logger);
  const rules = await loadRules(lambdaUrl && config.parityRules, logger);
  const { limits } = config;
  const { clientTimeout } = limits;
  const origin: OriginOptions = { limits: originLimits(limits) };
  const legacyLimits = { answerTimeout: config.legacyTimeout, bodyTimeout: 0, clientTimeout };
  const legacy = createUpstream('legacy', legacyUrl, legacyLimits, { ...origin, ...config.legacyTls });
  const lambda = lambdaUrl && {
    url: lambdaUrl,
    room: gatewayRoom(lambdaUrl, config.lambdaEndpointType, tracer && TRACEPARENT_BYTES),
    accessDeniedBy: banyan.gateway.accessDeniedBy,
    upstream: createUpstream(
      'lambda',
      lambdaUrl,
      { answerTimeout: config.lambdaTimeout, bodyTimeout: LAMBDA_BODY_TIMEOUT, clientTimeout },
      { ...origin, ...config.lambdaTls },
    ),
  };
  const clients = new ClientLimits(limits);
  const budget = new RetryBudget();
  const refusalBudget = new RetryBudget();
  const load = (): ProxyLoad => ({
    clients: clients.load(),
    budgets: { fallback: budget.emptied, session: refusalBudget.emptied },
    upstreams: [legacy, ...(lambda ? [lambda.upstream] : [])].map((upstream) => ({
      name: upstream.name,
      load: upstream.load(),
    })),
  });
  const control = await startControlPlane({
    config,
    mongo: state,
    table: table.current,
    recorder,
    rules,
    load,
    logger,
    observers: more,
  });
  const { overrides, observer } = control;
  control.seeRoutes(table.current());
  table.onChange((next) => control.seeRoutes(next));
  const upgrades = createUpgradeForwarder(legacyUrl, trustedHops, logger, config.legacyTls);
  const secrets = session?.secrets ?? [];
  const handle = createRequestHandler({
    table: table.current,
    overrides: () => overrides.current(),
    legacy,
    lambda,
    users,
    shadow: lambda && createShadow({ legacy, lambda, trustedHops, secrets, rules, observer, logger }),
    recorder,
    budget,
    refusalBudget,
    endedSessions: new EndedSessions(),
    refusals: createRefusalChecks({ legacy, observer }),
    observer,
    tracer,
    trustedHops,
    sessionCookie: banyan.session.cookieName,
    otherCredentials: (banyan.credentials ?? []).flatMap((credential) =>
      'header' in credential ? [credential.header.toLowerCase()] : [],
    ),
    secrets,
    logger,
  });
  let ready = true;
  const { server, connections } = createClientServer({
    limits,
    clients,
    handle,
    upgrades,
    isReady: () => ready,
    logger,
  });

  const closeUpstreams = async (): Promise<void> => {
    legacy.close();
    lambda?.upstream.close();
    await Promise.all([table.close(), control.close()]);
    await Promise.all([mongo?.close(), state?.close(), tracer?.close()]);
  };
  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    await closeUpstreams();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  control.listens(port);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    ready = false;
    connections.startDraining();
    if (config.drainDelay > 0) await delay(config.drainDelay);
    upgrades.close();
    await connections.finish(SHUTDOWN_LIMIT);
    await recorder?.close();
    await closeUpstreams();
  };

  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    port,
    adminUrl: control.adminUrl,
    routes: table.current,
    overrides,
    reload: table.reload,
    close: () => (closing ??= close()),
  };
}

/** Records what the route table says, when there is a folder for it. */
async function openRecorder(
  { banyan, recordDir, recordMaxBytes }: ProxyConfig,
  table: WatchedRouteTable,
  users: SessionUsers | undefined,
  logger: Logger,
): Promise<Recorder | undefined> {
  if (recordDir === undefined) return undefined;
  const options: RecorderOptions = {
    folder: recordDir,
    table: () => table.current(),
    redaction: redactionOf(banyan),
    ...(recordMaxBytes !== undefined && { maxTotalBytes: recordMaxBytes }),
    ...(users !== undefined && { userOf: async (token) => users.userOf(token) }),
  };
  try {
    return await createRecorder(options, logger);
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** Runs the proxy until a signal ends it. What is wrong at the start is printed and ends the process with 1. */
export async function runProxy(): Promise<void> {
  try {
    await start();
  } catch (error) {
    const listening = describeListenError(error, { part: 'proxy', portVariable: 'PORT', hostVariable: 'HOST' });
    const lines =
      error instanceof ConfigError
        ? error.faults
        : [listening ?? withoutUrlSecrets(error instanceof Error ? error.message : String(error))];
    for (const line of lines) process.stderr.write(`banyan proxy: ${printable(line)}\n`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const { banyan, root } = findProject(process.cwd(), process.env['BANYAN_CONFIG']);
  const config = loadProxyConfig(banyan, process.env, { root });
  const logger = createProxyLogger(config.logLevel);
  for (const { written, meant } of misspeltVariables(process.env))
    logger.warn({ variable: written, meant }, `variable ${written} is not known; did you mean ${meant}?`);
  const starting = startProxy(config, logger);
  // From the first moment on: unheard, each of these signals would end the process.
  const onSignal = (signal: NodeJS.Signals, work: (proxy: Proxy) => Promise<unknown>): void => {
    process.on(signal, () => void starting.then(work).catch(() => undefined));
  };
  // Works without MongoDB and without the admin port: kill -USR2. On only: sending it twice must not switch it off.
  onSignal('SIGUSR2', ({ overrides }) => overrides.setKillSwitch('on', { by: 'SIGUSR2', why: 'signal' }));
  onSignal('SIGHUP', ({ reload }) => reload());
  let started: Proxy | undefined;
  endOnUncaught(logger, async () => started?.close(), config.drainDelay);
  const proxy = (started = await starting);
  logger.info(
    {
      url: proxy.url,
      admin: proxy.adminUrl,
      legacy: config.legacyUrl.origin,
      lambda: config.lambdaUrl?.origin,
      routes: proxy.routes().routes.length,
    },
    'proxy listens',
  );

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal, drainDelay: config.drainDelay }, 'proxy drains');
      void proxy.close().then(() => process.exit());
    });
  }
}

if (require.main === module) {
  const [argument] = process.argv.slice(2);
  if (argument === '--help') process.stdout.write(HELP);
  else if (argument === '--version') process.stdout.write(`${packageVersion()}\n`);
  else if (argument === undefined) void runProxy();
  else {
    process.stderr.write(`banyan proxy: unknown argument ${printable(argument)}; see --help\n`);
    process.exitCode = 1;
  }
}
