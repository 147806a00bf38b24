import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import { BanyanError, ConfigError, readEnvironment, type Environment, type Logger } from 'banyan-strangler/lambda';
import {
  describeListenError,
  readEventSourcesFile,
  setProcessEnvironment,
  startConsumer,
  startGateway,
  startInvokeApi,
  startMongo,
  startSqs,
  type InvokeApi,
  type LocalMongo,
  type LocalSqs,
  type RunningGateway,
} from 'banyan-strangler/local';
import { DEFAULT_LIMITS, loadRouteTable, parseAdminTokens, startProxy, type Proxy } from 'banyan-strangler/proxy';
import { resolveSecrets, resolveSession } from 'banyan-strangler/session';
import banyan from '../../banyan.config';
import { loadConfig as loadLegacyConfig, LegacyConfigError } from '../../legacy/config';
import { createLogger as createLegacyLogger } from '../../legacy/logging';
import { startServer, type RunningServer } from '../../legacy/server';
import { startDynamoDb, tablesOf, type LocalDynamoDb } from './aws/local-dynamodb';
import { startS3, type LocalS3 } from './aws/local-s3';
import { startObjectEvents, type ObjectEvents, type ObjectEventsOptions } from './aws/object-events';
import { seedDemoData } from './seed';

/** The whole migration on one machine. */
export interface LocalSystem {
  /** The monolith's data. */
  readonly mongo: LocalMongo;
  /** Overrides and ledger: the same, unless `MONGODB_URI` names the monolith's, in which nothing is written unasked. */
  readonly state: LocalMongo;
  readonly sqs: LocalSqs;
  readonly s3: LocalS3;
  readonly dynamoDb: LocalDynamoDb;
  /** From S3 to process-uploaded-photo. */
  readonly objectEvents: ObjectEvents;
  readonly legacy: RunningServer;
  readonly invokeApi: InvokeApi;
  readonly gateway: RunningGateway;
  readonly proxy: Proxy;
  /** Stops everything, the last started first. */
  close(): Promise<void>;
}

