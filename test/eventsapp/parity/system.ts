import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import path from 'node:path';
import { loadConfig } from '../../../legacy/config';
import { copyStep, INITIAL_COPY } from '../../../lambda/eventsapp/photos/migration/copy-photos';
import { createLogger } from '../../../legacy/logging';
import { startServer } from '../../../legacy/server';
import type { Snapshot } from '../../../shared/parity/database-effects';
import type { StartedSides } from '../../../shared/parity/sides';
import { copyDatabase } from '../../../proxy/parity/data-copy';
import { uriOfDatabase } from '../../../shared/local/mongo';
import { DEMO_IDS } from '../seed';
import type { ServicesOptions } from '../services';
import { migrate, photoStoresOf } from '../support/photo-stores';
import { startSystem, type LocalSystem } from '../system';
import { capturedLogger } from '../../support/captured-logger';
import { TEST_SECRET } from '../support/running-system';
import { startTestMongo } from '../../support/test-mongo';

/** The first signs; sessions from before the rotation are good as well. */
const SECRETS = JSON.stringify([TEST_SECRET, 'the secret before that']);

/** Both sides use one queue: each empties it after its request, and nobody consumes it. */
const QUEUE = 'ReportQueue';
const EMPTY_ROUTES = path.join(__dirname, '../../support/no-routes.yml');

/** Both sides, and the local system that the candidate is part of. */
export interface ParitySystem extends StartedSides {
  readonly system: LocalSystem;
}

/**
 * Starts a monolith (the control) and a whole local system (the candidate) in one process, each on its own copy of the demo
 * data, in databases named for this run. Of the candidate's photos some are copied to S3, some are not.
 */
export default async function startParitySystem({
  run,
  env,
  monolithPhotos,
}: {
  readonly monolithPhotos?: ServicesOptions['monolithPhotos'];
  readonly run: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<ParitySystem> {
  const stops: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    // Express prints malformed requests to the console; here they are sent on purpose.
    const original = console.error;
    console.error = () => undefined;
    stops.push(() => Promise.resolve((console.error = original)));
    const logger = capturedLogger();
    // Never a database that MONGODB_URI names: cases write.
    const mongo = await startTestMongo({ logger });
    stops.push(() => mongo.stop());
    const uriOf = (side: string): string => uriOfDatabase(mongo.uri, `parity_${run}_${side}`);
    const client = await MongoClient.connect(mongo.uri);
    stops.push(() => client.close());
    const databaseOf = (side: string) => client.db(`parity_${run}_${side}`);
    stops.push(() => Promise.all(['control', 'candidate', 'state'].map((side) => databaseOf(side).dropDatabase())));

    // What a proxy writes of its own accord, such as its heartbeat, must not look like an effect of a case.
    const databases = { mongo: { ...mongo, uri: uriOf('candidate') }, state: { ...mongo, uri: uriOf('state') } };
    const system = await startSystem({
      env: { ...env, ROUTES_FILE: EMPTY_ROUTES, SESSION_SECRET: SECRETS, LOG_LEVEL: 'silent' },
      databases,
      logger,
      consumers: false,
      monolithPhotos,
    });
    stops.push(() => system.close());
    const config = loadConfig({
      MONGODB_URI: uriOf('control'),
      SESSION_SECRET: SECRETS,
      LEGACY_PORT: '0',
      NODE_ENV: 'production',
      LOG_LEVEL: 'silent',
      REPORT_QUEUE_URL: system.sqs.queueUrl(QUEUE),
      SQS_ENDPOINT: system.sqs.url,
      AWS_REGION: system.sqs.region,
      REPORT_CONSUMER: 'lambda',
      DAILY_REPORT_RUNNER: 'lambda',
    });
    const control = await startServer(config, { logger: createLogger(config) });
    stops.push(() => control.close());
    await copyDatabase(databaseOf('candidate'), databaseOf('control'));
    await copySomePhotos(system);

    const queue = new SQSClient({
      region: system.sqs.region,
      endpoint: system.sqs.url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    stops.push(() => {
      queue.destroy();
      return Promise.resolve();
    });
    const takeMessages = () => takeAll(queue, system.sqs.queueUrl(QUEUE));
    return {
      system,
      secrets: { SESSION_SECRET: SECRETS },
      control: { url: control.url, mongodbUri: uriOf('control'), takeMessages },
      candidate: {
        url: system.gateway.url,
        mongodbUri: uriOf('candidate'),
        legacyUrl: system.legacy.url,
        takeMessages,
        restore: async (changes) => {
          if (changes.some(({ collection, kind }) => collection === 'photos' && kind === 'removed'))
            await copySomePhotos(system);
        },
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As in the midst of the migration. */
async function copySomePhotos(system: LocalSystem): Promise<void> {
  const stores = await photoStoresOf(system);
  await migrate(INITIAL_COPY, copyStep(stores, { batch: 10, dryRun: false }));
  for (const number of [1, 3]) await stores.photos.remove(DEMO_IDS.photo(number).toHexString());
  await stores.close();
}

/** Empties the queue; its messages are seen as documents of a collection. */
async function takeAll(client: SQSClient, queueUrl: string): Promise<Snapshot> {
  const taken: { id: string; document: unknown }[] = [];
  // Much faster than a receive that finds nothing.
  const waiting = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  while ((await client.send(waiting)).Attributes?.['ApproximateNumberOfMessages'] !== '0') {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ['All'],
      }),
    );
    for (const { Body = '', MessageAttributes = {}, ReceiptHandle } of Messages) {
      taken.push({ id: String(taken.length), document: { body: Body, attributes: MessageAttributes } });
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
  return new Map([[`queue ${QUEUE}`, taken]]);
}
