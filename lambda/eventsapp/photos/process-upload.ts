import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Logger } from 'banyan-strangler/lambda';
import { MAX_PHOTO_BYTES, photoTypeOf } from '../contracts/photos';
import { fileNameOf, readMetadata, UPLOADS } from './metadata';
import type { Photo } from './photo';
import { FIRST_BYTES, pictureTypeOf } from './picture-type';
import type { PhotoRepository } from './repository/photo-repository';

/** What became of an object. `gone`: there is none under that key any more. `known`: it had been processed before. */
export type UploadOutcome = 'stored' | 'known' | 'refused' | 'gone' | 'not an upload';

export interface ProcessDeps {
  readonly s3: Pick<S3Client, 'send'>;
  readonly bucket: string;
  readonly photos: Pick<PhotoRepository, 'add' | 'find' | 'findRefused' | 'refuse'>;
  /** Stores the photo in MongoDB too, unless the monolith's photo routes are retired. May be called twice. */
  readonly mirror: ((photo: Photo) => Promise<'stored' | 'known' | 'gone'>) | undefined;
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
  const upload = readMetadata(head.Metadata);
  // A second object for an id that is used up: uploaded with the same URL after the first was deleted.
  if ((await photos.findRefused(upload.id)) !== undefined) return discard(key, head.ETag, deps);
  if ((await photos.find(upload.id)) !== undefined) return 'known';

  // The whole object only when its beginning is a picture's: it may be of any size if the URL did not bind it.
  const first = await unlessGone(s3.send(new GetObjectCommand({ ...at, Range: `bytes=0-${FIRST_BYTES - 1}` })));
  if (first === undefined) return 'gone';
  const reason = faultOf(head, (await first.Body?.transformToByteArray()) ?? new Uint8Array());
  if (reason !== undefined) {
    // Noted before the object is deleted, so that a later one is known to be the second.
    const { id, eventId, customerAccountId, createdBy, createdAt } = upload;
    await photos.refuse({ id, eventId, customerAccountId, createdBy, createdAt, reason });
    return discard(key, head.ETag, deps);
  }
  const whole = await unlessGone(s3.send(new GetObjectCommand({ ...at, IfMatch: head.ETag })));
  if (whole === undefined) return 'gone';
  const bytes = (await whole.Body?.transformToByteArray()) ?? new Uint8Array();
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
  if (mirror !== undefined && (await mirror(photo)) === 'gone') return 'gone';
  return (await photos.add(photo)) === 'added' ? 'stored' : 'known';
}

interface Head {
  readonly ContentType?: string | undefined;
  readonly ContentLength?: number | undefined;
}

/** What is wrong with a file, for the person who uploaded it; undefined when it is the picture that it says it is. */
function faultOf({ ContentType: declared, ContentLength: size = 0 }: Head, first: Uint8Array): string | undefined {
  if (size === 0) return 'The file is empty';
  if (size > MAX_PHOTO_BYTES) return `The file has ${size} bytes, more than ${MAX_PHOTO_BYTES} (5 MB)`;
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

/** Undefined when there is no such object, or another one than was asked for. */
export async function unlessGone<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return undefined;
    throw error;
  }
}

const GONE = new Set(['NoSuchKey', 'NotFound', 'PreconditionFailed']);
