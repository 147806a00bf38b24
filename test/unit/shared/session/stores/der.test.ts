import fc from 'fast-check';
import { readOctetStrings } from '../../../../../shared/session/stores/der';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('readOctetStrings', () => {
  it.each([
    ['nothing inside', '30 00', []],
    ['one string', '30 03 04 01 61', ['a']],
    ['an empty string', '30 02 04 00', ['']],
    ['two strings', '30 06 04 01 61 04 01 62', ['a', 'b']],
    ['a length of four bytes', '30 84 00 00 00 03 04 01 61', ['a']],
    ['a length in the long form', '30 81 04 04 81 01 61', ['a']],
  ])('reads %s', (_case, bytes, expected) => {
    expect(readOctetStrings(hex(bytes))?.map(String)).toEqual(expected);
  });

  it.each([
    ['no bytes', ''],
    ['a tag alone', '30'],
    ['another tag', '31 03 04 01 61'],
    ['another tag inside', '30 03 02 01 61'],
    ['a truncated string', '30 03 04 01'],
    ['a string longer than its sequence', '30 03 04 05 61'],
    ['bytes behind the sequence', '30 03 04 01 61 00'],
    ['an indefinite length', '30 80 04 01 61 00 00'],
    ['an indefinite length that could be one of 128 bytes', `30 80 04 7e ${'61'.repeat(126)}`],
    ['a huge length', '30 84 ff ff ff ff 04 01 61'],
    ['a length of more than four bytes', '30 85 00 00 00 00 03 04 01 61'],
    ['a length whose bytes are missing', '30 82 00'],
  ])('refuses %s', (_case, bytes) => {
    expect(readOctetStrings(hex(bytes))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        readOctetStrings(Buffer.from([0x30, ...bytes]));
      }),
      { numRuns: 2_000 },
    );
  });
});
