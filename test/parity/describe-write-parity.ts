import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient, type Db } from 'mongodb';
import { loadConfig } from '../../legacy/config';
import { createLogger } from '../../legacy/logging';
import { startServer, type RunningServer } from '../../legacy/server';
import { compareResponses } from '../../shared/parity/compare';
import { changesBetween, compareChanges, type Snapshot } from '../../shared/parity/database-effects';
import type { Difference } from '../../shared/parity/exchange';
import { unifyWrite, type ObservedWrite } from '../../shared/parity/unify';
import { copyDatabase, readDatabase, restore, type DatabaseState } from '../support/database-copy';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { demoRoutes, runSystem, TEST_SECRET, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from './identities';
import {
  answeredBy,
  expectedStatus,
  identitiesOf,
  itIsAskedAsEverybody,
  sendCase,
  withoutAddedByAws,
  type ParityCase,
} from './parity-case';

/** A request that may write. */
export interface WriteCase extends ParityCase {
  /**
   * What legacy must do to the database when it answers below 300, as `<collection> inserted|updated|removed`, so that a case
   * cannot pass by doing nothing on both sides. Otherwise it must do nothing.
   */
  readonly effects: readonly string[];
}

/** Statuses of what an organiser of the account may do, and nobody else. */
export const ORGANISER_ONLY = (status: number) =>
  ({ anonymous: 401, 'bad token': 401, member: 403, organiser: status, 'API key': 401 }) as const;
/** Requests with a body and without a session never leave the monolith. */
export const BODY_OF_NOBODY_ON_LEGACY = { anonymous: 'legacy', 'API key': 'legacy' } as const;

/** Both sides use one queue: each empties it after its request, and nobody consumes it. */
const QUEUE = 'ReportQueue';

interface Side {
  readonly url: string;
  readonly db: Db;
}

/**
 * Sends every case as every identity to a monolith of its own (the control) and, as candidates, to the gateway and through
 * the proxy at each stage. Each side works on its own copy of the same data, which is put back after each request. Answers,
 * every changed document and every message sent must be the same; ids and times that a side makes up are unified.
 */
export function describeWriteParity(route: string, cases: readonly WriteCase[]): void {
  describe(`parity of ${route}`, () => {
    let system: RunningSystem;
    let control: Side & { readonly server: RunningServer };
    let onLegacy: RunningProxy;
    let client: MongoClient;
    let queue: SQSClient;
    let credentials: ReadonlyMap<string, Credentials>;
    let original: DatabaseState;
    let knownIds: ReadonlySet<string>;

    beforeAll(async () => {
      // Express prints malformed requests to the console; here they are sent on purpose.
      jest.spyOn(console, 'error').mockImplementation();
      system = await runSystem({ stage: 'lambda', consumers: false });
      onLegacy = await runProxy({
        legacyUrl: new URL(system.legacy.url),
        lambdaUrl: new URL(system.gateway.url),
        routes: await demoRoutes('legacy'),
      });
      client = await MongoClient.connect(system.mongo.uri);
      queue = new SQSClient({
        region: 'eu-west-1',
        endpoint: system.sqs.url,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      const server = await startControl(system);
      control = { server, url: server.url, db: client.db(CONTROL_DATABASE) };
      // Sessions are copied too: one credential is good on both sides.
      credentials = await logIn(system.legacy.url);
      await copyDatabase(client.db(), control.db);
      original = await readDatabase(control.db);
      const text = JSON.stringify([...original.snapshot]);
      knownIds = new Set(text.match(/\b[0-9a-f]{24}\b/g));
    });

    afterAll(async () => {
      queue.destroy();
      await client.close();
      await onLegacy.close();
      await control.server.close();
      await system.close();
      jest.restoreAllMocks();
    });

    /** Sends the request, sees what became of the data, and puts it back. */
    const observe = async ({ url, db }: Side, writeCase: WriteCase, identity: string): Promise<ObservedWrite> => {
      const from = new Date();
      const response = await sendCase(url, writeCase, credentials.get(identity) ?? {});
      const to = new Date();
      const { snapshot } = await readDatabase(db);
      const changes = changesBetween(original.snapshot, snapshot);
      await restore(db, original, changes);
      const messages = changesBetween(new Map(), await takeMessages(queue, system.sqs.queueUrl(QUEUE)));
      const sent = JSON.stringify(writeCase.request);
      const isKnownId = (id: string): boolean => knownIds.has(id) || sent.includes(id);
      return unifyWrite({ response, changes: [...changes, ...messages] }, { isKnownId, from, to });
    };

    itIsAskedAsEverybody(cases);

    describe.each(cases.map((writeCase) => [writeCase.name, writeCase] as const))('%s', (_name, writeCase) => {
      it.each(identitiesOf(writeCase))('as %s', async (identity) => {
        const expected = await observe(control, writeCase, identity);
        const { statusCode } = expected.response;
        expect(statusCode).toBe(expectedStatus(writeCase, identity));
        const effects = new Set(expected.changes.map(({ collection, kind }) => `${collection} ${kind}`));
        expect([...effects].sort()).toEqual(statusCode < 300 ? [...writeCase.effects].sort() : []);

        const found: Record<string, readonly Difference[]> = {};
        const compare = async (name: string, url: string, forgive = forgiveNothing): Promise<void> => {
          const actual = await observe({ url, db: client.db() }, writeCase, identity);
          found[name] = [
            ...forgive(compareResponses(expected.response, actual.response), expected.response),
            ...compareChanges(expected.changes, actual.changes),
          ];
        };
        if (writeCase.onlyThroughProxy === undefined) {
          await compare('gateway', system.gateway.url, withoutAddedByAws);
        }
        await compare('proxy, route on legacy', onLegacy.url);
        await compare('proxy, route on lambda', system.proxy.url);
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((side) => [side, []])));
        expect(system.logger.lines.findLast(({ message }) => message === 'request')?.fields).toMatchObject({
          upstream: answeredBy(writeCase, identity),
        });
      });
    });
  });
}

const CONTROL_DATABASE = 'control';
const forgiveNothing: typeof withoutAddedByAws = (differences) => differences;

/** A monolith on a database of its own in the same MongoDB, with its indexes. */
function startControl(system: RunningSystem): Promise<RunningServer> {
  const uri = new URL(system.mongo.uri);
  uri.pathname = `/${CONTROL_DATABASE}`;
  const config = loadConfig({
    MONGODB_URI: uri.href,
    SESSION_SECRET: TEST_SECRET,
    LEGACY_PORT: '0',
    NODE_ENV: 'production',
    LOG_LEVEL: 'silent',
    REPORT_QUEUE_URL: system.sqs.queueUrl(QUEUE),
    SQS_ENDPOINT: system.sqs.url,
    AWS_REGION: 'eu-west-1',
    REPORT_CONSUMER: 'lambda',
    DAILY_REPORT_RUNNER: 'lambda',
  });
  return startServer(config, { logger: createLogger(config) });
}

/** Empties the queue; its messages are seen as documents of a collection. */
async function takeMessages(client: SQSClient, queueUrl: string): Promise<Snapshot> {
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
