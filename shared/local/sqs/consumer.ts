import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import type { AwsClient } from '../../aws-client';
import type { Logger } from '../../logger';
import { loadOptional } from '../../optional-package';
import { within } from '../../within';
import type { LambdaFunction } from '../functions';

interface ConsumerOptions {
  /** An `SQSClient`. */
  readonly sqs: AwsClient<ReceivedMessages>;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly target: Pick<LambdaFunction, 'definition' | 'invoke'>;
  readonly batchSize: number;
  /** `ReportBatchItemFailures`: the function names what failed; otherwise a batch fails or succeeds as a whole. */
  readonly partialResponses: boolean;
  readonly logger: Logger;
}

interface ReceivedMessages {
  readonly Messages?: readonly Message[] | undefined;
}

interface Message {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  readonly MD5OfBody?: string | undefined;
  readonly Attributes?: Partial<Readonly<Record<string, string>>> | undefined;
}

/** What runs a function for the messages of a queue. */
export interface QueueConsumer {
  /** Takes no further batch, and waits a second at most for the one at hand. */
  stop(): Promise<void>;
  /** Ends as a process does that is killed: what the function at hand answers is not heard, nothing more is deleted. */
  kill(): void;
}

const STOP_LIMIT_MS = 1_000;
/** After the queue itself could not be read. */
const RETRY_MS = 500;

/**
 * Does what Lambda's event source mapping for SQS does: takes batches, invokes the function, deletes what succeeded.
 * What failed becomes visible again after the queue's timeout; the queue itself puts it aside after enough deliveries.
 * One batch at a time.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startConsumer(options: ConsumerOptions): QueueConsumer {
  const { sqs, queueUrl, queueArn, target, batchSize, logger } = options;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  let killed = false;

  async function takeBatch(): Promise<void> {
    const { DeleteMessageBatchCommand, ReceiveMessageCommand } = await loadSdk();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(batchSize, 10),
        WaitTimeSeconds: 20,
        // By name: the emulator has no All.
        MessageSystemAttributeNames: [
          'ApproximateReceiveCount',
          'SentTimestamp',
          'SenderId',
          'ApproximateFirstReceiveTimestamp',
        ],
      }),
      { abortSignal: ending.signal },
    );
    if (Messages.length === 0) return;
    const failed = await invokeWith(Messages);
    if (killed) return;
    const settled = Messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    if (settled.length === 0) return;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: settled.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }

  /** Returns the ids of the messages that stay in the queue. */
  async function invokeWith(messages: readonly Message[]): Promise<ReadonlySet<string>> {
    const ids = messages.map(({ MessageId = '' }) => MessageId);
    const outcome = await target.invoke(toEvent(messages, queueArn));
    if (!outcome.ok) {
      const { errorType, errorMessage, cause } = outcome.error;
      logger.error(
        { function: target.definition.name, messages: ids.length, errorType, errorMessage, err: cause },
        'batch failed',
      );
      return new Set(ids);
    }
    if (!options.partialResponses) return new Set();
    const failed = readFailures(outcome.payload, ids);
    if (failed === undefined)
      logger.error({ function: target.definition.name, messages: ids.length }, 'bad answer to a batch');
    return failed ?? new Set(ids);
  }

  async function loop(): Promise<void> {
    while (!isEnding()) {
      try {
        await takeBatch();
      } catch (error) {
        if (isEnding()) return;
        logger.error({ err: error }, 'queue consumer');
        await sleep(RETRY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  }

  const ended = loop();
  return {
    async stop() {
      ending.abort();
      await within(ended, STOP_LIMIT_MS, () => undefined);
    },
    kill() {
      killed = true;
      ending.abort();
    },
  };
}

const loadSdk = () =>
  loadOptional(
    { name: '@aws-sdk/client-sqs', neededBy: 'The local queue consumer', development: true },
    async () => import('@aws-sdk/client-sqs'),
  );

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (example of a message event) */
function toEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  const region = queueArn.split(':')[3] ?? '';
  return {
    Records: messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', Attributes = {} }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: {
        ApproximateReceiveCount: Attributes['ApproximateReceiveCount'] ?? '1',
        SentTimestamp: Attributes['SentTimestamp'] ?? '',
        SenderId: Attributes['SenderId'] ?? '',
        ApproximateFirstReceiveTimestamp: Attributes['ApproximateFirstReceiveTimestamp'] ?? '',
      },
      messageAttributes: {},
      md5OfBody: MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  };
}

/**
 * What a function says has failed. No answer, null or an empty list: nothing. An answer of another form, or an id that
 * was not in the batch, is undefined: all of it failed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function readFailures(payload: string, ids: readonly string[]): ReadonlySet<string> | undefined {
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  if (typeof answer !== 'object') return undefined;
  const failures: unknown = Reflect.get(answer, 'batchItemFailures');
  if (failures === null || failures === undefined) return new Set();
  if (!Array.isArray(failures)) return undefined;
  const failed = failures.map((failure: unknown): unknown =>
    typeof failure === 'object' && failure !== null ? Reflect.get(failure, 'itemIdentifier') : undefined,
  );
  const known = failed.filter((id): id is string => typeof id === 'string' && ids.includes(id));
  return known.length === failed.length ? new Set(known) : undefined;
}
