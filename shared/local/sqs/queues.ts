import type { QueueDefinition } from '../gateway/api';
import { emulatorQueueArn, startSqsEmulator } from './emulator';

interface SqsOptions {
  readonly port?: number;
  readonly region: string;
  /** With their dead-letter queues among them. */
  readonly queues: readonly QueueDefinition[];
}

/** SQS with the queues of `serverless.yml`, by their logical ids. */
export interface LocalSqs {
  readonly url: string;
  readonly region: string;
  /** @throws Error for a queue that was not defined */
  queueUrl(logicalId: string): string;
  queueArn(logicalId: string): string;
  close(): Promise<void>;
}

/** Starts the emulator with the queues, their visibility timeouts and their dead-letter queues. What it holds ends with it. */
export async function startSqs({ port = 0, region, queues }: SqsOptions): Promise<LocalSqs> {
  const names = new Map(queues.map(({ logicalId, name }) => [logicalId, name]));
  const nameOf = (logicalId: string): string => {
    const name = names.get(logicalId);
    if (name === undefined) throw new Error(`There is no queue ${logicalId}`);
    return name;
  };
  const queueArn = (logicalId: string) => emulatorQueueArn(region, nameOf(logicalId));
  // A queue must exist before another one names it as its dead-letter queue.
  const inOrder = [...queues].sort((a, b) => Number(a.deadLetter !== undefined) - Number(b.deadLetter !== undefined));
  const emulator = await startSqsEmulator({
    port,
    region,
    queues: inOrder.map(({ name, visibilityTimeoutS, deadLetter }) => ({
      QueueName: name,
      Attributes: {
        VisibilityTimeout: visibilityTimeoutS,
        ...(deadLetter && {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: queueArn(deadLetter.queue),
            maxReceiveCount: deadLetter.maxReceiveCount,
          }),
        }),
      },
    })),
  });
  return {
    url: emulator.endpoint,
    region,
    queueUrl: (logicalId) => emulator.queueUrl(nameOf(logicalId)),
    queueArn,
    close: () => emulator.close(),
  };
}
