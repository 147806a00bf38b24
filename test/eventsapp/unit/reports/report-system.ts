import { SendMessageBatchCommand, SQSClient, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { MongoClient, ObjectId, type Db } from 'mongodb';

import { forgetLambdaConfig } from '../../../../lambda/config';
import { closeMongo } from '../../../../lambda/mongo';
import { forgetOutside } from '../../../../lambda/eventsapp/reports/outside';
import type { DailyRun } from '../../../../lambda/eventsapp/reports/run-daily-report';
import type { ReportJob } from '../../../../lambda/eventsapp/contracts/reports';
import { startConsumer, type QueueConsumer } from '../../../../shared/local/sqs/consumer';
import { startInvokeApi } from '../../../../shared/local/invoke/invoke-api';
import {
  createFunction,
  requireModule,
  type FunctionDefinition,
  type LambdaFunction,
} from '../../../../shared/local/functions';
import { startTestMongo } from '../../../support/test-mongo';
import { startSqs } from '../../../../shared/local/sqs/queues';
import { capturedLogger } from '../../../support/captured-logger';
import { waitFor } from '../../../support/wait-for';

const ROOT = process.cwd();
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'eu-west-1';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;
/** Stands around a function's handler; `next` is the real one. */
export type Fault = (next: () => Promise<unknown>, event: unknown) => Promise<unknown>;

/** The report functions as they are deployed: SQS, Invoke API, MongoDB, and faults where a test wants them. */
export interface ReportSystem {
  readonly db: Db;
  readonly accounts: readonly ObjectId[];
  readonly queue: { readonly url: string; readonly endpoint: string; readonly region: string };
  /** From now on the function behaves so; undefined: as it should. */
  fault(functionName: string, fault: Fault | undefined): void;
  runDaily(time?: string): Promise<DailyRun | { readonly errorType: string; readonly errorMessage: string }>;
  send(...jobs: readonly unknown[]): Promise<void>;
  consume(): QueueConsumer;
  /** Messages in the queue or the dead-letter queue, those in flight included. */
  waiting(queue: 'ReportQueue' | 'ReportDeadLetterQueue'): Promise<number>;
  /** What the functions have logged, parsed. */
  logged(message: string): readonly Readonly<Record<string, unknown>>[];
  /** Waits until this many reports are done. */
  done(count: number): Promise<void>;
  close(): Promise<void>;
}

interface ReportSystemOptions {
  readonly visibilityTimeoutS?: number;
  readonly accounts?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** How many of a function may run at a time, by its name. */
  readonly concurrency?: Readonly<Record<string, number>>;
  /** After how many ms Lambda ends a function, by its name. */
  readonly timeouts?: Readonly<Record<string, number>>;
}

export async function startReportSystem({
  visibilityTimeoutS = 1,
  accounts: accountCount = 23,
  env = {},
  concurrency = {},
  timeouts = {},
}: ReportSystemOptions = {}): Promise<ReportSystem> {
  const mongo = await startTestMongo();
  const client = await MongoClient.connect(mongo.uri);
  const db = client.db();
  const accounts = Array.from({ length: accountCount }, () => new ObjectId());
  await db.collection('customerAccounts').insertMany(accounts.map((_id, index) => ({ _id, name: `Account ${index}` })));

  const sqs = await startSqs({
    region: REGION,
    queues: [
      {
        logicalId: 'ReportQueue',
        name: 'jobs',
        visibilityTimeoutS,
        deadLetter: { queue: 'ReportDeadLetterQueue', maxReceiveCount: 3 },
      },
      { logicalId: 'ReportDeadLetterQueue', name: 'dead', visibilityTimeoutS: 30, deadLetter: undefined },
    ],
  });
  const faults = new Map<string, Fault>();
  const functions: LambdaFunction[] = [];
  const logger = capturedLogger();
  const api = await startInvokeApi({ functions: () => functions, logger });

  const before = { ...process.env };
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  Object.assign(process.env, {
    MONGODB_URI: mongo.uri,
    SESSION_SECRET: 'a secret for tests',
    LOG_LEVEL: 'info',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    REPORT_QUEUE_URL: sqs.queueUrl('ReportQueue'),
    SQS_ENDPOINT: sqs.url,
    LAMBDA_ENDPOINT: api.url,
    FUNCTION_PREFIX: 'banyan-test-',
    DAILY_REPORT_RUNNER: 'lambda',
    ...env,
  });
  forgetLambdaConfig();
  forgetOutside();
  for (const [name, timeoutMs] of Object.entries({ ...TIMEOUTS, ...timeouts })) {
    functions.push(deploy({ name, timeoutMs, reservedConcurrency: concurrency[name] }, faults));
  }
  const named = (name: string): LambdaFunction => {
    const found = functions.find(({ definition }) => definition.name === name);
    if (found === undefined) throw new Error(`There is no function ${name}`);
    return found;
  };
  const sqsClient = new SQSClient({ region: REGION, endpoint: sqs.url, credentials: CREDENTIALS });
  const consumers: QueueConsumer[] = [];

  return {
    db,
    accounts,
    queue: { url: sqs.queueUrl('ReportQueue'), endpoint: sqs.url, region: REGION },
    fault(name, fault) {
      if (fault === undefined) faults.delete(name);
      else faults.set(name, fault);
    },
    async runDaily(time = '2026-11-23T02:00:00Z') {
      const outcome = await named('run-daily-report').invoke({ time });
      return outcome.ok ? (JSON.parse(outcome.payload) as DailyRun) : outcome.error;
    },
    async send(...jobs) {
      const Entries = jobs.map((job, index) => ({
        Id: String(index),
        MessageBody: typeof job === 'string' ? job : JSON.stringify(job),
      }));
      await sqsClient.send(new SendMessageBatchCommand({ QueueUrl: sqs.queueUrl('ReportQueue'), Entries }));
    },
    consume() {
      const consumer = startConsumer({
        sqs: sqsClient,
        queueUrl: sqs.queueUrl('ReportQueue'),
        queueArn: sqs.queueArn('ReportQueue'),
        target: named('process-report-job'),
        batchSize: 10,
        partialResponses: true,
        logger,
      });
      consumers.push(consumer);
      return consumer;
    },
    async waiting(queue) {
      const { Attributes } = await sqsClient.send(
        new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl(queue), AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes?.['ApproximateNumberOfMessages']) +
        Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'])
      );
    },
    logged: (message) =>
      lines
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []))
        .filter((line) => line['message'] === message),
    async done(count) {
      await waitFor(
        `${count} reports`,
        async () => (await db.collection('reports').countDocuments({ status: 'done' })) === count,
        20_000,
      );
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await closeMongo();
      forgetOutside();
      sqsClient.destroy();
      await api.close();
      await sqs.close();
      await db.dropDatabase();
      await client.close();
      await mongo.stop();
      write.mockRestore();
      process.env = before;
      forgetLambdaConfig();
    },
  };
}

