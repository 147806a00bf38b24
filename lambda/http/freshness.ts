import type { RequestHeaders } from './headers';

const NO_CACHE = /(?:^|,)\s*?no-cache\s*?(?:,|$)/;

/** Whether Express 4 would answer 304, by `fresh` 0.5. Answers here have no `Last-Modified`, so `If-Modified-Since` never holds. */
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
