/** What Express 4's `res.type` (mime 1.6) takes for a type when it is only an extension, of those that photos and documents have. */
const BY_EXTENSION = new Map([
  ['text', 'text/plain'],
  ['txt', 'text/plain'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['apng', 'image/apng'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['jpe', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['svg', 'image/svg+xml'],
  ['bmp', 'image/bmp'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['ico', 'image/x-icon'],
]);

/** As Express's `res.type`; once more changes nothing. Throws, as there, for what is not text. */
export function mediaTypeOf(type: unknown): string {
  if (typeof type !== 'string') throw new TypeError('the type of a photo is no text');
  const full = type.includes('/') ? type : (BY_EXTENSION.get(extensionOf(type)) ?? 'application/octet-stream');
  const isText = /^text\/|^application\/(javascript|json)/.test(full) && !/;\s*charset\s*=/.test(full);
  return isText ? `${full}; charset=utf-8` : full;
}

/** A name of a file stands for its extension. */
function extensionOf(name: string): string {
  return name.replace(/^.*[.\\]/, '').toLowerCase();
}
