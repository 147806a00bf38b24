/** What Express's `res.type` takes for a type when it is only the extension of a file. */
const BY_EXTENSION = new Map([
  ['text', 'text/plain'],
  ['txt', 'text/plain'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
]);

/** As Express's `res.type`; once more changes nothing. Throws, as there, for what is not text. */
export function mediaTypeOf(type: unknown): string {
  if (typeof type !== 'string') throw new TypeError('the type of a photo is no text');
  const full = type.includes('/') ? type : (BY_EXTENSION.get(type) ?? 'application/octet-stream');
  const isText = /^text\/|^application\/(javascript|json)/.test(full) && !/;\s*charset\s*=/.test(full);
  return isText ? `${full}; charset=utf-8` : full;
}
