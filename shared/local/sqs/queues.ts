import type { QueueDefinition } from '../gateway/api';
import { loadOptional } from '../../optional-package';
import { refuseForeignRequests } from '../../this-machine-only';
import { closeServer, listenOn, portOf } from '../http-server';
import { createSqsFront } from './long-polls';

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

const ACCOUNT = '123456789012';

/** Starts local-aws-sqs with the queues, their visibility timeouts and their dead-letter queues. What it holds ends with it. */
export async function startSqs({ port = 0, region, queues }: SqsOptions): Promise<LocalSqs> {
  const names = new Map(queues.map(({ logicalId, name }) => [logicalId, name]));
  const nameOf = (logicalId: string): string => {
    const name = names.get(logicalId);
    if (name === undefined) throw new Error(`There is no queue ${logicalId}`);
    return name;
  };
  const queueArn = (logicalId: string) => `arn:aws:sqs:${region}:${ACCOUNT}:${nameOf(logicalId)}`;
  // A queue must exist before another one names it as its dead-letter queue.
  const inOrder = [...queues].sort((a, b) => Number(a.deadLetter !== undefined) - Number(b.deadLetter !== undefined));
  const { createSqsServer } = await loadOptional(
    { name: 'local-aws-sqs', neededBy: 'The local SQS', development: true },
    async () => import('local-aws-sqs'),
  );
  const emulator = await createSqsServer({
    ...{ port: 0, hostname: '127.0.0.1', region, accountId: ACCOUNT },
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
  refuseForeignRequests(emulator);
  const front = createSqsFront(`http://127.0.0.1:${await portOf(emulator)}`);
  refuseForeignRequests(front);
  let url: string;
  try {
    url = `http://127.0.0.1:${await listenOn(front, port)}`;
  } catch (error) {
    await closeServer(emulator);
    throw error;
  }
  return {
    url,
    region,
    queueUrl: (logicalId) => `${url}/${ACCOUNT}/${nameOf(logicalId)}`,
    queueArn,
    async close() {
      await closeServer(front);
      await closeServer(emulator);
    },
  };
}
