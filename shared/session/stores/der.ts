/** Tags of X.690 that kruptein uses. */
const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;

interface Element {
  readonly content: Buffer;
  readonly end: number;
}

/** Octet strings of `SEQUENCE { OCTET STRING, ... }` in DER (X.690) with definite lengths; undefined for anything else. */
export function readOctetStrings(der: Buffer): Buffer[] | undefined {
  const sequence = readElement(der, 0, SEQUENCE);
  if (sequence?.end !== der.length) return undefined;
  const strings: Buffer[] = [];
  for (let offset = 0; offset < sequence.content.length;) {
    const element = readElement(sequence.content, offset, OCTET_STRING);
    if (element === undefined) return undefined;
    strings.push(element.content);
    offset = element.end;
  }
  return strings;
}

function readElement(bytes: Buffer, offset: number, tag: number): Element | undefined {
  const first = bytes[offset + 1];
  if (bytes[offset] !== tag || first === undefined) return undefined;
  // Below 0x80 the byte is the length; above, it counts the length's own bytes, 0x80 itself none: the end is not given.
  // Four are more than a document can hold.
  const lengthBytes = Math.max(0, first - 0x80);
  const start = offset + 2 + lengthBytes;
  if (lengthBytes > 4 || first === 0x80 || start > bytes.length) return undefined;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
  const end = start + length;
  return end > bytes.length ? undefined : { content: bytes.subarray(start, end), end };
}
