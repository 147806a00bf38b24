import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SNSEvent } from 'aws-lambda';
import { isFields } from 'banyan-strangler/lambda';
import { queueConfig } from '../config';
import { connectPhotosEarly, photosOutside } from './outside';
import { processDeps, processEvent } from './process-uploaded-photo';
import { dbListPhotos, dbStorePhoto } from './vpc-functions';

connectPhotosEarly();

/** How many failed events a run leaves in peace: time is needed to say what happened. */
const RESERVE_MS = 10_000;

/** What a run did. Failed ones stay in the queue. */
export interface Replay {
  readonly processed: number;
  readonly failed: number;
}

let sqs: SQSClient | undefined;

/**
 * On a schedule, and on demand: processes again what the on-failure destination of process-uploaded-photo has collected, such as uploads
 * while MongoDB was unavailable. What fails again stays in the queue, hidden until its visibility timeout, for 14 days at most.
 */
export const handler = async (
  _event: unknown,
  context: Pick<Context, 'functionName' | 'getRemainingTimeInMillis'>,
): Promise<Replay> => {
  const outside = await photosOutside(context.functionName, [dbStorePhoto, dbListPhotos]);
  const deps = processDeps(outside, context);
  const { queueUrl, endpoint } = queueConfig('PHOTO_FAILURES_URL');
  const { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = (sqs ??= new SQSClient({
    region: outside.config.region,
    ...(endpoint !== undefined && { endpoint }),
  }));
  let [processed, failed] = [0, 0];
  while (context.getRemainingTimeInMillis() > RESERVE_MS) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    for (const { Body = '', ReceiptHandle } of Messages) {
      try {
        await processEvent(requestOf(Body), deps);
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        processed += 1;
      } catch (error) {
        outside.logger.warn({ err: error }, 'photo upload failed again');
        failed += 1;
      }
    }
  }
  outside.logger.info({ processed, failed }, 'photo uploads replayed');
  return { processed, failed };
};

/** The event that failed, from Lambda's record of the failed invocation. */
function requestOf(body: string): SNSEvent {
  const record: unknown = JSON.parse(body);
  const request = isFields(record) ? record['requestPayload'] : undefined;
  if (!isFields(request) || !Array.isArray(request['Records'])) throw new TypeError('message without an event');
  return { Records: request['Records'] as SNSEvent['Records'] };
}
