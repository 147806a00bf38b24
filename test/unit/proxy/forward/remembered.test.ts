import fc from 'fast-check';
import { mayBeOneOf } from '../../../../proxy/forward/remembered';

const NAMES = ['te', 'connection', 'content-length', 'a-name-that-is-longer-than-the-longest-one-of-the-table'];
const BEGINNINGS = ['x-banyan-', 'x-amz'];
const randomCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => text.replace(/./g, (letter, i: number) => (upper[i] === true ? letter.toUpperCase() : letter)));

describe('the quick look at a name', () => {
  const mayBe = mayBeOneOf(NAMES, BEGINNINGS);

  it('never misses one, whatever its case and length', () => {
    const one = fc.constantFrom(...NAMES).chain(randomCase);
    const longer = fc
      .tuple(fc.constantFrom(...BEGINNINGS).chain(randomCase), fc.string({ maxLength: 60 }))
      .map(([beginning, rest]) => beginning + rest);
    fc.assert(fc.property(fc.oneof(one, longer), (name) => mayBe(name)));
  });

  it('distinguishes most of the usual other names', () => {
    for (const name of ['Host', 'User-Agent', 'Accept', 'Accept-Language', 'Cookie', 'ETag'])
      expect(mayBe(name)).toBe(false);
  });
});
