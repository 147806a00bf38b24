import type { PhotoType } from '../contracts/photos';

/** How many bytes of a file {@link pictureTypeOf} needs. */
export const FIRST_BYTES = 16;

/** The type that a file's first bytes say it has; undefined for none of ours. */
export function pictureTypeOf(bytes: Uint8Array): PhotoType | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
