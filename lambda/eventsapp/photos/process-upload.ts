import { createHash } from 'node:crypto';
import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Logger } from 'banyan-strangler/lambda';
import { MAX_PHOTO_BYTES, photoTypeOf } from '../contracts/photos';
import { fileNameOf, readMetadata, UPLOADS, type UploadMetadata } from './metadata';
import type { Photo } from './photo';
import { FIRST_BYTES, pictureTypeOf } from './picture-type';
import type { PhotoRepository } from './repository/photo-repository';
import { unlessGone } from './unless-gone';

/** What became of an object. `gone`: there is none under that key any more. `known`: it had been processed before. */
export type UploadOutcome = 'stored' | 'known' | 'refused' | 'gone' | 'not an upload';

export interface ProcessDeps {
  readonly s3: Pick<S3Client, 'send'>;
  readonly bucket: string;
  readonly photos: Pick<PhotoRepository, 'add' | 'find' | 'findRefused' | 'refuse'>;
  /** Asks MongoDB for the event, and unless the monolith's photo routes are retired stores the photo there too. May be called twice. */
  readonly mirror: (photo: Photo) => Promise<'stored' | 'known' | 'gone' | 'no such event'>;
  readonly logger: Logger;
}

/**
 * Makes a photo of an object under `uploads/`, or refuses it. It looks at the object as it is now, not at what the event said of it, so
 * events may come twice, late and in any order. MongoDB is written first: what DynamoDB lists, the monolith lists.
 *
 * @param key decoded
 * @throws what S3, DynamoDB or the mirror fail with; the event is then to come again
 */
export async function processUpload(key: string, deps: ProcessDeps): Promise<UploadOutcome> {
  if (!key.startsWith(UPLOADS)) return 'not an upload';
  const { s3, bucket, photos, mirror } = deps;
  const { GetObjectCommand, HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const at = { Bucket: bucket, Key: key };
  const head = await unlessGone(s3.send(new HeadObjectCommand(at)));
  if (head === undefined) return 'gone';
  const upload = metadataOf(head, deps.logger, key);
  if (upload === undefined) return 'not an upload';
  // A second object for an id that is used up: uploaded with the same URL after the first was deleted.
  if ((await photos.findRefused(upload.id)) !== undefined) return discard(key, head.ETag, deps);
  if ((await photos.find(upload.id)) !== undefined) return 'known';

  // The whole object only when its beginning is a picture's: it may be of any size if the URL did not bind it.
  const read = async (range: { readonly Range?: string }): Promise<Uint8Array | undefined> =>
    (
      await unlessGone(s3.send(new GetObjectCommand({ ...at, IfMatch: head.ETag, ...range })))
    )?.Body?.transformToByteArray();
  const sizeFault = sizeFaultOf(head);
  const first = sizeFault === undefined ? await read({ Range: `bytes=0-${FIRST_BYTES - 1}` }) : new Uint8Array();
  if (first === undefined) return 'gone';
  const reason = sizeFault ?? typeFaultOf(head, first);
  if (reason !== undefined) {
    // Noted before the object is deleted, so that a later one is known to be the second.
    const { id, eventId, customerAccountId, createdBy, createdAt } = upload;
    await photos.refuse({ id, eventId, customerAccountId, createdBy, createdAt, reason });
    return discard(key, head.ETag, deps);
  }
  const bytes = await read({});
  if (bytes === undefined) return 'gone';
  const contentType = photoTypeOf(head.ContentType) ?? 'image/png';
  const photo: Photo = {
    ...upload,
    fileName: fileNameOf(upload.title, contentType),
    contentType,
    size: bytes.length,
    key,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    origin: 'upload',
  };
  const mirrored = await mirror(photo);
  if (mirrored === 'gone') return 'gone';
  // Its reason has no reader: whatever is asked about the event is answered with 404.
  if (mirrored === 'no such event') return discard(key, head.ETag, deps);
  return (await photos.add(photo)) === 'added' ? 'stored' : 'known';
}

type Head = Pick<HeadObjectCommandOutput, 'ContentType' | 'ContentLength' | 'Metadata'>;

/** Undefined for an object that no URL of ours uploaded, which another attempt would not change: only operators can put one there. */
function metadataOf({ Metadata }: Head, logger: Logger, key: string): UploadMetadata | undefined {
  try {
    return readMetadata(Metadata);
  } catch (error) {
    logger.error({ key, err: error }, 'object under uploads/ that is no upload');
    return undefined;
  }
}

/** What is wrong with a file, for the person who uploaded it. S3 has no first bytes of an empty one. */
function sizeFaultOf({ ContentLength: size = 0 }: Head): string | undefined {
  if (size === 0) return 'The file is empty';
  return size > MAX_PHOTO_BYTES ? `The file has ${size} bytes, more than ${MAX_PHOTO_BYTES} (5 MB)` : undefined;
}

/** The same; undefined when it is the picture that it says it is. */
function typeFaultOf({ ContentType: declared }: Head, first: Uint8Array): string | undefined {
  const actual = pictureTypeOf(first);
  if (actual === undefined) return 'The file is not a picture: it does not begin as JPEG, PNG, WebP or GIF files do';
  return actual === declared ? undefined : `The file is ${actual}, not ${declared ?? 'what it was said to be'}`;
}

/** Deletes the object that was looked at, and no other one. */
async function discard(
  key: string,
  etag: string | undefined,
  { s3, bucket, logger }: ProcessDeps,
): Promise<UploadOutcome> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
  await unlessGone(s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag })));
  logger.info({ key }, 'upload refused, object deleted');
  return 'refused';
}
