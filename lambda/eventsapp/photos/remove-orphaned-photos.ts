import type { Context } from 'aws-lambda';
import { BanyanError, isFields } from 'banyan-strangler/lambda';
import { connectPhotosEarly, photosOutside } from './outside';
import type { Photo } from './photo';
import { removePhotos } from './remove-photos';
import type { PhotoRepository } from './repository/photo-repository';
import { dbListPhotos } from './vpc-functions';

connectPhotosEarly();

/** Photos in a page of the table. */
const PAGE = 500;

/** The share of events with photos that may be gone at once. The monolith deletes them one by one; another or an older database lacks many. */
const MAX_SHARE = 0.1;

type OfEvent = Pick<Photo, 'eventId' | 'customerAccountId'>;

/**
 * On a schedule, and on demand: removes from S3 and DynamoDB the photos whose event is gone from MongoDB. The monolith deletes events and
 * knows nothing of either; an upload may have been processed while its event was deleted; a deletion may have failed halfway. What fails
 * is found again by the next run.
 *
 * @param event `{"force": true}` removes however many there are
 * @returns how many photos were removed
 */
export const handler = async (
  event: unknown,
  context: Pick<Context, 'functionName' | 'getRemainingTimeInMillis'>,
): Promise<{ readonly removed: number }> => {
  const { config, logger, vpc, s3, photos } = await photosOutside(context.functionName, [dbListPhotos]);
  const call = { remainingTimeMs: () => context.getRemainingTimeInMillis() };
  const isEvent = async ({ eventId, customerAccountId }: OfEvent) =>
    (await vpc.call(dbListPhotos, { eventId, customerAccountId, withPhotos: false }, call)).isEvent;
  const force = isFields(event) && event['force'] === true;
  const orphans = await findOrphans(photos, isEvent, { force });
  await removePhotos(orphans, { s3, bucket: config.bucket, photos });
  logger.info({ removed: orphans.length }, 'photos of deleted events removed');
  return { removed: orphans.length };
};

/**
 * The photos whose event is gone.
 *
 * @throws BanyanError, unless forced, when all events with photos are gone, or more than one of them and more than a tenth: that is what
 *   another database looks like, or an older one
 */
export async function findOrphans(
  photos: Pick<PhotoRepository, 'scan'>,
  isEvent: (photo: OfEvent) => Promise<boolean>,
  { force }: { readonly force: boolean } = { force: false },
): Promise<readonly Photo[]> {
  const events = new Map<string, boolean>();
  const orphans: Photo[] = [];
  let after: string | undefined;
  do {
    const page = await photos.scan({ limit: PAGE, after });
    for (const photo of page.photos) {
      // Of another account there is no such event: what one photo says of its event must not speak for the others.
      const key = `${photo.customerAccountId} ${photo.eventId}`;
      const exists = events.get(key) ?? (await isEvent(photo));
      events.set(key, exists);
      if (!exists) orphans.push(photo);
    }
    after = page.next;
  } while (after !== undefined);
  const gone = [...events.values()].filter((exists) => !exists).length;
  const isTooMany = gone === events.size || gone > Math.max(1, events.size * MAX_SHARE);
  if (gone > 0 && isTooMany && !force)
    throw new BanyanError(
      `MongoDB lacks ${gone} of the ${events.size} events that have photos: is MONGODB_URI the right database, and up to date? ` +
        'Nothing was removed. If they were deleted, invoke this function with {"force": true}',
      { code: 'photos_of_another_database' },
    );
  return orphans;
}
