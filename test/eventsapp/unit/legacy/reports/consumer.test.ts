import { pino } from 'pino';
import { reportCalculation } from '../../../../../legacy/reports/calculate';
import { startConsumer } from '../../../../../legacy/reports/consumer';
import { onDemandJob, writeJob, type ReportJob } from '../../../../../legacy/reports/job';
import { jobProcessing } from '../../../../../legacy/reports/process-job';
import type { ReportQueue } from '../../../../../legacy/reports/queue';
import { createSqsReportQueue } from '../../../../../legacy/reports/sqs-queue';
import { createReportStore, type ReportDocument } from '../../../../../legacy/reports/store';
import { DEMO_IDS } from '../../../seed';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';
import { startSqs, type LocalSqs } from '../support/sqs';
import { until } from '../support/until';

let app: Eventsapp;
let sqs: LocalSqs;
let queue: ReportQueue;
beforeAll(async () => {
  app = await startEventsapp();
  // A message that was not removed comes again after a second.
  sqs = await startSqs({ visibilityTimeout: 1 });
  queue = createSqsReportQueue({ ...sqs, url: sqs.queueUrl });
});
afterAll(async () => {
  queue.close();
  await app.close();
  await sqs.close();
});

const lines: Record<string, unknown>[] = [];
const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
beforeEach(() => {
  lines.length = 0;
});

const stored = () => app.db.collection<ReportDocument>('reports');
const processing = () =>
  jobProcessing({ reports: createReportStore(app.db), calculate: reportCalculation(app.db), clock: () => NOW });
/** Also stopped behind a test that has failed. */
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const consume = (process: (job: ReportJob) => Promise<'stored' | 'known'>) => {
  const reports = createReportStore(app.db);
  const stop = startConsumer({ queue, process, giveUp: (job) => reports.fail(job, NOW), logger });
  stops.push(stop);
  return stop;
};

test('what fails stays in the queue and does no harm to the rest; after three times it is put aside and given up', async () => {
  const jobs = Array.from({ length: 4 }, () => onDemandJob(DEMO_IDS.account, '2026-11-12'));
  const [flaky, hopeless, ...good] = jobs;
  if (!flaky || !hopeless) throw new Error('no jobs');
  const reports = createReportStore(app.db);
  for (const job of jobs) await reports.create(job, DEMO_IDS.organiser, NOW);
  await queue.send(jobs);
  await sqs.send('"rubbish"');
  const process = processing();
  const tries = new Map<string, number>();
  const stop = consume(async (job) => {
    const nth = (tries.get(job.jobId) ?? 0) + 1;
    tries.set(job.jobId, nth);
    if (job.jobId === hopeless.jobId || (job.jobId === flaky.jobId && nth === 1))
      throw new Error('the database is away');
    return process(job);
  });
  const statusOf = async ({ jobId }: ReportJob) => (await stored().findOne({ _id: jobId }))?.status;
  await until(async () => (await statusOf(hopeless)) === 'failed' && (await statusOf(flaky)) === 'done');
  const dead: unknown[] = [];
  await until(async () => {
    dead.push(...(await sqs.drain('dead letters')));
    return dead.length === 2;
  });
  await stop();
  for (const job of [flaky, ...good]) expect(await statusOf(job)).toBe('done');
  expect(tries.get(hopeless.jobId)).toBe(3);
  expect(tries.get(flaky.jobId)).toBeGreaterThanOrEqual(2);
  expect(dead).toEqual(expect.arrayContaining(['rubbish', JSON.parse(writeJob(hopeless))]));
  expect(await sqs.left()).toBe(0);
  const failures = lines.filter(({ msg }) => msg === 'report job failed');
  expect(failures.filter(({ jobId }) => jobId === hopeless.jobId).map(({ deliveries }) => deliveries)).toEqual([
    1, 2, 3,
  ]);
  expect(failures.filter(({ jobId }) => jobId === undefined)).toHaveLength(3);

  // Put back by somebody, it is done after all.
  await queue.send([hopeless]);
  const again = consume(process);
  await until(async () => (await statusOf(hopeless)) === 'done');
  await again();
});

test('closing waits for the job at hand, and no job is taken any more', async () => {
  const job = onDemandJob(DEMO_IDS.account, '2026-11-12');
  await queue.send([job]);
  const state = { begun: false, finish: () => {} };
  const process = processing();
  const stop = consume(async (given) => {
    state.begun = true;
    await new Promise<void>((resolve) => (state.finish = resolve));
    return process(given);
  });
  await until(() => state.begun);
  const stopped = stop();
  state.finish();
  await stopped;
  expect(await stored().findOne({ _id: job.jobId })).toMatchObject({ status: 'done' });
  expect(await sqs.left()).toBe(0);
  await queue.send([onDemandJob(DEMO_IDS.account, '2026-11-12')]);
  expect(await sqs.drain()).toHaveLength(1);
});

test('a queue that is away is asked again', async () => {
  const calls: string[] = [];
  const job = onDemandJob(DEMO_IDS.account, '2026-11-12');
  const stop = startConsumer({
    queue: {
      receive: (signal) => {
        calls.push('receive');
        if (calls.length === 1) return Promise.reject(new Error('away'));
        if (calls.length === 2) return Promise.resolve([{ id: '1', receipt: 'r', body: writeJob(job), deliveries: 1 }]);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('closed'));
          });
        });
      },
      remove: (messages) => {
        calls.push(`remove ${messages.map(({ id }) => id).join()}`);
        return Promise.resolve();
      },
    },
    process: () => Promise.resolve('stored'),
    giveUp: () => Promise.resolve(),
    logger,
  });
  await until(() => calls.length === 4);
  await stop();
  expect(calls).toEqual(['receive', 'receive', 'remove 1', 'receive']);
  expect(lines.filter(({ level }) => level === 50).map(({ msg }) => msg)).toEqual(['report queue']);
});
