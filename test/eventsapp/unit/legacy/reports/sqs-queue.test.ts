import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { ObjectId } from 'mongodb';
import { dailyJob, onDemandJob, writeJob, type ReportJob } from '../../../../../legacy/reports/job';
import { ReportQueueError } from '../../../../../legacy/reports/queue';
import { createSqsReportQueue } from '../../../../../legacy/reports/sqs-queue';
import { listen } from '../../../../support/listen';
import { startSqs, type LocalSqs } from '../support/sqs';

const account = new ObjectId();
const jobs = (count: number): ReportJob[] => Array.from({ length: count }, () => onDemandJob(account, '2026-11-17'));
const never = new AbortController().signal;

describe('with a queue', () => {
  let sqs: LocalSqs;
  beforeAll(async () => {
    sqs = await startSqs();
  });
  afterAll(() => sqs.close());
  const open = () =>
    createSqsReportQueue({
      url: sqs.queueUrl,
      region: sqs.region,
      endpoint: sqs.endpoint,
      credentials: sqs.credentials,
    });

  test('jobs are sent in batches of ten, received, and gone once removed', async () => {
    const queue = open();
    const sent = jobs(23);
    await queue.send(sent);
    expect(await sqs.left()).toBe(23);
    const bodies: string[] = [];
    while (bodies.length < 23) {
      const messages = await queue.receive(never);
      expect(messages.length).toBeLessThanOrEqual(10);
      for (const { deliveries } of messages) expect(deliveries).toBe(1);
      bodies.push(...messages.map(({ body }) => body));
      await queue.remove(messages);
    }
    expect(bodies.sort()).toEqual(sent.map(writeJob).sort());
    expect(await sqs.left()).toBe(0);
    queue.close();
  });

  test('nothing is no call', async () => {
    const queue = createSqsReportQueue({ url: 'http://127.0.0.1:1/x', region: 'x', credentials: sqs.credentials });
    await queue.send([]);
    await queue.remove([]);
    queue.close();
  });

  test('waiting ends at once when it is told to', async () => {
    const queue = open();
    const closing = new AbortController();
    const waiting = queue.receive(closing.signal);
    closing.abort();
    await expect(waiting).rejects.toThrow();
    queue.close();
  });

  test('a message that cannot be removed is named', async () => {
    const queue = open();
    const message = { id: 'unknown', receipt: 'rubbish', body: '', deliveries: 1 };
    await expect(queue.remove([message])).rejects.toMatchObject({ action: 'remove', ids: ['unknown'] });
    queue.close();
  });

  test('a queue that does not exist is an error', async () => {
    const queue = createSqsReportQueue({
      url: sqs.queueUrl.replace('reports', 'missing'),
      region: sqs.region,
      endpoint: sqs.endpoint,
      credentials: sqs.credentials,
    });
    await expect(queue.send(jobs(1))).rejects.toThrow();
    queue.close();
  });
});

describe('with SQS that refuses entries', () => {
  interface Entry {
    readonly Id: string;
    readonly MessageBody: string;
  }

  /** Answers SendMessageBatch; `refuse` says with which code, or not at all, the nth entry of the nth call is refused. */
  async function refusing(refuse: (call: number, jobId: string) => { code: string; senderFault: boolean } | undefined) {
    const calls: string[][] = [];
    const server = createServer((req, res) => {
      let text = '';
      req.on('data', (chunk) => (text += String(chunk)));
      req.on('end', () => {
        const { Entries } = JSON.parse(text) as { Entries: Entry[] };
        const idOf = ({ MessageBody }: Entry) => (JSON.parse(MessageBody) as { jobId: string }).jobId;
        calls.push(Entries.map(idOf));
        const answers = Entries.map((entry) => ({ entry, refused: refuse(calls.length, idOf(entry)) }));
        const Failed = answers.flatMap(({ entry: { Id }, refused }) =>
          refused ? [{ Id, Code: refused.code, SenderFault: refused.senderFault }] : [],
        );
        const Successful = answers.flatMap(({ entry: { Id, MessageBody }, refused }) =>
          refused ? [] : [{ Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }],
        );
        res.setHeader('Content-Type', 'application/x-amz-json-1.0').end(JSON.stringify({ Failed, Successful }));
      });
    });
    const endpoint = `http://127.0.0.1:${await listen(server)}`;
    const queue = createSqsReportQueue({
      url: `${endpoint}/1/reports`,
      region: 'x',
      endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const close = () => {
      queue.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
    return { queue, calls, close };
  }

  test('only those are sent again', async () => {
    const sent = Array.from({ length: 10 }, () => dailyJob(new ObjectId(), '2026-11-17'));
    const half = sent.slice(0, 5).map(({ jobId }) => jobId);
    const { queue, calls, close } = await refusing((call, jobId) =>
      call === 1 && half.includes(jobId) ? { code: 'InternalError', senderFault: false } : undefined,
    );
    await queue.send(sent);
    expect(calls).toEqual([sent.map(({ jobId }) => jobId), half]);
    await close();
  });

  test('those that stay refused are named, the rest is sent; what is our fault is not sent again', async () => {
    const sent = jobs(12);
    const [first = '', second = ''] = sent.map(({ jobId }) => jobId);
    const { queue, calls, close } = await refusing((_call, jobId) => {
      if (jobId === first) return { code: 'InternalError', senderFault: false };
      return jobId === second ? { code: 'InvalidMessageContents', senderFault: true } : undefined;
    });
    const error = await queue.send(sent).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReportQueueError);
    expect(error).toMatchObject({
      action: 'send',
      ids: [first, second],
      codes: ['InternalError', 'InvalidMessageContents'],
    });
    expect(calls.map(({ length }) => length)).toEqual([10, 1, 1, 2]);
    await close();
  });
});
