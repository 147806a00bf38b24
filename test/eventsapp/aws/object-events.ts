import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaFunction } from '../../../shared/local/functions';
import type { StoredObject } from './local-s3';

export interface ObjectEventsOptions {
  readonly bucket: string;
  readonly region: string;
  /** What is subscribed, once it is loaded. */
  readonly target: () => LambdaFunction | undefined;
  /** Where an event goes that failed at every attempt. */
  readonly onFailure: { readonly sqs: SQSClient; readonly queueUrl: string };
  /** How often S3 delivers an event: at least once. By default one in five comes twice. */
  readonly deliveries?: () => number;
  /** How long a delivery takes (ms). By default at once. */
  readonly delayMs?: () => number;
  /** Lambda's pauses between its three attempts (ms); in AWS one and two minutes. */
  readonly pausesMs?: readonly number[];
}

export interface ObjectEvents {
  /** For the bucket: a new object. */
  created(object: StoredObject): void;
  /** Resolves when every event so far was taken, or is in the failure queue. */
  settled(): Promise<void>;
  /** Forgets what is still to be delivered. */
  close(): void;
}

/** S3's ObjectCreated events, by SNS to an asynchronously invoked function, with Lambda's retries and on-failure destination. */
export function startObjectEvents(options: ObjectEventsOptions): ObjectEvents {
  const { deliveries = () => (Math.random() < 0.2 ? 2 : 1), delayMs = () => 0, pausesMs = [1_000, 2_000] } = options;
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  async function deliver(object: StoredObject): Promise<void> {
    await wait(delayMs());
    const event = eventOf(object, options);
    for (const pause of [...pausesMs, undefined]) {
      if (isClosed) return;
      const outcome = await options.target()?.invoke(event);
      if (outcome === undefined || outcome.ok) return;
      if (pause !== undefined) await wait(pause);
      else await giveUp(event, outcome.error.errorMessage, options.onFailure);
    }
  }
  return {
    created(object) {
      for (let count = deliveries(); count > 0; count -= 1) {
        const delivery: Promise<void> = deliver(object).finally(() => running.delete(delivery));
        running.add(delivery);
      }
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    close() {
      isClosed = true;
      timers.forEach((timer) => clearTimeout(timer));
    },
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
async function giveUp(
  requestPayload: object,
  errorMessage: string,
  { sqs, queueUrl }: ObjectEventsOptions['onFailure'],
): Promise<void> {
  const record = {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorMessage },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(record) }));
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function eventOf({ key, etag, bytes, lastModified }: StoredObject, { bucket, region }: ObjectEventsOptions): object {
  const encoded = key.split('/').map(encodeURIComponent).join('/').replaceAll('%20', '+');
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: lastModified.toISOString(),
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: { key: encoded, size: bytes.length, eTag: etag.slice(1, -1) },
    },
  };
  const Sns = {
    Type: 'Notification',
    Subject: 'Amazon S3 Notification',
    Message: JSON.stringify({ Records: [record] }),
  };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns }] };
}
