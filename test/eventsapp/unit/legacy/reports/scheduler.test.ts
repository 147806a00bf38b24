import fc from 'fast-check';
import { pino } from 'pino';
import { createAccountStore } from '../../../../../legacy/accounts/store';
import { createDailyReports, LEASE_MS } from '../../../../../legacy/reports/daily-run';
import type { ReportJob } from '../../../../../legacy/reports/job';
import { createLeaseStore, type LeaseDocument } from '../../../../../legacy/reports/lease';
import { dueAfter, startScheduler } from '../../../../../legacy/reports/scheduler';
import { createReportStore } from '../../../../../legacy/reports/store';
import { DEMO_IDS } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';
import { startSqs, type LocalSqs } from '../support/sqs';
import { until } from '../support/until';

let app: Eventsapp;
let sqs: LocalSqs;
beforeAll(async () => {
  app = await startEventsapp();
  await app.db.collection('reports').deleteMany({});
  sqs = await startSqs();
});
afterAll(async () => {
  await app.close();
  await sqs.close();
});
afterEach(async () => {
  await sqs.drain();
  for (const name of ['leases', 'reports']) await app.db.collection(name).deleteMany({});
});

/** A clock that shows `start` now and goes on as clocks do. */
function clockFrom(start: string): () => Date {
  const offset = new Date(start).getTime() - Date.now();
  return () => new Date(Date.now() + offset);
}

const instance = (clock: () => Date, env: Record<string, string> = {}) =>
  app.startInstance({ ...sqs.env, REPORT_CONSUMER: 'lambda', ...env }, { clock });
const leases = () => app.db.collection<LeaseDocument>('leases');
const lease = () => leases().findOne({ _id: 'daily-report:2026-11-17' });

/** What instances have logged about their runs since a line. */
function runs(from: number): readonly unknown[] {
  return app.logLines
    .slice(from)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'daily reports')
    .map(({ outcome }) => outcome);
}

const JOBS = [DEMO_IDS.account, DEMO_IDS.otherAccount].map((id) => ({
  jobId: `daily-2026-11-17-${id.toHexString()}`,
  customerAccountId: id.toHexString(),
  day: '2026-11-17',
  kind: 'daily',
}));

