import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { headerValues, MAX_BUFFERED_BODY, type ObservedResponse } from './exchange';

/** What the body holds; the body itself when it cannot be decompressed, or into too much. */
export function decompress(response: Pick<ObservedResponse, 'headers'>, body: Buffer): Buffer {
  const limit = { maxOutputLength: MAX_BUFFERED_BODY };
  try {
    switch (headerValues(response, 'content-encoding')[0]?.toLowerCase()) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit);
      case 'br':
        return brotliDecompressSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      default:
        return body;
    }
  } catch {
    return body;
  }
}
