import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { photosOutside } from '../photos/outside';
import { unlessGone } from '../photos/unless-gone';
import { dbFindPhoto } from '../photos/vpc-functions';
import { queueConfig } from '../config';

type HealthContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

/** An id that nothing has. */
const NOTHING = 'f'.repeat(24);

let sqs: SQSClient | undefined;

/**
 * `GET /api/health`: whether functions reach what they depend on, by reads that change nothing. As public as the monolith's `/healthz`, at
 * most once at a time; the answer names dependencies, never an address or an error, which are in the log.
 */
export async function handler(_event: unknown, context: HealthContext): Promise<APIGatewayProxyResult> {
  const { config, logger, vpc, s3, photos } = await photosOutside(context.functionName, [dbFindPhoto]);
  const { queueUrl, endpoint } = queueConfig('REPORT_QUEUE_URL');
  const queues = (sqs ??= new SQSClient({ region: config.region, ...(endpoint !== undefined && { endpoint }) }));
  const reads = {
    // Through a function inside the VPC, as every other way to MongoDB.
    mongodb: () =>
      vpc.call(
        dbFindPhoto,
        { photoId: NOTHING, customerAccountId: NOTHING, withData: false },
        { remainingTimeMs: () => context.getRemainingTimeInMillis() },
      ),
    sqs: () =>
      queues.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      ),
    s3: () => unlessGone(s3.send(new HeadObjectCommand({ Bucket: config.bucket, Key: 'uploads/health' }))),
    dynamodb: () => photos.find(NOTHING),
  };
  const states = await Promise.all(
    Object.entries<() => Promise<unknown>>(reads).map(async ([name, read]) => {
      try {
        await read();
        return [name, 'ok'] as const;
      } catch (err) {
        logger.error({ dependency: name, err }, 'dependency unavailable');
        return [name, 'unavailable'] as const;
      }
    }),
  );
  return {
    statusCode: states.every(([, state]) => state === 'ok') ? 200 : 503,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
    body: JSON.stringify(Object.fromEntries(states)),
  };
}