export const jobOf = (account: ObjectId | undefined, jobId: string): ReportJob => ({
  jobId,
  customerAccountId: String(account),
  day: '2026-11-22',
  kind: 'on-demand',
});

/** Long, so that nothing runs out of time on a slow machine unless a test wants it. */
const TIMEOUTS = {
  'run-daily-report': 20_000,
  'process-report-job': 20_000,
  'db-get-report-results': 10_000,
  'db-finish-daily-report': 10_000,
  'db-create-report': 10_000,
  'db-store-report': 10_000,
};

function deploy(
  { name, ...limits }: Pick<FunctionDefinition, 'name' | 'timeoutMs' | 'reservedConcurrency'>,
  faults: ReadonlyMap<string, Fault>,
): LambdaFunction {
  const functionName = `banyan-test-${name}`;
  const arn = `arn:aws:lambda:${REGION}:000000000000:function:${functionName}`;
  return createFunction(
    {
      name,
      functionName,
      handler: `lambda/eventsapp/reports/${name}.handler`,
      root: ROOT,
      memorySize: 512,
      arn,
      ...limits,
    },
    {
      load: (file) => {
        const { handler } = requireModule(file) as { readonly handler: Handler };
        return {
          handler: (event: unknown, context: unknown) => {
            const next = () => handler(event, context);
            return faults.get(name)?.(next, event) ?? next();
          },
        };
      },
    },
  );
}
