import { SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { pino } from 'pino';

import { reportCalculation } from '../../../../legacy/reports/calculate';
import { startConsumer as startLegacyConsumer } from '../../../../legacy/reports/consumer';
import { jobProcessing } from '../../../../legacy/reports/process-job';
import { createSqsReportQueue } from '../../../../legacy/reports/sqs-queue';
import { createReportStore } from '../../../../legacy/reports/store';
import { handler as createReport } from '../../../../lambda/eventsapp/reports/create-report';
import { takeDailyLease } from '../../../../lambda/eventsapp/reports/lease';
import { waitFor } from '../../../support/wait-for';
import { AUTHORIZER, IDENTITY, gatewayEvent, LAMBDA_CONTEXT } from '../../../unit/lambda/http/gateway-event';
import { jobOf, startReportSystem, type Fault, type ReportSystem } from './report-system';

const DAY = '2026-11-22';
let system: ReportSystem;

beforeEach(async () => {
  system = await startReportSystem();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await system.close();
});

/** Starts anew with functions inside that Lambda ends early. */
async function withShortTimeouts(): Promise<void> {
  await system.close();
  const names = ['db-get-report-results', 'db-finish-daily-report', 'db-store-report'];
  system = await startReportSystem({ timeouts: Object.fromEntries(names.map((name) => [name, 800])) });
}

/** Of each job once at most; a call whose answer came too late is not in the log as stored. */
function expectNothingStoredTwice(): void {
  const stored = system.logged('report job').filter(({ outcome }) => outcome === 'stored');
  expect(ids(stored)).toHaveLength(stored.length);
}

const reports = () => system.db.collection('reports').find().sort({ _id: 1 }).toArray();
const ids = (lines: readonly Readonly<Record<string, unknown>>[]) => [...new Set(lines.map((line) => line['jobId']))];

it('orders one report for every account, ten to a call, and marks the day as done', async () => {
  expect(await system.runDaily()).toEqual({ outcome: 'ran', day: DAY, jobs: 23 });
  expect(await system.waiting('ReportQueue')).toBe(23);
  expect(await system.db.collection('leases').findOne()).toMatchObject({
    _id: `daily-report:${DAY}`,
    holder: expect.stringMatching(/^lambda /) as unknown,
    takenAt: expect.any(Date) as unknown,
    expiresAt: expect.any(Date) as unknown,
    doneAt: expect.any(Date) as unknown,
  });
  system.consume();
  await system.done(23);
  expect(await system.runDaily()).toEqual({ outcome: 'done', day: DAY });
  const [report] = await reports();
  expect(report).toEqual({
    _id: `daily-${DAY}-${system.accounts[0]?.toHexString() ?? ''}`,
    customerAccountId: system.accounts[0],
    kind: 'daily',
    day: DAY,
    status: 'done',
    requestedBy: null,
    result: { events: 0, views: 0, registrations: 0, shares: 0, attendees: 0 },
    createdAt: expect.any(Date) as unknown,
    finishedAt: expect.any(Date) as unknown,
  });
});

it('SQS refusing half of a batch: those are offered again, and every refusal is in the log with its job', async () => {
  const offered: string[][] = [];
  const real = Reflect.get(SQSClient.prototype, 'send') as (...given: unknown[]) => unknown;
  const send = jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async function (
    this: SQSClient,
    command: unknown,
    ...rest: unknown[]
  ) {
    const call = (given: unknown) => Reflect.apply(real, this, [given, ...rest]) as Promise<object>;
    if (!(command instanceof SendMessageBatchCommand)) return call(command);
    const { QueueUrl, Entries = [] } = command.input;
    offered.push(Entries.map(({ MessageBody = '' }) => (JSON.parse(MessageBody) as { jobId: string }).jobId));
    // Every other one, the first time each is offered.
    const seen = new Set(offered.slice(0, -1).flat());
    const last = offered.at(-1) ?? [];
    const refused = Entries.filter((_entry, index) => index % 2 === 1 && !seen.has(last[index] ?? ''));
    const accepted = Entries.filter((entry) => !refused.includes(entry));
    const answer = await call(new SendMessageBatchCommand({ QueueUrl, Entries: accepted }));
    return { ...answer, Failed: refused.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
  } as never);
  expect(await system.runDaily()).toEqual({ outcome: 'ran', day: DAY, jobs: 23 });
  send.mockRestore();
  expect(offered.map((batch) => batch.length)).toEqual([10, 5, 10, 5, 3, 1]);
  expect(await system.waiting('ReportQueue')).toBe(23);
  const refusals = system.logged('report job refused by the queue');
  expect(ids(refusals)).toEqual([...(offered[1] ?? []), ...(offered[3] ?? []), ...(offered[5] ?? [])]);
  system.consume();
  await system.done(23);
});

it('SQS away while the day is ordered: the run fails, and its repetition by Lambda orders all of it, nothing twice', async () => {
  const send = jest
    .spyOn(SQSClient.prototype, 'send')
    .mockRejectedValue(
      Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }) as never,
    );
  expect(await system.runDaily()).toMatchObject({ errorType: 'ReportJobsNotSent' });
  send.mockRestore();
  // Another invocation must wait for the lease; the same one, which Lambda repeats under its request id, gets it again.
  expect(await system.runDaily()).toEqual({ outcome: 'held', day: DAY });
  const lease = await system.db.collection('leases').findOne();
  const holder = String(lease?.['holder']);
  expect((await takeDailyLease(system.db, DAY, holder, new Date())).outcome).toBe('taken');
  expect((await takeDailyLease(system.db, DAY, 'another', new Date())).outcome).toBe('held');
  await system.db.collection('leases').updateOne({}, { $set: { expiresAt: new Date(0) } });
  expect(await system.runDaily()).toEqual({ outcome: 'ran', day: DAY, jobs: 23 });
  system.consume();
  await system.done(23);
  expect(await reports()).toHaveLength(23);
});

