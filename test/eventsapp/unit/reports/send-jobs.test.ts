import type { SendMessageBatchCommand, SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';

import { ReportJobsNotSent, sendJobs } from '../../../../lambda/eventsapp/reports/send-jobs';
import { dailyJob } from '../../../../lambda/eventsapp/contracts/reports';
import { capturedLogger } from '../../../support/captured-logger';

const jobs = Array.from({ length: 23 }, (_, index) => dailyJob(index.toString(16).padStart(24, '0'), '2026-11-22'));
const idsOf = (from: number, to: number) => jobs.slice(from, to).map(({ jobId }) => jobId);

type Refuse = (jobIds: readonly string[], call: number) => readonly { id: string; senderFault?: boolean }[] | Error;

/** An SQS that refuses what a test says, and time that passes only in pauses. */
function setUp(refuse: Refuse, remaining = 10_000) {
  const calls: string[][] = [];
  const pauses: number[] = [];
  const logger = capturedLogger();
  const send = ({ input }: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> => {
    const entries = (input.Entries ?? []).map(({ Id, MessageBody = '' }) => {
      return { Id, id: (JSON.parse(MessageBody) as { jobId: string }).jobId };
    });
    calls.push(entries.map(({ id }) => id));
    const refused = refuse(calls.at(-1) ?? [], calls.length);
    if (refused instanceof Error) return Promise.reject(refused);
    const Failed = entries.flatMap(({ Id, id }) =>
      refused
        .filter((entry) => entry.id === id)
        .map(({ senderFault }) => ({ Id, Code: 'InternalError', SenderFault: senderFault ?? false })),
    );
    return Promise.resolve({ Failed, Successful: [], $metadata: {} });
  };
  const options = {
    sqs: { send: send as never },
    queueUrl: 'http://queue',
    logger,
    remainingTimeMs: () => remaining - pauses.reduce((all, ms) => all + ms, 0),
    clock: { sleep: (ms: number) => Promise.resolve(pauses.push(ms)), random: () => 1 },
  };
  return { calls, pauses, logger, options };
}

it('sends ten to a call', async () => {
  const { calls, options } = setUp(() => []);
  await sendJobs(jobs, options);
  expect(calls).toEqual([idsOf(0, 10), idsOf(10, 20), idsOf(20, 23)]);
});

it('sends nothing for no jobs', async () => {
  const { calls, options } = setUp(() => []);
  await sendJobs([], options);
  expect(calls).toEqual([]);
});

it('offers only what was refused again', async () => {
  const { calls, pauses, logger, options } = setUp((ids, call) =>
    call > 2 ? [] : ids.filter((_id, i) => i % 2 === 1).map((id) => ({ id })),
  );
  await sendJobs(jobs.slice(0, 4), options);
  expect(calls).toEqual([idsOf(0, 4), [jobs[1]?.jobId, jobs[3]?.jobId], [jobs[3]?.jobId]]);
  expect(pauses).toEqual([100, 200]);
  expect(logger.lines.map(({ fields }) => fields['jobId'])).toEqual([jobs[1]?.jobId, jobs[3]?.jobId, jobs[3]?.jobId]);
});

it('never offers again what SQS calls the sender’s fault, and sends the rest', async () => {
  const bad = jobs[1]?.jobId ?? '';
  const { calls, pauses, options } = setUp((ids) =>
    ids.filter((id) => id === bad).map((id) => ({ id, senderFault: true })),
  );
  const sending = sendJobs(jobs, options);
  await expect(sending).rejects.toThrow(ReportJobsNotSent);
  await expect(sending).rejects.toMatchObject({ jobIds: [bad], code: 'report_jobs_not_sent' });
  expect(calls).toHaveLength(3);
  expect(pauses).toEqual([]);
});

it('gives up after six attempts, or when the caller’s time would not suffice', async () => {
  const always: Refuse = (ids) => ids.map((id) => ({ id }));
  const patient = setUp(always, 60_000);
  await expect(sendJobs(jobs.slice(0, 1), patient.options)).rejects.toThrow('1 report jobs not sent');
  expect(patient.pauses).toEqual([100, 200, 400, 800, 1_600]);
  const hurried = setUp(always, 1_000);
  await expect(sendJobs(jobs.slice(0, 1), hurried.options)).rejects.toThrow(ReportJobsNotSent);
  expect(hurried.pauses).toEqual([100, 200]);
});

it('offers the whole batch again when the call itself failed', async () => {
  const throttled = Object.assign(new Error('slow down'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
  const { calls, options } = setUp((_ids, call) => (call === 1 ? throttled : []));
  await sendJobs(jobs.slice(0, 2), options);
  expect(calls).toEqual([idsOf(0, 2), idsOf(0, 2)]);
});

it('keeps the cause of a call that cannot succeed', async () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  const { calls, options } = setUp(() => denied);
  await expect(sendJobs(jobs.slice(0, 2), options)).rejects.toMatchObject({ jobIds: idsOf(0, 2), cause: denied });
  expect(calls).toHaveLength(1);
});
