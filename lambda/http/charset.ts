/** Turns bytes into text. */
type Decode = (bytes: Buffer) => string;

/** What `iconv-lite` 0.4, which Express 4's JSON parser asks, knows under names that begin with `utf-`. */
const DECODERS: Readonly<Record<string, Decode>> = {
  utf8: (bytes) => withoutMark(bytes.toString('utf8')),
  utf16: (bytes) => withoutMark(isBigEndian(bytes) ? fromUtf16BE(bytes) : bytes.toString('utf16le')),
  utf16le: (bytes) => withoutMark(bytes.toString('utf16le')),
  utf16be: (bytes) => withoutMark(fromUtf16BE(bytes)),
  utf7: (bytes) => withoutMark(fromUtf7(bytes, /\+([A-Za-z0-9/+]*)(-?)/g)),
  utf7imap: (bytes) => withoutMark(fromUtf7(bytes, /&([A-Za-z0-9/+,]*)(-?)/g)),
};

/**
 * The decoder of a charset, by its name in lower case; undefined for one that is unknown. Names are compared as `iconv-lite` does:
 * `utf-8:2008` and `utf--8` are UTF-8 too.
 */
export function decoderOf(charset: string): Decode | undefined {
  const name = charset.replace(/:\d{4}$|[^0-9a-z]/g, '');
  return Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function fromUtf16BE(bytes: Buffer): string {
  // A byte without its other half is dropped.
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}

/** By the byte order mark; without one by where the zeroes of the first 32 characters are; little-endian when that says nothing. */
function isBigEndian(bytes: Buffer): boolean {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'feff') return true;
  if (mark === 'fffe') return false;
  let balance = 0;
  for (let index = 0; index + 1 < Math.min(bytes.length, 64); index += 2) {
    const [first, second] = [bytes[index], bytes[index + 1]];
    if (first === 0 && second !== 0) balance += 1;
    if (first !== 0 && second === 0) balance -= 1;
  }
  return balance > 0;
}

/** RFC 2152, and RFC 3501 section 5.1.3 by another `shift`: base64 of UTF-16 between a sign and a hyphen, which alone mean the sign. */
function fromUtf7(bytes: Buffer, shift: RegExp): string {
  const ascii = bytes.toString('latin1').replace(/[\x80-\xff]/g, '\uFFFD');
  return ascii.replace(shift, (all: string, base64: string, hyphen: string, offset: number) => {
    if (base64 === '') return hyphen === '' ? '' : all.slice(0, 1);
    // A run that nothing ends is decoded in two parts, each of which loses a mark of its own.
    const isOpen = hyphen === '' && offset + all.length === ascii.length;
    const end = isOpen ? base64.length - (base64.length % 8) : base64.length;
    return [base64.slice(0, end), base64.slice(end)].map(fromBase64).join('');
  });
}

function fromBase64(base64: string): string {
  return withoutMark(fromUtf16BE(Buffer.from(base64.replaceAll(',', '/'), 'base64')));
}
