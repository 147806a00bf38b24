/** What Node's `writeHead` accepts and HTTP allows: tab, visible characters, and bytes over 0x7f (RFC 9112 section 4). */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The reason phrase as it can be sent on. undici has read its bytes as UTF-8, Node writes characters as bytes: so UTF-8 is
 * undone, and a phrase that was none, or has control characters, gives undefined (the standard one is sent then).
 */
export function reasonPhrase(read: string | undefined): string | undefined {
  if (read === undefined || /^[\x20-\x7e]*$/.test(read)) return read;
  if (read.includes('\ufffd')) return undefined;
  const bytes = Buffer.from(read, 'utf8').toString('latin1');
  return SENDABLE.test(bytes) ? bytes : undefined;
}
