import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A look takes the emulator 40 ms. */
const BETWEEN_LOOKS_MS = 40;

/** In front of local-aws-sqs 2.0.2, which answers a long poll only when full or over, and knows older attribute names: long polls are made of short ones. */
export function createSqsFront(upstream: string): Server {
  return createServer((req, res) => {
    answer(upstream, req, res).catch(() => res.destroy());
  });
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
      // They will not be processed: they stay where they were.
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
