import type { Context, S3Event, SNSEvent } from 'aws-lambda';
import { isFields } from 'banyan-strangler/lambda';
import type { Photo } from './photo';
import { connectPhotosEarly, photosOutside, type PhotosOutside } from './outside';
import { processUpload, type ProcessDeps } from './process-upload';
import { dbListPhotos, dbStorePhoto } from './vpc-functions';

connectPhotosEarly();

type EventContext = Pick<Context, 'functionName' | 'getRemainingTimeInMillis'>;

/**
 * On S3's ObjectCreated events under `uploads/`, outside the VPC; they come by SNS, so that the bucket knows nothing of the function. Lambda
 * calls it asynchronously: it tries a failed event twice more, then hands it to the on-failure destination, the queue that replay-photo-uploads reads.
 *
 * @throws the first failure, after all records have been tried
 */
export const handler = async (event: SNSEvent, context: EventContext): Promise<void> => {
  await processEvent(
    event,
    processDeps(await photosOutside(context.functionName, [dbStorePhoto, dbListPhotos]), context),
  );
};

/** Processes every record of an event; the first failure is thrown after all have been tried. */
export async function processEvent({ Records }: SNSEvent, deps: ProcessDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const { s3 } of Records.flatMap(({ Sns }) => recordsOf(Sns.Message))) {
    const { bucket, object } = s3;
    try {
      const isOurs = bucket.name === deps.bucket;
      const outcome = isOurs ? await processUpload(decodeKey(object.key), deps) : 'of another bucket';
      deps.logger.info({ key: object.key, outcome }, 'photo upload');
    } catch (error) {
      deps.logger.error({ key: object.key, err: error }, 'photo upload failed');
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** What processing works with in Lambda. */
export function processDeps(
  { config, logger, vpc, s3, photos }: PhotosOutside<'db-store-photo' | 'db-list-photos'>,
  context: Pick<EventContext, 'getRemainingTimeInMillis'>,
): ProcessDeps {
  const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
  const store = async (photo: Photo) => (await vpc.call(dbStorePhoto, inputOf(photo), call)).outcome;
  const askForEvent = async ({ eventId, customerAccountId }: Photo) => {
    const { isEvent } = await vpc.call(dbListPhotos, { eventId, customerAccountId, withPhotos: false }, call);
    return isEvent ? 'stored' : 'no such event';
  };
  const mirror = config.monolithPhotos === 'kept' ? store : askForEvent;
  return { s3, bucket: config.bucket, photos, logger, mirror };
}

/** S3's event in a message of the topic. The test message that S3 sends when the subscription begins has no records. */
function recordsOf(message: string): S3Event['Records'] {
  const event: unknown = JSON.parse(message);
  return isFields(event) && Array.isArray(event['Records']) ? (event['Records'] as S3Event['Records']) : [];
}

function inputOf({ id, eventId, customerAccountId, createdBy, createdAt, ...photo }: Photo) {
  const { fileName, contentType, size, key, sha256 } = photo;
  return { id, eventId, customerAccountId, createdBy, createdAt, fileName, contentType, size, key, sha256 };
}

/** Keys in S3 events are encoded as forms are: `+` is a space. */
export function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