/** What to run where. Ports of 0 are free ones. */
export interface LocalSystemConfig {
  /** Where the proxy listens. Everything else answers this machine alone. */
  readonly host: string;
  readonly proxyPort: number;
  /** Dashboard; undefined: none. */
  readonly adminPort?: number | undefined;
  /** Default: loopback. */
  readonly adminHost?: string;
  /** May change what the dashboard shows; undefined: no one may. */
  readonly adminToken?: string | undefined;
  readonly legacyPort: number;
  readonly gatewayPort: number;
  readonly invokePort: number;
  readonly sqsPort: number;
  /** Default: a free one, as for DynamoDB. */
  readonly s3Port?: number;
  readonly dynamoDbPort?: number;
  /** Of a MongoDB that is started here; default: a free one. */
  readonly mongoPort?: number;
  /** Which builds the proxy says that evidence is about. */
  readonly versions?: { readonly legacy: string; readonly lambda: string };
  /** Whose turn it is to order the daily reports. Jobs are always processed by Lambda. */
  readonly dailyReportRunner: (typeof RUNNERS)[number];
  readonly routesFile: string;
  /** While it exists, all listed routes are on legacy. */
  readonly killSwitchFile?: string | undefined;
  readonly sessionSecret: string;
  /** Made up for this start: no one else can know it. */
  readonly isSecretMadeUp: boolean;
  readonly trustedHops: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

export interface LocalSystemOptions {
  /** Chooses MongoDB: see shared/local/mongo. */
  readonly env: Environment;
  /** Use databases that were started for this system: for the monolith's data, and for overrides and ledger. */
  readonly databases?: Pick<LocalSystem, 'mongo' | 'state'>;
  readonly logger: Logger;
  /** What the seeded data's dates are relative to. */
  readonly now?: Date;
  /** How S3's events are delivered; by default one in five twice. */
  readonly objectEvents?: Partial<Pick<ObjectEventsOptions, 'deliveries' | 'delayMs' | 'pausesMs'>>;
  /** Whether the monolith's photo routes are; by default as the stage file says. */
  readonly monolithPhotos?: 'kept' | 'retired' | undefined;
  /** Whether functions are called for what is in queues; default true. */
  readonly consumers?: boolean;
}

const RUNNERS = ['legacy', 'lambda'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const ROOT = path.join(__dirname, '../..');
const SERVERLESS_FILE = path.join(ROOT, 'serverless.yml');
export const STAGE = 'dev';
const REGION = 'eu-west-1';
const LOOPBACK = '127.0.0.1';
const UNVERSIONED = { legacy: 'unversioned', lambda: 'unversioned' };
/** As the resources of lambda/eventsapp/reports/queue.yml name it. */
const REPORT_QUEUE = 'ReportQueue';
/** Of lambda/eventsapp/photos/queue.yml. */
const PHOTO_FAILURES = 'PhotoFailureQueue';
/** As in lambda/eventsapp/stages/dev.yml. */
const PHOTOS_BUCKET = `banyan-${STAGE}-photos`;

/**
 * For the AWS SDK of the monolith and of the functions: nothing here is ever checked, and nothing leaves this machine. Whatever else of
 * AWS the shell exports is taken away.
 */
const LOCAL_AWS = {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // A profile would win over the keys.
  AWS_PROFILE: '',
  // At every start, on Node.js 20.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/**
 * Reads what `npm start` is configured with. The session secret is made up when the data is made up too; a database that was there
 * before has sessions, and only its own secret fits them.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function loadLocalConfig(env: Environment): LocalSystemConfig {
  return readEnvironment(env, (read) => {
    const isSecretMadeUp = env['MONGODB_URI'] === undefined && env['SESSION_SECRET'] === undefined;
    if (env['SESSION_SECRET']) resolveSecrets(banyan.session.secrets, env, read.faults);
    return {
      host: read.string('HOST', LOOPBACK),
      proxyPort: read.port('PORT', 8080),
      adminPort: read.port('ADMIN_PORT', 8081),
      adminHost: read.string('ADMIN_HOST', LOOPBACK),
      adminToken: randomBytes(18).toString('base64url'),
      legacyPort: read.port('LEGACY_PORT', 3001),
      gatewayPort: read.port('GATEWAY_PORT', 3002),
      invokePort: read.port('INVOKE_PORT', 3003),
      sqsPort: read.port('SQS_PORT', 3004),
      s3Port: read.port('S3_PORT', 3006),
      dynamoDbPort: read.port('DYNAMODB_PORT', 3007),
      mongoPort: read.port('MONGO_PORT', 3005),
      // As the command line reads them next to it.
      versions: {
        legacy: read.string('LEGACY_VERSION', UNVERSIONED.legacy),
        lambda: read.string('LAMBDA_VERSION', UNVERSIONED.lambda),
      },
      dailyReportRunner: read.oneOf('DAILY_REPORT_RUNNER', RUNNERS, 'lambda'),
      routesFile: read.string('ROUTES_FILE', path.relative(process.cwd(), path.join(ROOT, 'proxy/routes.yml'))),
      killSwitchFile: env['KILL_SWITCH_FILE'],
      sessionSecret: isSecretMadeUp
        ? randomBytes(24).toString('base64url')
        : read.string(
            'SESSION_SECRET',
            undefined,
            '"$(openssl rand -hex 32)"; but where sessions are already, only the secret that signs them fits',
          ),
      isSecretMadeUp,
      trustedHops: read.integer('TRUSTED_HOPS', { default: 0, max: 10 }),
      logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    };
  });
}

/**
 * Starts MongoDB and seeds it, unless it is one that `MONGODB_URI` names: that is used as it is, and gets neither demo data, nor indexes,
 * nor overrides and ledger, which then have a database of their own. Then SQS, the monolith, the gateway with its Lambdas, what else runs these (Invoke API, queue consumer,
 * schedules on demand), and the proxy.
 *
 * @throws BanyanError with one line that says what is wrong and what to do; nothing is left running
 */
export async function startSystem(
  config: LocalSystemConfig,
  { env, logger, now, consumers = true, databases, objectEvents: delivery = {}, monolithPhotos }: LocalSystemOptions,
): Promise<LocalSystem> {
  const { host, sessionSecret, routesFile } = config;
  // A bad route table is reported before anything starts.
  await loadRouteTable({ file: routesFile, lambdaAvailable: true });

  const started: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };

  try {
    const restoreEnvironment = setProcessEnvironment(localAwsOnly());
    started.push(() => {
      restoreEnvironment();
      return Promise.resolve();
    });
    const start = async (chooseFrom: Environment): Promise<LocalMongo> => {
      const options = { env: chooseFrom, databaseName: 'eventsapp', logger, port: config.mongoPort };
      const mongo = await named('MongoDB', 'MONGO_PORT', () => startMongo(options));
      started.push(() => mongo.stop());
      return mongo;
    };
    const mongo = databases?.mongo ?? (await start(env));
    const isOurs = mongo.chosen !== 'MONGODB_URI';
    const state = databases?.state ?? (isOurs ? mongo : await start({ ...env, MONGODB_URI: undefined }));
    if (isOurs) await seed(mongo.uri, now);

    const sources = readEventSourcesFile({ serverlessFile: SERVERLESS_FILE, stage: STAGE });
    const sqs = await named('SQS', 'SQS_PORT', () =>
      startSqs({ port: config.sqsPort, region: REGION, queues: sources.queues }),
    );
    started.push(() => sqs.close());
    const dynamoDb = await named('DynamoDB', 'DYNAMODB_PORT', () =>
      startDynamoDb({ port: config.dynamoDbPort ?? 0, tables: tablesOf('tables.yml', STAGE) }),
    );
    started.push(() => dynamoDb.close());
    // Each must know the other, and pages of the proxy's origin may upload.
    let pages: readonly string[] = [];
    let reportCreated: ObjectEvents['created'] = () => undefined;
    const s3 = await named('S3', 'S3_PORT', () =>
      startS3({
        port: config.s3Port ?? 0,
        bucket: PHOTOS_BUCKET,
        region: REGION,
        allowedOrigins: () => pages,
        onCreated: (object) => reportCreated(object),
      }),
    );
    started.push(() => s3.close());
    const reportsEnv = {
      ...LOCAL_AWS,
      REPORT_QUEUE_URL: sqs.queueUrl(REPORT_QUEUE),
      SQS_ENDPOINT: sqs.url,
      DAILY_REPORT_RUNNER: config.dailyReportRunner,
    };

    const legacyEnv = {
      ...reportsEnv,
      REPORT_CONSUMER: 'lambda',
      MONGODB_URI: mongo.uri,
      SESSION_SECRET: sessionSecret,
      HOST: LOOPBACK,
      LEGACY_PORT: String(config.legacyPort),
      CREATE_INDEXES: String(isOurs),
      LOG_LEVEL: config.logLevel === 'silent' ? 'silent' : 'warn',
      NODE_ENV: 'production',
    };
    const legacyConfig = loadLegacyConfig(legacyEnv);
    const legacy = await named('monolith', 'LEGACY_PORT', () =>
      startServer(legacyConfig, { logger: createLegacyLogger(legacyConfig), ...(now && { clock: () => now }) }),
    );
    started.push(() => legacy.close());

    // It must have its address before the functions, which use it, are loaded.
    let functions: RunningGateway['functions'] = new Map();
    const invokeApi = await named('Invoke API', 'INVOKE_PORT', () =>
      startInvokeApi({
        port: config.invokePort,
        functions: () => functions.values(),
        schedules: sources.schedules,
        logger,
      }),
    );
    started.push(() => invokeApi.close());

    const gateway = await named('gateway', 'GATEWAY_PORT', () =>
      startGateway({
        serverlessFile: SERVERLESS_FILE,
        stage: STAGE,
        host: LOOPBACK,
        port: config.gatewayPort,
        allFunctions: true,
        environment: {
          REPORT_QUEUE_URL: sqs.queueUrl(REPORT_QUEUE),
          DAILY_REPORT_RUNNER: config.dailyReportRunner,
          PHOTO_FAILURES_URL: sqs.queueUrl(PHOTO_FAILURES),
          ...(monolithPhotos !== undefined && { MONOLITH_PHOTOS: monolithPhotos }),
          MONGODB_URI: mongo.uri,
          SESSION_SECRET: sessionSecret,
          LOG_LEVEL: config.logLevel === 'silent' ? 'silent' : 'warn',
        },
        platform: {
          ...LOCAL_AWS,
          SQS_ENDPOINT: sqs.url,
          LAMBDA_ENDPOINT: invokeApi.url,
          AWS_ENDPOINT_URL_S3: s3.url,
          AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
        },
        // The monolith's Express prints the errors that it answers.
        print: config.logLevel === 'silent' ? () => undefined : undefined,
        logger,
      }),
    );
    functions = gateway.functions;
    started.push(() => gateway.close());
    if (consumers) started.push(startConsumers({ sqs, gateway, logger }));
    const failures = sqsClientOf(sqs);
    const objectEvents = startObjectEvents({
      bucket: PHOTOS_BUCKET,
      region: REGION,
      target: () => functions.get('process-uploaded-photo'),
      onFailure: { sqs: failures, queueUrl: sqs.queueUrl(PHOTO_FAILURES) },
      ...delivery,
    });
    reportCreated = (object) => objectEvents.created(object);
    started.push(() => {
      objectEvents.close();
      failures.destroy();
      return Promise.resolve();
    });

    const proxy = await named('proxy', 'PORT', () =>
      startProxy(
        {
          banyan,
          host,
          port: config.proxyPort,
          legacyUrl: new URL(legacy.url),
          lambdaUrl: new URL(gateway.url),
          lambdaEndpointType: banyan.gateway.endpointType,
          routesFile,
          parityRules: banyan.parity.rules && path.join(ROOT, banyan.parity.rules),
          trustedHops: config.trustedHops,
          drainDelay: 0,
          legacyTimeout: 0,
          lambdaTimeout: 30_000,
          mongodbUri: mongo.uri,
          stateUri: state.uri,
          session: resolveSession(banyan.session, { SESSION_SECRET: sessionSecret }),
          overridesFile: undefined,
          killSwitchFile: config.killSwitchFile,
          adminPort: config.adminPort,
          adminHost: config.adminHost ?? LOOPBACK,
          adminTokens: config.adminToken === undefined ? [] : parseAdminTokens(`local=${config.adminToken}`, []),
          instanceName: 'local',
          guardWebhookUrl: undefined,
          versions: config.versions ?? UNVERSIONED,
          limits: DEFAULT_LIMITS,
          logLevel: config.logLevel,
        },
        logger,
      ),
    );
    pages = [proxy.url, proxy.url.replace('127.0.0.1', 'localhost')];
    // Together: the proxy waits for open streams, and it is the monolith that ends them.
    started.push(async () => {
      await Promise.all([proxy.close(), legacy.close()]);
    });
    return { mongo, state, sqs, s3, dynamoDb, objectEvents, legacy, invokeApi, gateway, proxy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Does for every queue with a consumer what AWS's event source mapping does. Returns what stops it. */
function startConsumers({
  sqs,
  gateway: { functions, eventSources },
  logger,
}: Pick<LocalSystem, 'sqs' | 'gateway'> & { readonly logger: Logger }): () => Promise<void> {
  const client = sqsClientOf(sqs);
  const consumers = eventSources.consumers.flatMap(({ functionName, queue, batchSize, partialResponses }) => {
    const target = functions.get(functionName);
    if (target === undefined) return [];
    const addresses = { queueUrl: sqs.queueUrl(queue), queueArn: sqs.queueArn(queue) };
    return [startConsumer({ sqs: client, ...addresses, target, batchSize, partialResponses, logger })];
  });
  return async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    client.destroy();
  };
}

function sqsClientOf({ url }: LocalSqs): SQSClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new SQSClient({ region: REGION, endpoint: url, credentials });
}

/** What the AWS SDK finds in the environment of the functions and of the monolith, which run in this process. */
function localAwsOnly(): Readonly<Record<string, string | undefined>> {
  const exported = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  return { ...Object.fromEntries(exported.map((name) => [name, undefined])), ...LOCAL_AWS };
}

async function seed(uri: string, now: Date | undefined): Promise<void> {
  const client = await MongoClient.connect(uri);
  try {
    await seedDemoData(client.db(), now && { now });
  } finally {
    await client.close();
  }
}

/** Turns a failed start into one line that names the part and the way out. */
async function named<T>(part: string, variable: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof BanyanError || error instanceof LegacyConfigError) throw error;
    const listening = describeListenError(error, { part, portVariable: variable, hostVariable: 'HOST' });
    const again = isBusy(error) ? ' (is another "npm start" running?)' : '';
    const fault = listening ?? `the ${part} cannot start: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError('Local system', [`${fault}${again}`], error);
  }
}

const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
