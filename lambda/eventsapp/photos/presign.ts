import type { S3Client } from '@aws-sdk/client-s3';
import type { UploadRequest } from '../contracts/photos';
import type { Photo } from './photo';
import { uploadKey, writeMetadata, type UploadMetadata } from './metadata';

/** How long a URL is good (s). */
export const EXPIRES_S = 600;

/**
 * A URL that takes one file by PUT, of exactly this type and length, once. By default the SDK signs the host alone; metadata moves into the
 * query, where everything is signed. `If-None-Match: *` makes S3 refuse a second file, so an object never changes. Cache-Control cannot be
 * signed; the CDN sets it.
 */
export async function presignUpload(
  s3: S3Client,
  bucket: string,
  upload: UploadMetadata & Pick<UploadRequest, 'contentType' | 'size'>,
): Promise<string> {
  const [{ PutObjectCommand }, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const { contentType, size } = upload;
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: uploadKey(upload, contentType),
    ContentType: contentType,
    ContentLength: size,
    IfNoneMatch: '*',
    Metadata: writeMetadata(upload),
  });
  return getSignedUrl(s3, command, {
    expiresIn: EXPIRES_S,
    signableHeaders: new Set(['host', 'content-type', 'content-length', 'if-none-match']),
  });
}

/** How long an address to download from is good (s): it is followed at once. */
const DOWNLOAD_EXPIRES_S = 60;

/** A URL at which S3 answers with a photo's bytes and these headers. */
export async function presignDownload(
  s3: S3Client,
  bucket: string,
  { key }: Pick<Photo, 'key'>,
  headers: { readonly 'Content-Type': string; readonly 'Content-Disposition': string },
): Promise<string> {
  const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ResponseContentType: headers['Content-Type'],
    ResponseContentDisposition: headers['Content-Disposition'],
  });
  return getSignedUrl(s3, command, { expiresIn: DOWNLOAD_EXPIRES_S });
}