it('SQS refusing half of every batch for good: the run fails naming them; its repetition orders all, and no report is doubled', async () => {
  const refused: string[] = [];
  const real = Reflect.get(SQSClient.prototype, 'send') as (...given: unknown[]) => unknown;
  const send = jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async function (
    this: SQSClient,
    command: unknown,
    ...rest: unknown[]
  ) {
    const { QueueUrl, Entries = [] } = (command as SendMessageBatchCommand).input;
    const isRefused = (index: number) => index % 2 === 1;
    const accepted = Entries.filter((_entry, index) => !isRefused(index));
    const batch = new SendMessageBatchCommand({ QueueUrl, Entries: accepted });
    const answer = await (Reflect.apply(real, this, [batch, ...rest]) as Promise<object>);
    const bad = Entries.filter((_entry, index) => isRefused(index));
    refused.push(...bad.map(({ MessageBody = '' }) => (JSON.parse(MessageBody) as { jobId: string }).jobId));
    return { ...answer, Failed: bad.map(({ Id }) => ({ Id, Code: 'InvalidMessageContents', SenderFault: true })) };
  } as never);
  expect(await system.runDaily()).toMatchObject({ errorType: 'ReportJobsNotSent' });
  send.mockRestore();
  expect(refused).toHaveLength(11);
  expect(ids(system.logged('report job refused by the queue'))).toEqual(refused);
  expect((await system.db.collection('leases').findOne())?.['doneAt']).toBeNull();
  await system.db.collection('leases').updateOne({}, { $set: { expiresAt: new Date(0) } });
  expect(await system.runDaily()).toEqual({ outcome: 'ran', day: DAY, jobs: 23 });
  expect(await system.waiting('ReportQueue')).toBe(12 + 23);
  system.consume();
  await system.done(23);
  await waitFor('an empty queue', async () => (await system.waiting('ReportQueue')) === 0, 20_000);
  expect(await reports()).toHaveLength(23);
  expectNothingStoredTwice();
});

describe.each<[string, () => Promise<unknown>, string]>([
  ['failing', () => Promise.reject(new Error('secret of the database')), 'VpcFunctionError'],
  ['timing out', () => new Promise(() => undefined), 'VpcTimeoutError'],
  ['returning rubbish', () => Promise.resolve({ outcome: 'perhaps' }), 'VpcOutputError'],
])('the function inside that the schedule asks, %s', (name, fault, error) => {
  it.each(['db-get-report-results', 'db-finish-daily-report'])(
    '%s: the run fails and says so; the next one orders everything, and no report is doubled',
    async (functionName) => {
      if (name === 'timing out') await withShortTimeouts();
      system.fault(functionName, fault);
      expect(await system.runDaily()).toMatchObject({ errorType: error });
      const [failure] = system.logged('daily reports could not be ordered');
      expect(failure).toMatchObject({ day: DAY, requestId: expect.any(String) as unknown, err: { name: error } });
      system.fault(functionName, undefined);
      await system.db.collection('leases').updateMany({}, { $set: { expiresAt: new Date(0) } });
      expect(await system.runDaily()).toEqual({ outcome: 'ran', day: DAY, jobs: 23 });
      system.consume();
      await system.done(23);
      await waitFor('an empty queue', async () => (await system.waiting('ReportQueue')) === 0, 20_000);
      expect(await reports()).toHaveLength(23);
      expectNothingStoredTwice();
    },
  );
});

