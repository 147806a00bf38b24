import fc from 'fast-check';
import { ObjectId } from 'mongodb';
import { dailyJob, onDemandJob, readJob, ReportJobError, writeJob } from '../../../../../legacy/reports/job';

const account = new ObjectId('5eedacc00000000000000001');

test('daily jobs of an account and day have one id, those on demand each their own', () => {
  expect(dailyJob(account, '2026-11-17')).toEqual({
    jobId: 'daily-2026-11-17-5eedacc00000000000000001',
    customerAccountId: account,
    day: '2026-11-17',
    kind: 'daily',
  });
  const [one, two] = [onDemandJob(account, '2026-11-17'), onDemandJob(account, '2026-11-17')];
  expect(one.jobId).toMatch(/^[0-9a-f]{24}$/);
  expect(one.jobId).not.toBe(two.jobId);
});

test('a job as it travels', () => {
  const job = dailyJob(account, '2026-11-17');
  expect(writeJob(job)).toBe(
    '{"jobId":"daily-2026-11-17-5eedacc00000000000000001","customerAccountId":"5eedacc00000000000000001","day":"2026-11-17","kind":"daily"}',
  );
  expect(readJob(writeJob(job))).toEqual(job);
});

const GOOD = { jobId: 'a', customerAccountId: account.toHexString(), day: '2026-11-17', kind: 'daily' };

test.each([
  [{ jobId: { $ne: '' } }],
  [{ jobId: '' }],
  [{ jobId: '../x' }],
  [{ customerAccountId: 'twelve-bytes' }],
  [{ customerAccountId: { $gt: '' } }],
  [{ day: '2026-02-30' }],
  [{ day: '2026-11-17T00:00:00Z' }],
  [{ day: 20261117 }],
  [{ kind: 'weekly' }],
])('%j is no job', (change) => {
  expect(() => readJob(JSON.stringify({ ...GOOD, ...change }))).toThrow(ReportJobError);
});

test('whatever arrives is a job or a ReportJobError that repeats nothing of it', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ jobId: fc.string(), day: fc.string() }).map((fields) => JSON.stringify(fields)),
  );
  fc.assert(
    fc.property(text, (body) => {
      try {
        readJob(body);
      } catch (error) {
        expect(error).toBeInstanceOf(ReportJobError);
      }
    }),
  );
  expect(() => readJob('{"jobId":"secret stuff"}')).toThrow(/^jobId is no id$/);
});
