import fc from 'fast-check';
import { readMark, signMark } from '../../../shared/signed-mark';

const NOW = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-23T12:01:00Z');
const SECRETS = ['new secret', 'old secret'];

describe('signed marks', () => {
  it('are believed until they expire, whichever of the secrets signed them', () => {
    for (const secret of SECRETS) {
      const mark = signMark('force', 'lambda', [secret], LATER);
      expect(readMark('force', mark, SECRETS, NOW)).toBe('lambda');
      expect(readMark('force', mark, SECRETS, LATER)).toBeUndefined();
    }
  });

  it('are not believed for another purpose, under another secret, or altered', () => {
    const mark = signMark('force', 'lambda', SECRETS, LATER);
    expect(readMark('shadow', mark, SECRETS, NOW)).toBeUndefined();
    expect(readMark('force', mark, ['other'], NOW)).toBeUndefined();
    expect(readMark('force', mark, [], NOW)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(mark.length - 1), fc.constantFrom('a', '0', '.', '-', ''), (at, text) => {
        const altered = mark.slice(0, at) + text + mark.slice(at + 1);
        expect(readMark('force', altered, SECRETS, NOW)).toBe(altered === mark ? 'lambda' : undefined);
      }),
    );
  });

  it('are nothing when they are something else', () => {
    for (const text of [undefined, '', '...', 'lambda', `lambda.9999999999.${'A'.repeat(43)}`, 'x'.repeat(10_000)]) {
      expect(readMark('force', text, SECRETS, NOW)).toBeUndefined();
    }
    expect(() => signMark('force', 'lambda', [], LATER)).toThrow(/needs a secret/);
  });
});
