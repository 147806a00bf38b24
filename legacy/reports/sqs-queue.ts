import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type BatchResultErrorEntry,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { writeJob, type ReportJob } from './job';
import { ReportQueueError, type ReportQueue } from './queue';

/** Both the most that SQS takes in one call and the most it gives. */
const BATCH = 10;
const LONG_POLL_S = 20;
const CALL_TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;

interface SqsQueueOptions {
  readonly url: string;
  readonly region: string;
  /** Another address than AWS's own. */
  readonly endpoint?: string | undefined;
  /** Default: where the SDK looks for them. */
  readonly credentials?: SQSClientConfig['credentials'];
}

/** Report jobs in an SQS queue. The client is made when it is first needed. */
export function createSqsReportQueue({ url, region, endpoint, credentials }: SqsQueueOptions): ReportQueue {
  let made: SQSClient | undefined;
  const client = () =>
    (made ??= new SQSClient({ region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) }));

  /** Sends up to ten; returns what SQS has refused. */
  const sendBatch = async (jobs: readonly ReportJob[]): Promise<Map<ReportJob, BatchResultErrorEntry>> => {
    const Entries = jobs.map((job, index) => ({ Id: String(index), MessageBody: writeJob(job) }));
    const { Failed = [] } = await client().send(new SendMessageBatchCommand({ QueueUrl: url, Entries }), {
      abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const refused = Failed.flatMap((failure) =>
      jobs
        .slice(Number(failure.Id))
        .slice(0, 1)
        .map((job) => [job, failure] as const),
    );
    return new Map(refused);
  };

  /** A refused entry is tried again, unless SQS says that it is the sender's fault. */
  const sendAll = async (jobs: readonly ReportJob[]): Promise<Map<ReportJob, BatchResultErrorEntry>> => {
    const refused = await sendBatch(jobs);
    for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
      const again = [...refused].filter(([, { SenderFault }]) => SenderFault !== true).map(([job]) => job);
      if (again.length === 0) break;
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      const still = await sendBatch(again);
      for (const job of again) {
        const failure = still.get(job);
        if (failure) refused.set(job, failure);
        else refused.delete(job);
      }
    }
    return refused;
  };

  return {
    async send(jobs) {
      const refused = new Map<ReportJob, BatchResultErrorEntry>();
      for (const batch of inBatches(jobs)) {
        for (const [job, failure] of await sendAll(batch)) refused.set(job, failure);
      }
      if (refused.size === 0) return;
      throw new ReportQueueError(
        'send',
        [...refused.keys()].map(({ jobId }) => jobId),
        codesOf([...refused.values()]),
      );
    },

    async receive(signal) {
      const { Messages = [] } = await client().send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: LONG_POLL_S,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
        { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(LONG_POLL_S * 1000 + CALL_TIMEOUT_MS)]) },
      );
      return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => ({
        id: MessageId,
        receipt: ReceiptHandle,
        body: Body,
        deliveries: Number(Attributes?.ApproximateReceiveCount ?? 1),
      }));
    },

    async remove(messages) {
      for (const batch of inBatches(messages)) {
        const Entries = batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
        const { Failed = [] } = await client().send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }), {
          abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        if (Failed.length === 0) continue;
        const kept = batch.filter((_message, index) => Failed.some(({ Id }) => Id === String(index)));
        throw new ReportQueueError(
          'remove',
          kept.map(({ id }) => id),
          codesOf(Failed),
        );
      }
    },

    close() {
      made?.destroy();
    },
  };
}

function codesOf(failures: readonly BatchResultErrorEntry[]): string[] {
  return failures.map(({ Code = 'unknown' }) => Code);
}

function inBatches<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / BATCH) }, (_, index) =>
    list.slice(index * BATCH, (index + 1) * BATCH),
  );
}
