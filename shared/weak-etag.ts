import { createHash } from 'node:crypto';

/** The weak entity tag that Express 4 puts on every `res.send` (the `etag` package): byte length in hex, 27 characters of the SHA-1. */
export function weakETag(body: string | Buffer): string {
  const hash = createHash('sha1').update(body).digest('base64').slice(0, 27);
  return `W/"${Buffer.byteLength(body).toString(16)}-${hash}"`;
}
