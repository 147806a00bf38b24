import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { loadOptional } from '../../optional-package';
import { refuseForeignRequests } from '../../this-machine-only';

/** A look takes the emulator 40 ms. */
const BETWEEN_LOOKS_MS = 40;
const ACCOUNT = '123456789012';

interface EmulatedQueue {
  readonly QueueName: string;
  readonly Attributes?: { readonly VisibilityTimeout: number; readonly RedrivePolicy?: string };
}

interface SqsEmulatorOptions {
  /** 0 is a free one. */
  readonly port?: number;
  readonly region: string;
  /** As for CreateQueue; a dead-letter queue in front of the queue that names it. */
  readonly queues: readonly EmulatedQueue[];
}

/** SQS on this machine, by `local-aws-sqs`, for the SDK. Nothing is kept. */
export interface SqsEmulator {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: (name: string) => string;
  close(): Promise<void>;
}

/** The ARN that the emulator gives a queue, for redrive policies of those that come after it. */
export function emulatorQueueArn(region: string, name: string): string {
  return `arn:aws:sqs:${region}:${ACCOUNT}:${name}`;
}

/** Around local-aws-sqs 2.0.2, which answers a long poll only when full or over, and knows older attribute names: long polls are made of short ones. */
export async function startSqsEmulator({ port = 0, region, queues }: SqsEmulatorOptions): Promise<SqsEmulator> {
  const { createSqsServer } = await loadOptional(
    { name: 'local-aws-sqs', neededBy: 'The local SQS', development: true },
    async () => import('local-aws-sqs'),
  );
  const emulator = await createSqsServer({
    port: 0,
    hostname: '127.0.0.1',
    region,
    accountId: ACCOUNT,
    queues: [...queues],
  });
  refuseForeignRequests(emulator);
  const upstream = `http://127.0.0.1:${await portOf(emulator)}`;
  const front = createServer((req, res) => {
    answer(upstream, req, res).catch(() => res.destroy());
  });
  refuseForeignRequests(front);
  front.listen(port, '127.0.0.1');
  const endpoint = await portOf(front).then(
    (listening) => `http://127.0.0.1:${listening}`,
    async (error: unknown) => {
      await closeServer(emulator);
      throw error;
    },
  );
  return {
    endpoint,
    region,
    queueUrl: (name) => `${endpoint}/${ACCOUNT}/${name}`,
    async close() {
      await closeServer(front);
      await closeServer(emulator);
    },
  };
}

async function answer(upstream: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const target = String(req.headers['x-amz-target'] ?? '');
  const call = (action: string, body: string) =>
    fetch(upstream, {
      method: 'POST',
      headers: { 'content-type': req.headers['content-type'] ?? '', 'x-amz-target': action },
      body,
    });
  const respond = (response: Response, answered: string) => {
    const type = response.headers.get('content-type');
    if (type !== null) res.setHeader('Content-Type', type);
    for (const name of ['x-amzn-requestid', 'x-amzn-query-error']) {
      const value = response.headers.get(name);
      if (value !== null) res.setHeader(name, value);
    }
    res.writeHead(response.status).end(answered);
  };

  if (target !== 'AmazonSQS.ReceiveMessage') {
    const response = await call(target, text);
    respond(response, await response.text());
    return;
  }
  const body = JSON.parse(text) as {
    QueueUrl?: string;
    WaitTimeSeconds?: number;
    MessageSystemAttributeNames?: string[];
  };
  const deadline = performance.now() + (body.WaitTimeSeconds ?? 0) * 1000;
  const { MessageSystemAttributeNames: AttributeNames } = body;
  const shortPoll = JSON.stringify({ ...(AttributeNames && { AttributeNames }), ...body, WaitTimeSeconds: 0 });
  for (;;) {
    const response = await call(target, shortPoll);
    const found = await response.text();
    const { Messages = [] } = (found === '' ? {} : JSON.parse(found)) as { Messages?: { ReceiptHandle: string }[] };
    if (res.destroyed) {
      // Nobody will process them: they stay where they were.
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      if (Entries.length > 0) {
        await call('AmazonSQS.ChangeMessageVisibilityBatch', JSON.stringify({ QueueUrl: body.QueueUrl, Entries }));
      }
      return;
    }
    if (!response.ok || Messages.length > 0 || performance.now() >= deadline) {
      respond(response, found);
      return;
    }
    await pause(BETWEEN_LOOKS_MS);
  }
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('SQS listens on no port');
  return address.port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
