import { FieldFaults, fieldsOf, isTextUpTo } from 'banyan-strangler/lambda';

/** The types that the monolith takes, and what a file of each is called. */
export const EXTENSIONS = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
} as const;
export type PhotoType = keyof typeof EXTENSIONS;

/** The monolith's own limit, in bytes: every photo must fit into it until its photo routes are retired. */
export const MAX_PHOTO_BYTES = 5 * 1024 * 1024;
const MAX_TITLE = 100;
/** Together with the title it must fit, encoded, into the 2 KB that S3 has for metadata. */
const MAX_DESCRIPTION = 280;

/** A photo as `GET /api/events/:eventId/photos` lists it. The order of the keys is part of the contract. */
export interface PhotoJson {
  readonly id: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly size: number;
  /** As JSON writes a Date. */
  readonly createdAt: string;
}

/** `POST /api/events/:eventId/photos/initiate-upload` */
export interface UploadRequest {
  readonly title: string;
  readonly description: string;
  readonly contentType: PhotoType;
  /** In bytes. */
  readonly size: number;
}

/** Its answer. The file is sent to the URL by PUT, with the headers `Content-Type` as asked for and `If-None-Match: *`. */
export interface InitiateUploadResponse {
  readonly photoId: string;
  readonly s3PutObjectUrl: string;
}

/** `GET /api/events/:eventId/photos/:photoId`: what became of an upload. */
export interface UploadStatusResponse {
  /** `waiting` also for an id that nothing was ever uploaded for. */
  readonly status: 'waiting' | 'stored' | 'refused';
  /** For the person who uploaded, when it was refused. */
  readonly reason?: string;
}

/**
 * Reads what a client says of a photo that it wants to upload.
 *
 * @param body as Express's parsers give it
 * @throws ValidationError
 */
export function parseUploadRequest(body: unknown): UploadRequest {
  const { title, description = '', contentType, size } = fieldsOf(body);
  const faults = new FieldFaults();
  const isTitle = isTextUpTo(title, MAX_TITLE) && isPlainText(title) && title.trim() !== '';
  if (!isTitle) faults.add('title', `must be text of 1 to ${MAX_TITLE} characters, without line breaks`, '');
  const isDescription =
    isTextUpTo(description, MAX_DESCRIPTION) && isPlainText(description.replaceAll(/[\n\r\t\u0085\u2028\u2029]/g, ' '));
  if (!isDescription) faults.add('description', `must be text of at most ${MAX_DESCRIPTION} characters`, '');
  const type = photoTypeOf(contentType);
  if (type === undefined) faults.add('contentType', `must be one of ${Object.keys(EXTENSIONS).join(', ')}`, '');
  const isSize = typeof size === 'number' && Number.isInteger(size) && size > 0 && size <= MAX_PHOTO_BYTES;
  if (!isSize) faults.add('size', `must be a number of bytes, at most ${MAX_PHOTO_BYTES} (5 MB)`, 0);
  faults.throwIfAny();
  return {
    title: isTitle ? title.trim() : '',
    description: isDescription ? description : '',
    contentType: type ?? 'image/png',
    size: isSize ? size : 0,
  };
}

/** The type by its name; undefined for one that is not taken. */
export function photoTypeOf(name: unknown): PhotoType | undefined {
  return typeof name === 'string' && Object.hasOwn(EXTENSIONS, name) ? (name as PhotoType) : undefined;
}

/** No control characters, no line breaks, and no half of a surrogate pair, which cannot be written in UTF-8. */
function isPlainText(text: string): boolean {
  return (
    !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) &&
    !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)
  );
}