async function jobs(): Promise<unknown[]> {
  return (await sqs.drain()).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

/** A clock that stands still until it is set. Timers run on: what a run sees does not depend on how fast this machine is. */
function stoppedClock(start: string): { readonly clock: () => Date; readonly set: (time: Date) => void } {
  let now = new Date(start);
  return { clock: () => now, set: (time) => (now = time) };
}

describe('instances', () => {
  test('before 02:00 nothing is ordered; then one of them orders the reports of the day before, one for each account', async () => {
    const from = app.logLines.length;
    const early = await instance(stoppedClock('2026-11-18T01:00:00Z').clock);
    await early.close();
    expect(await lease()).toBeNull();
    const instances = await Promise.all([1, 2, 3].map(() => instance(stoppedClock('2026-11-18T01:59:59.500Z').clock)));
    await until(() => runs(from).length >= 3);
    await until(async () => (await lease())?.doneAt instanceof Date);
    expect(runs(from).filter((outcome) => outcome === 'ran')).toHaveLength(1);
    expect(await jobs()).toEqual(JOBS);
    const reports = await app.db.collection('reports').find().sort({ _id: 1 }).toArray();
    expect(reports.map(({ _id }) => String(_id))).toEqual(JOBS.map(({ jobId }) => jobId));
    expect(reports[0]).toMatchObject({ kind: 'daily', status: 'queued', requestedBy: null, result: null });
    await Promise.all(instances.map((each) => each.close()));
    // One that comes up later finds that the day is done.
    const late = await instance(clockFrom('2026-11-18T02:05:00Z'));
    await late.close();
    expect(await jobs()).toEqual([]);
  });

  test('when the one that took the lease has died, another takes it when it expires', async () => {
    const { clock, set } = stoppedClock('2026-11-18T01:59:59.900Z');
    await createLeaseStore(app.db).take('daily-report:2026-11-17', 'dead', clock(), 300);
    const from = app.logLines.length;
    const living = await instance(clock);
    await until(() => runs(from).includes('held'));
    expect((await lease())?.holder).toBe('dead');
    set(new Date('2026-11-18T02:00:00.200Z'));
    await until(() => runs(from).includes('ran'));
    // While this machine is slow it may have looked again before the clock was set.
    expect(runs(from).slice(0, -1)).toEqual(
      runs(from)
        .slice(0, -1)
        .map(() => 'held'),
    );
    expect(await jobs()).toEqual(JOBS);
    expect((await lease())?.holder).not.toBe('dead');
    await living.close();
  });

  test('one that starts takes up what was begun and not finished', async () => {
    const clock = clockFrom('2026-11-18T09:30:00Z');
    await createLeaseStore(app.db).take('daily-report:2026-11-17', 'dead', new Date('2026-11-18T02:00:00Z'), LEASE_MS);
    const started = await instance(clock);
    await until(async () => (await lease())?.doneAt instanceof Date);
    expect(await jobs()).toEqual(JOBS);
    await started.close();
  });

  test('whose turn it is not leave it alone', async () => {
    const from = app.logLines.length;
    const other = await instance(stoppedClock('2026-11-18T01:59:59.600Z').clock, { DAILY_REPORT_RUNNER: 'lambda' });
    const acting = await instance(stoppedClock('2026-11-19T01:59:59.400Z').clock);
    await until(() => runs(from).includes('ran'));
    // The last to be due has run; the other was due before it.
    expect(runs(from)).toEqual(['ran']);
    expect(await lease()).toBeNull();
    expect(await leases().countDocuments({ _id: 'daily-report:2026-11-18' })).toBe(1);
    await Promise.all([other.close(), acting.close()]);
  });
});

test('one that is stopped does nothing any more', async () => {
  const ran: string[] = [];
  const start = (name: string, clock: () => Date) =>
    startScheduler({
      daily: {
        run: () => Promise.resolve({ outcome: 'ran', jobs: ran.push(name) }),
        isUnfinished: () => Promise.resolve(false),
      },
      clock,
      logger: pino({ level: 'silent' }),
    });
  const stopped = start('stopped', stoppedClock('2026-11-18T01:59:59.980Z').clock);
  const acting = start('acting', stoppedClock('2026-11-18T01:59:59.940Z').clock);
  await stopped();
  await until(() => ran.includes('acting'));
  await acting();
  expect(ran).not.toContain('stopped');
});

test('a queue that fails leaves the lease; when it has expired everything is sent, again where it was sent', async () => {
  let now = new Date('2026-11-18T02:00:00Z');
  const sent: (readonly ReportJob[])[] = [];
  let broken = true;
  const daily = createDailyReports({
    accounts: createAccountStore(app.db),
    reports: createReportStore(app.db),
    queue: {
      send: (batch) => {
        sent.push(batch);
        return broken ? Promise.reject(new Error('half of it')) : Promise.resolve();
      },
    },
    leases: createLeaseStore(app.db),
    clock: () => now,
    holder: 'one',
  });
  await expect(daily.run('2026-11-17')).rejects.toThrow('half of it');
  expect(await daily.isUnfinished('2026-11-17')).toBe(true);
  broken = false;
  const until = new Date(now.getTime() + LEASE_MS);
  expect(await daily.run('2026-11-17')).toEqual({ outcome: 'held', until });
  now = until;
  expect(await daily.run('2026-11-17')).toEqual({ outcome: 'ran', jobs: 2 });
  expect(sent[1]).toEqual(sent[0]);
  expect(await app.db.collection('reports').countDocuments()).toBe(2);
  expect(await daily.run('2026-11-17')).toEqual({ outcome: 'done' });
  expect(await daily.isUnfinished('2026-11-17')).toBe(false);
  expect(await daily.isUnfinished('2026-11-16')).toBe(false);
});

test('the next 02:00 UTC is later than now and at most a day away', () => {
  expect(dueAfter(new Date('2026-11-18T01:59:59.999Z'))).toEqual(new Date('2026-11-18T02:00:00Z'));
  expect(dueAfter(new Date('2026-11-18T02:00:00Z'))).toEqual(new Date('2026-11-19T02:00:00Z'));
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (now) => {
      const due = dueAfter(now);
      const away = due.getTime() - now.getTime();
      return away > 0 && away <= 86_400_000 && due.toISOString().endsWith('T02:00:00.000Z');
    }),
  );
});