it('no concurrency left inside: jobs are tried again until they are let in, each try in the log with its job', async () => {
  await system.close();
  system = await startReportSystem({ accounts: 10, concurrency: { 'db-store-report': 1 }, visibilityTimeoutS: 10 });
  const jobs = system.accounts.map((account, index) => jobOf(account, `job-${index}`));
  await system.send(...jobs);
  system.consume();
  await system.done(10);
  const again = system.logged('VPC call retried');
  expect(again.length).toBeGreaterThan(0);
  for (const line of again) {
    expect(jobs.map(({ jobId }) => jobId)).toContain(line['jobId']);
    expect(line['err']).toMatchObject({ name: 'TooManyRequestsException' });
  }
  expect(await reports()).toHaveLength(10);
});

it('the monolith and Lambda consuming the same queue at the same time: every job is done, none twice', async () => {
  const stored: string[] = [];
  const store = createReportStore(system.db);
  const process = jobProcessing({ reports: store, calculate: reportCalculation(system.db), clock: () => new Date() });
  const queue = createSqsReportQueue({
    ...system.queue,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const jobs = system.accounts.slice(0, 10).map((account, index) => jobOf(account, `job-${index}`));
  // Each job three times, so that both sides meet it.
  for (let times = 0; times < 3; times += 1) await system.send(...jobs);
  system.consume();
  const stop = startLegacyConsumer({
    queue,
    process: async (job) => {
      const outcome = await process(job);
      if (outcome === 'stored') stored.push(job.jobId);
      return outcome;
    },
    giveUp: () => Promise.resolve(),
    logger: pino({ level: 'silent' }),
  });
  await system.done(10);
  await waitFor('an empty queue', async () => (await system.waiting('ReportQueue')) === 0, 20_000);
  await stop();
  queue.close();
  const byLambda = system.logged('report job').filter(({ outcome }) => outcome === 'stored');
  const all = [...byLambda.map(({ jobId }) => jobId), ...stored];
  expect(new Set(all).size).toBe(all.length);
  expect(await reports()).toHaveLength(10);
});

it('two runs at the same time, and the monolith’s lease: one orders', async () => {
  const runs = await Promise.all([system.runDaily(), system.runDaily(), system.runDaily()]);
  expect(runs.filter((run) => 'outcome' in run && run.outcome === 'ran')).toHaveLength(1);
  const expiresAt = new Date(Date.now() + 60_000);
  const lease = { holder: 'legacy host', takenAt: new Date(), expiresAt, doneAt: null };
  await system.db.collection<{ _id: string }>('leases').insertOne({ _id: 'daily-report:2026-11-23', ...lease });
  expect(await system.runDaily('2026-11-24T02:00:00Z')).toEqual({ outcome: 'held', day: '2026-11-23' });
});

it.each<[string, () => Promise<unknown>, string]>([
  ['failing', () => Promise.reject(new Error('secret of the database')), 'VpcFunctionError'],
  ['timing out', () => new Promise(() => undefined), 'VpcTimeoutError'],
  ['returning rubbish', () => Promise.resolve({ outcome: 'perhaps' }), 'VpcOutputError'],
])(
  'the function inside %s: nothing is lost, nothing doubled, every fault is in the log',
  async (name, fault, error) => {
    if (name === 'timing out') await withShortTimeouts();
    const seen = new Set<unknown>();
    system.fault('db-store-report', (next, event) => {
      const { jobId } = (event as { job: { jobId: string } }).job;
      if (seen.has(jobId)) return next();
      seen.add(jobId);
      return fault();
    });
    const jobs = system.accounts.slice(0, 5).map((account, index) => jobOf(account, `job-${index}`));
    await system.send(...jobs);
    system.consume();
    await system.done(5);
    const failures = system.logged('report job failed');
    expect(ids(failures).sort()).toEqual(jobs.map(({ jobId }) => jobId));
    expect([...new Set(failures.map((line) => (line['err'] as { name: string }).name))]).toEqual([error]);
    expect(await reports()).toHaveLength(5);
  },
);

it.each<[string, readonly string[], Fault]>([
  ['written, but nobody heard so', ['failed'], (next) => next().then(() => Promise.reject(new Error('broke off')))],
  ['not written', [], () => Promise.reject(new Error('no database'))],
])('an ordered report that was %s: 500, nothing waits for ever, and the log says which', async (_name, left, fault) => {
  system.fault('db-create-report', fault);
  const [account] = system.accounts;
  const identity = { ...IDENTITY, userId: 'a'.repeat(24), customerAccountId: account?.toHexString() };
  const event = gatewayEvent({
    method: 'POST',
    path: '/api/reports',
    headers: [['Content-Type', 'application/json']],
    body: '{}',
    authorizer: { ...AUTHORIZER, identity: JSON.stringify(identity) },
  });
  const context = { ...LAMBDA_CONTEXT, getRemainingTimeInMillis: () => 10_000 };
  expect((await createReport(event, context)).statusCode).toBe(500);
  expect((await reports()).map(({ status }) => String(status))).toEqual(left);
  expect(await system.waiting('ReportQueue')).toBe(0);
  expect(system.logged('report could not be ordered')[0]).toMatchObject({
    jobId: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
    err: { name: 'VpcFunctionError' },
  });
});

it('one bad job of a batch does not hold up the others; after three deliveries it is put aside and given up', async () => {
  system.fault('db-store-report', (next, event) => {
    const { job, giveUp } = event as { job: { jobId: string }; giveUp: boolean };
    return job.jobId === 'bad' && !giveUp ? Promise.reject(new Error('never')) : next();
  });
  const [first, second] = system.accounts;
  const queued = { customerAccountId: second, kind: 'on-demand', day: DAY, status: 'queued', createdAt: new Date() };
  await system.db
    .collection<{ _id: string }>('reports')
    .insertOne({ _id: 'bad', ...queued, requestedBy: null, result: null, finishedAt: null } as { _id: string });
  await system.send(jobOf(first, 'good'), jobOf(second, 'bad'), 'no JSON', { jobId: '../..' });
  system.consume();
  await system.done(1);
  while ((await system.waiting('ReportDeadLetterQueue')) < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await system.waiting('ReportQueue')).toBe(0);
  const failures = system.logged('report job failed');
  expect(failures.map(({ jobId, deliveries }) => [jobId, deliveries])).toEqual([
    ['bad', 1],
    ['bad', 2],
    ['bad', 3],
  ]);
  expect(system.logged('message is no report job')).toHaveLength(6);
  const bad = () => system.db.collection<{ _id: string }>('reports').findOne({ _id: 'bad' });
  expect(await bad()).toMatchObject({ status: 'failed', finishedAt: expect.any(Date) as unknown });
  // Sent back from the dead-letter queue once the fault is gone.
  system.fault('db-store-report', undefined);
  await system.send(jobOf(second, 'bad'));
  await system.done(2);
  expect(await bad()).toMatchObject({ status: 'done', result: { events: 0 } });
});

it('the consumer killed mid-batch: the next one does it all, and what was stored keeps its times', async () => {
  await withShortTimeouts();
  let stored = 0;
  let allStored = (): void => undefined;
  const half = new Promise<void>((resolve) => (allStored = resolve));
  system.fault('db-store-report', async (next) => {
    stored += 1;
    // The second half never gets to the database.
    if (stored > 5) return new Promise(() => undefined);
    const result = await next();
    if (stored >= 5) allStored();
    return result;
  });
  await system.send(...system.accounts.slice(0, 10).map((account, index) => jobOf(account, `job-${index}`)));
  const killed = system.consume();
  await half;
  killed.kill();
  await system.done(5);
  const before = await reports();
  system.fault('db-store-report', undefined);
  system.consume();
  await system.done(10);
  const after = await reports();
  expect(after).toHaveLength(10);
  expect(after.filter(({ _id }) => before.some((report) => report._id === _id))).toEqual(before);
  await expect(system.waiting('ReportDeadLetterQueue')).resolves.toBe(0);
});

it('a job that comes twice, also at the same time, gives one report', async () => {
  const [account] = system.accounts;
  await system.send(...Array.from({ length: 10 }, () => jobOf(account, 'the-same')));
  system.consume();
  await system.done(1);
  const [first] = await reports();
  await system.send(jobOf(account, 'the-same'));
  while ((await system.waiting('ReportQueue')) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await reports()).toEqual([first]);
  expect(system.logged('report job').filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
});

it('a report of another account under the same id is never overwritten', async () => {
  const [mine, theirs] = system.accounts;
  await system.send(jobOf(mine, 'job'));
  system.consume();
  await system.done(1);
  const [report] = await reports();
  await system.send(jobOf(theirs, 'job'));
  while (system.logged('report job failed').length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await reports()).toEqual([report]);
});

describe('whose turn it is', () => {
  it('leaves the day to the monolith unless the configuration says lambda', async () => {
    await system.close();
    system = await startReportSystem({ env: { DAILY_REPORT_RUNNER: 'legacy' }, accounts: 2 });
    expect(await system.runDaily()).toEqual({ outcome: 'not our turn', day: DAY });
    expect(await system.db.collection('leases').countDocuments()).toBe(0);
    expect(await system.waiting('ReportQueue')).toBe(0);
  });
});
