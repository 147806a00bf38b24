import fc from 'fast-check';
import { ChunkedDecoder } from '../../../../proxy/http1/chunked-decoder';

interface Decoded {
  readonly body: string;
  /** Where the body ended; undefined when it did not. */
  readonly end: number | undefined;
  readonly trailers: string[] | undefined;
}

/** Feeds the text in pieces of the given sizes, the last being the rest. Each piece is overwritten afterwards, as a shared buffer is. */
function decode(text: string, sizes: readonly number[] = []): Decoded {
  const bytes = Buffer.from(text, 'latin1');
  const data: Buffer[] = [];
  const decoder = new ChunkedDecoder((chunk) => data.push(Buffer.from(chunk)));
  let end: number | undefined;
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    if (piece.length === 0 || end !== undefined) break;
    const used = decoder.write(piece);
    if (decoder.trailers !== undefined) end = at + used;
    else expect(used).toBe(piece.length);
    piece.fill(0x21);
    at += piece.length;
  }
  return { body: Buffer.concat(data).toString('latin1'), end, trailers: decoder.trailers };
}

const chunk = fc.record({
  data: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  upper: fc.boolean(),
  zeros: fc.nat(5),
  extension: fc.constantFrom('', ';a', ';a=b', '; a="b;c"', '  ;x', ' '),
});
const message = fc.record({
  chunks: fc.array(chunk, { maxLength: 6 }),
  last: fc.constantFrom('0', '000', '0;end'),
  trailers: fc.array(fc.constantFrom(['A', 'b'], ['X-Sum', '1 2'], ['Empty', '']), { maxLength: 3 }),
  behind: fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', '\r\n', '0\r\n\r\n', 'x'),
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 200 }),
});

describe('chunked decoder', () => {
  it('decodes any body in any chunks in any fragments, and stops exactly at its end', () => {
    fc.assert(
      fc.property(message, ({ chunks, last, trailers, behind, sizes }) => {
        const coded = chunks.map(({ data, upper, zeros, extension }) => {
          const size = data.length.toString(16);
          return `${'0'.repeat(zeros)}${upper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
        });
        const text = `${coded.join('')}${last}\r\n${trailers.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n`;
        expect(decode(text + behind, sizes)).toEqual({
          body: chunks.map(({ data }) => data).join(''),
          end: text.length,
          trailers: trailers.flat(),
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('never takes half for the whole', () => {
    const text = '3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nA: b\r\n\r\n';
    for (let length = 0; length < text.length; length += 1) {
      expect(decode(text.slice(0, length)).end).toBeUndefined();
    }
    expect(decode(text).end).toBe(text.length);
  });

  // RFC 9112 section 7.1; each is read in another way somewhere.
  it.each([
    ['a bare LF behind the size', '1\na\r\n0\r\n\r\n'],
    ['a bare LF behind the data', '1\r\na\n0\r\n\r\n'],
    ['a bare LF at the end', '0\r\n\n'],
    ['a bare CR', '1\ra\r\n'],
    ['more data than the size says', '1\r\nab\r\n0\r\n\r\n'],
    ['no size', '\r\na\r\n'],
    ['only an extension', ';a\r\n'],
    ['a negative size', '-1\r\na\r\n'],
    ['a sign', '+1\r\na\r\n'],
    ['0x', '0x1\r\na\r\n'],
    ['a space before the size', ' 1\r\na\r\n'],
    ['a size with an underscore', '1_0\r\na\r\n'],
    ['another digit than hex', 'g\r\n'],
    ['two sizes', '1 1\r\na\r\n'],
    ['a size of fourteen digits', `${'0'.repeat(13)}1\r\na\r\n`],
    ['a size beyond what a number holds', 'fffffffffffffffff\r\na'],
    ['NUL in an extension', '1;\0\r\na\r\n'],
    ['CR in an extension', '1;a\rb\r\na\r\n'],
    ['an extension over 4 kB', `1;${'a'.repeat(5_000)}\r\na\r\n`],
    ['an extension over 4 kB that never ends', `1;${'a'.repeat(5_000)}`],
    ['a bare LF behind a trailer', '0\r\nA: b\n'],
    ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
    ['a trailer without a colon', '0\r\nA\r\n\r\n'],
    ['a space before the colon', '0\r\nA : b\r\n\r\n'],
    ['a trailer with NUL', '0\r\nA: \0\r\n\r\n'],
    ['Content-Length as a trailer', '0\r\nContent-Length: 5\r\n\r\n'],
    ['Transfer-Encoding as a trailer', '0\r\ntransfer-ENCODING: chunked\r\n\r\n'],
    ['trailers over 64 kB', `0\r\n${'A: bbbbbbbbbbbbb\r\n'.repeat(5_000)}\r\n`],
    ['one trailer over 64 kB that never ends', `0\r\nA: ${'b'.repeat(70_000)}`],
  ])('refuses %s', (_what, text) => {
    expect(() => decode(text)).toThrow('invalid answer');
    const byteByByte = Array<number>(Math.min(text.length, 100)).fill(1);
    expect(() => decode(text, byteByByte)).toThrow('invalid answer');
  });

  it.each([
    ['a size with an extension of 4 kB in all', `1;${'a'.repeat(4_092)}\r\nx\r\n0\r\n\r\n`],
    ['a trailer of 64 kB', `1\r\nx\r\n0\r\nA: ${'b'.repeat(65_531)}\r\n\r\n`],
    ['trailers of 64 kB', `1\r\nx\r\n0\r\n${'A: bbbbbbbbbbb\r\n'.repeat(4_096)}\r\n`],
  ])('takes %s, and no byte more', (_what, text) => {
    expect(decode(text)).toMatchObject({ body: 'x', end: text.length });
    expect(() => decode(text.replace(/a;|a\r|b\r/, 'a$&'))).toThrow('invalid answer');
  });

  it('drops trailers that concern only this connection', () => {
    expect(decode('0\r\nConnection: close\r\nKeep-Alive: x\r\nA: b\r\n\r\n').trailers).toEqual(['A', 'b']);
  });

  it('reads the largest size it takes, and keeps nothing of the data', () => {
    let bytes = 0;
    const decoder = new ChunkedDecoder((data) => (bytes += data.length));
    decoder.write(Buffer.from('fffffffffffff\r\n'));
    const block = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 256; i += 1) expect(decoder.write(block)).toBe(block.length);
    expect(bytes).toBe(256 * block.length);
    expect(decoder.trailers).toBeUndefined();
  });

  it('hands over slices of what it is given', () => {
    const bytes = Buffer.from('3\r\nabc\r\n0\r\n\r\n');
    new ChunkedDecoder((data) => expect(data.buffer).toBe(bytes.buffer)).write(bytes);
    expect.assertions(1);
  });
});
