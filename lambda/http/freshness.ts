import type { RequestHeaders } from './headers';

const NO_CACHE = /(?:^|,)\s*?no-cache\s*?(?:,|$)/;

/**
 * Whether the client's copy is still good, so that Express 4 would answer 304: the rules of `fresh` 0.5 (older than RFC 9110:
 * both conditions must hold, and `Cache-Control: no-cache` forces a full answer).
 *
 * The answers here carry no `Last-Modified`, and without one `If-Modified-Since` is never satisfied.
 */
export function isFresh(headers: RequestHeaders, etag: string): boolean {
  // An empty header counts as absent, as in `fresh`.
  const noneMatch = headers.get('if-none-match') ?? '';
  const modifiedSince = headers.get('if-modified-since') ?? '';
  if (noneMatch === '' || modifiedSince !== '') return false;
  if (NO_CACHE.test(headers.get('cache-control') ?? '')) return false;
  return (
    noneMatch === '*' || entityTags(noneMatch).some((tag) => [tag, `W/${tag}`].includes(etag) || tag === `W/${etag}`)
  );
}

/** Splits at every comma, quotes or not, and strips spaces only: `fresh` does no more. */
function entityTags(list: string): string[] {
  return list.split(',').map((tag) => tag.replace(/^ +| +$/g, ''));
}
