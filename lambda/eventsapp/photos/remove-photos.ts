import type { Photo } from './photo';
import type { PhotoRepository } from './repository/photo-repository';
import type { PhotoStorage } from './storage';

/** What removing works with. */
export interface RemovalStorage extends Pick<PhotoStorage, 'bucket'> {
  readonly s3: Pick<PhotoStorage['s3'], 'send'>;
  readonly photos: Pick<PhotoRepository, 'remove'>;
}

/**
 * Removes a photo from S3 and DynamoDB; twice is as once. Object first: an end in between leaves the item, by which the next attempt finds
 * both.
 */
export async function removePhoto({ id, key }: Pick<Photo, 'id' | 'key'>, storage: RemovalStorage): Promise<void> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
  await storage.s3.send(new DeleteObjectCommand({ Bucket: storage.bucket, Key: key }));
  await storage.photos.remove(id);
}

/** Photos at a time. */
const AT_ONCE = 16;

/**
 * Removes photos, a few at a time.
 *
 * @throws the first failure, after all have been tried
 */
export async function removePhotos(
  photos: readonly Pick<Photo, 'id' | 'key'>[],
  storage: RemovalStorage,
): Promise<void> {
  const waiting = photos.values();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (const photo of waiting) await removePhoto(photo, storage).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}
