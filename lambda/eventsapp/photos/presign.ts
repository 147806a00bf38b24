import type { S3Client } from '@aws-sdk/client-s3';
import type { UploadRequest } from '../contracts/photos';
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
