import { SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import path from 'node:path';
import { ConfigError, readEnvironment, type Logger } from 'banyan-strangler/lambda';
import {
  describeListenError,
  readEventSourcesFile,
  setProcessEnvironment,
  startConsumer,
  startSqs,
  type LocalSqs,
  type RunningGateway,
} from 'banyan-strangler/local';
import type { Services, StartServices } from 'banyan-strangler/proxy';
import { LOCAL_CREDENTIALS, startDynamoDb, tablesOf, type LocalDynamoDb } from './aws/local-dynamodb';
import { startS3, type LocalS3 } from './aws/local-s3';
import { startObjectEvents, type ObjectEvents, type ObjectEventsOptions } from './aws/object-events';
import { seedDemoData } from './seed';

/** What eventsapp needs of AWS, on this machine. */
export interface EventsappServices extends Services {
  readonly sqs: LocalSqs;
  readonly s3: LocalS3;
  readonly dynamoDb: LocalDynamoDb;
  /** From S3 to process-uploaded-photo. */
  readonly objectEvents: ObjectEvents;
}

export interface ServicesOptions {
  /** What the seeded data's dates are relative to. */
  readonly now?: Date;
  /** How S3's events are delivered; by default one in five twice. */
  readonly objectEvents?: Partial<Pick<ObjectEventsOptions, 'deliveries' | 'delayMs' | 'pausesMs'>>;
  /** Whether the monolith's photo routes are; by default as the stage file says. */
  readonly monolithPhotos?: 'kept' | 'retired' | undefined;
  /** Whether functions are called for what is in queues; default true. */
  readonly consumers?: boolean;
}

const SERVERLESS_FILE = path.join(__dirname, '../../serverless.yml');
const STAGE = 'dev';
const REGION = 'eu-west-1';
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
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  // A profile would win over the keys.
  AWS_PROFILE: '',
  // At every start, on Node.js 20.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** For `banyan dev`, which `npm start` is: demo data, SQS, DynamoDB and S3. */
const start: StartServices = (given) => startServices(given);
export default start;

/** The same with what tests set. Throws the listen error of a port that is taken, named. */
export async function startServices(
  { mongodbUri, isNamed, env, logger }: Parameters<StartServices>[0],
  { now, objectEvents: delivery, monolithPhotos, consumers = true }: ServicesOptions = {},
): Promise<EventsappServices> {
  const config = readEnvironment(env, (read) => ({
    sqsPort: read.port('SQS_PORT', 3004),
    s3Port: read.port('S3_PORT', 3006),
    dynamoDbPort: read.port('DYNAMODB_PORT', 3007),
    runner: read.oneOf('DAILY_REPORT_RUNNER', ['legacy', 'lambda'], 'lambda'),
    isSilent: read.string('LOG_LEVEL', 'info') === 'silent',
  }));
  const started: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    const localAws = localAwsOnly();
    started.push(setProcessEnvironment(localAws));
    // While the monolith starts.
    const seeding = isNamed ? Promise.resolve() : seed(mongodbUri, now);
    seeding.catch(() => undefined);

    const { queues } = readEventSourcesFile({ serverlessFile: SERVERLESS_FILE, stage: STAGE });
    const sqs = await named('SQS', 'SQS_PORT', startSqs({ port: config.sqsPort, region: REGION, queues }));
    started.push(() => sqs.close());
    const tables = tablesOf('tables.yml', STAGE);
    const dynamoDb = await named('DynamoDB', 'DYNAMODB_PORT', startDynamoDb({ port: config.dynamoDbPort, tables }));
    started.push(() => dynamoDb.close());
    // Each must know the other, and pages of the proxy's origin may upload.
    let pages: readonly string[] = [];
    let reportCreated: ObjectEvents['created'] = () => undefined;
    const s3 = await named(
      'S3',
      'S3_PORT',
      startS3({
        port: config.s3Port,
        bucket: PHOTOS_BUCKET,
        region: REGION,
        allowedOrigins: () => pages,
        onCreated: (object) => reportCreated(object),
      }),
    );
    started.push(() => s3.close());
    let functions: RunningGateway['functions'] = new Map();
    const client = sqsClientOf(sqs);
    const objectEvents = startObjectEvents({
      bucket: PHOTOS_BUCKET,
      region: REGION,
      target: () => functions.get('process-uploaded-photo'),
      onFailure: { sqs: client, queueUrl: sqs.queueUrl(PHOTO_FAILURES) },
      ...delivery,
    });
    reportCreated = (object) => objectEvents.created(object);
    started.push(() => {
      objectEvents.close();
      client.destroy();
    });
    const reports = { REPORT_QUEUE_URL: sqs.queueUrl(REPORT_QUEUE), DAILY_REPORT_RUNNER: config.runner };
    const logLevel = config.isSilent ? 'silent' : 'warn';
    return {
      ...{ sqs, s3, dynamoDb, objectEvents, close },
      monolith: {
        ...localAws,
        ...reports,
        SQS_ENDPOINT: sqs.url,
        REPORT_CONSUMER: 'lambda',
        CREATE_INDEXES: String(!isNamed),
        LOG_LEVEL: logLevel,
        NODE_ENV: 'production',
      },
      functions: {
        ...reports,
        PHOTO_FAILURES_URL: sqs.queueUrl(PHOTO_FAILURES),
        ...(monolithPhotos !== undefined && { MONOLITH_PHOTOS: monolithPhotos }),
        LOG_LEVEL: logLevel,
      },
      platform: {
        ...LOCAL_AWS,
        SQS_ENDPOINT: sqs.url,
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      },
      seeded: 'demo data',
      rows: [
        { name: 'SQS', url: sqs.url, note: 'report jobs; consumed by process-report-job' },
        { name: 'S3', url: s3.url, note: 'photos; process-uploaded-photo runs for each upload' },
        { name: 'DynamoDB', url: dynamoDb.url, note: 'photos' },
        {
          name: 'photos',
          url: '{{proxy}}/photos/upload.html',
          note: 'a page to upload with, for people registered for an event',
        },
      ],
      async onReady({ proxyUrl, gateway }) {
        functions = gateway?.functions ?? functions;
        pages = [proxyUrl, proxyUrl.replace('127.0.0.1', 'localhost')];
        if (consumers && gateway) started.push(startConsumers({ sqs, gateway, logger }));
        await seeding;
      },
    };
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
}: {
  readonly sqs: LocalSqs;
  readonly gateway: RunningGateway;
  readonly logger: Logger;
}): () => Promise<void> {
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
  return new SQSClient({ region: REGION, endpoint: url, credentials: LOCAL_CREDENTIALS });
}

/** What the AWS SDK finds in the environment of this process and of the monolith. */
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

async function named<T>(part: string, portVariable: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const fault = describeListenError(error, { part, portVariable, hostVariable: 'HOST' });
    throw fault === undefined ? error : new ConfigError('Local system', [fault], error);
  }
}
