import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startSqs as startEmulator } from '../../../../../shared/local/sqs/queues';

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** An SQS emulator with the queue of the reports and, behind it, its dead-letter queue. */
export interface LocalSqs {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly region: string;
  readonly credentials: typeof CREDENTIALS;
  /** What the monolith's environment needs. */
  readonly env: Record<string, string>;
  send(body: string): Promise<void>;
  /** Removes everything that waits in the queue, or in the dead-letter queue. */
  drain(from?: 'queue' | 'dead letters'): Promise<unknown[]>;
  /** How many messages have not been removed, whether they wait or are being processed. */
  left(): Promise<number>;
  close(): Promise<void>;
}

/** @param visibilityTimeout after how many seconds a message that was not removed comes again */
export async function startSqs({ visibilityTimeout = 30 } = {}): Promise<LocalSqs> {
  const emulator = await startEmulator({
    region: REGION,
    queues: [
      { logicalId: 'dead-letters', name: 'dead-letters', visibilityTimeoutS: 30, deadLetter: undefined },
      {
        logicalId: 'reports',
        name: 'reports',
        visibilityTimeoutS: visibilityTimeout,
        deadLetter: { queue: 'dead-letters', maxReceiveCount: 3 },
      },
    ],
  });
  const endpoint = emulator.url;
  const urlOf = (name: string) => emulator.queueUrl(name);
  const client = new SQSClient({ region: REGION, endpoint, credentials: CREDENTIALS });
  // Where the SDK looks for them in the monolith.
  process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey;

  return {
    endpoint,
    queueUrl: urlOf('reports'),
    region: REGION,
    credentials: CREDENTIALS,
    env: { REPORT_QUEUE_URL: urlOf('reports'), SQS_ENDPOINT: endpoint, AWS_REGION: REGION },
    async send(body) {
      await client.send(new SendMessageCommand({ QueueUrl: urlOf('reports'), MessageBody: body }));
    },
    async drain(from = 'queue') {
      const QueueUrl = urlOf(from === 'queue' ? 'reports' : 'dead-letters');
      const bodies: unknown[] = [];
      for (;;) {
        const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return bodies;
        for (const { Body = '', ReceiptHandle } of Messages) {
          bodies.push(JSON.parse(Body));
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
    },
    async left() {
      // The emulator counts those in flight, too; SQS does not.
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: urlOf('reports'),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes?.ApproximateNumberOfMessages);
    },
    async close() {
      client.destroy();
      await emulator.close();
    },
  };
}
