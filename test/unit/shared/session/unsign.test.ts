import fc from 'fast-check';
import { sign, unsign } from '../../../../shared/session/unsign';
import { cookieSignature } from './oracle';

const secrets = ['first secret', 'second secret'];

describe('sign', () => {
  it('writes what cookie-signature writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (id, secret) => {
        expect(sign(id, secret)).toBe(cookieSignature.sign(id, secret));
      }),
      { numRuns: 500 },
    );
  });
});

describe('unsign', () => {
  const signature = sign('abc', 'first secret').slice(4);

  it.each([
    ['the first secret', `s:${sign('abc', 'first secret')}`, { id: 'abc', secretIndex: 0 }],
    ['an older secret', `s:${sign('abc', 'second secret')}`, { id: 'abc', secretIndex: 1 }],
    ['an id with dots', `s:${sign('a.b.c', 'first secret')}`, { id: 'a.b.c', secretIndex: 0 }],
    ['an id with percent signs', `s:${sign('a%2Eb', 'first secret')}`, { id: 'a%2Eb', secretIndex: 0 }],
    [
      'an id that looks like an operator',
      `s:${sign('{"$ne":1}', 'first secret')}`,
      { id: '{"$ne":1}', secretIndex: 0 },
    ],
  ])('accepts %s', (_case, token, expected) => {
    expect(unsign(token, secrets)).toEqual(expected);
  });

  it.each([
    ['another secret', `s:${sign('abc', 'a third secret')}`],
    ['no prefix', sign('abc', 'first secret')],
    ['an upper-case prefix', `S:${sign('abc', 'first secret')}`],
    ['a percent-encoded prefix', `s%3A${sign('abc', 'first secret')}`],
    ['an empty id', `s:${sign('', 'first secret')}`],
    ['no dot', 's:abc'],
    ['nothing behind the dot', 's:abc.'],
    ['nothing', ''],
    ['the prefix alone', 's:'],
    ['a truncated signature', `s:abc.${signature.slice(0, -1)}`],
    ['a padded signature', `s:abc.${signature}=`],
    ['a longer signature', `s:abc.${signature}A`],
    ['the signature of another id', `s:abd.${signature}`],
    ['a lone surrogate that hashes like U+FFFD', `s:\ud800.${sign('\ufffd', 'first secret').slice(2)}`],
  ])('refuses %s', (_case, token) => {
    expect(unsign(token, secrets)).toBeUndefined();
  });

  it('refuses the base64url form', () => {
    const id = Array.from({ length: 100 }, (_, index) => `id${index}`).find((candidate) =>
      /[+/]/.test(sign(candidate, 'first secret')),
    );
    const token = `s:${sign(id ?? '', 'first secret')}`;
    expect(unsign(token, secrets)?.id).toBe(id);
    expect(unsign(token.replaceAll('+', '-').replaceAll('/', '_'), secrets)).toBeUndefined();
  });

  it('agrees with cookie-signature on ids and damaged tokens', () => {
    const token = fc
      .tuple(
        fc.string({ maxLength: 8 }),
        fc.constantFrom(...secrets, 'wrong'),
        fc.nat({ max: 60 }),
        fc.string({ maxLength: 2 }),
      )
      .map(([id, secret, at, noise]) => {
        const signed = sign(id, secret);
        return [signed, signed.slice(0, at) + noise + signed.slice(at), signed.slice(0, -at)];
      });
    fc.assert(
      fc.property(token, (candidates) => {
        for (const value of candidates) {
          const expected = secrets.map((secret) => cookieSignature.unsign(value, secret)).find((id) => id !== false);
          expect(unsign(`s:${value}`, secrets)?.id).toBe(expected === '' ? undefined : expected);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
