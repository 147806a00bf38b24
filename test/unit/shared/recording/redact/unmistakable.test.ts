import { createRedactor } from '../../../../../shared/recording/redact/redact-entry';
import { replaceUnmistakable } from '../../../../../shared/recording/redact/unmistakable';
import { harEntry } from './har-entry';

/** Put together here, so that no scanner of repositories takes them for real ones. */
const SECRETS = [
  ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
  ['rk', 'test', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
  ['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_'),
  ['github', 'pat', '11ABCDEFG0abcdefghijklmnop'].join('_'),
  ['AKIA', 'IOSFODNN7EXAMPLE'].join(''),
  ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'c2lnbmF0dXJl'].join('.'),
  ['-----BEGIN RSA', 'PRIVATE KEY-----\nMIIEow+/AB==\n-----END RSA', 'PRIVATE KEY-----'].join(' '),
];
const CARDS = ['4242424242424242', '4242 4242 4242 4242', '5555-5555-5555-4444', '378282246310005', '6011111111111117'];

const redactor = createRedactor({
  ...{ sessionCookie: 'sid', credentialHeaders: [], credentialQueries: [] },
  ...{ paths: [], keepCookies: [], logins: [] },
});

describe('what can be nothing but a secret', () => {
  it.each(SECRETS)('is removed wherever it stands: %.12s', (secret) => {
    const text = JSON.stringify({ note: `use ${secret}, or call`, n: 1 });
    const entry = redactor.redact(
      harEntry({
        url: `http://h/a?q=${encodeURIComponent(secret)}`,
        text,
        requestHeaders: { 'X-Note': secret.split('\n')[0] ?? '' },
      }),
    );
    expect(JSON.stringify(entry)).not.toContain(secret.slice(-12));
    expect(JSON.parse(entry.response.content.text ?? '')).toEqual({ note: 'use [redacted], or call', n: 1 });
  });

  it.each(CARDS)('of a card all digits but the first are zeros: %s', (card) => {
    expect(replaceUnmistakable(`card ${card}.`)).toBe(`card ${card.charAt(0)}${card.slice(1).replaceAll(/\d/g, '0')}.`);
    const plain = card.replaceAll(/\D/g, '');
    const { text = '' } = redactor.redact(harEntry({ text: `{"a":${plain},"b":"${card}"}` })).response.content;
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['a', 'b']);
    expect(text).not.toMatch(new RegExp(plain.slice(-4)));
    expect(replaceUnmistakable(replaceUnmistakable(card))).toBe(replaceUnmistakable(card));
  });

  it.each([
    ['4242 4242 4242 4242 12/27', '4000 0000 0000 0000 12/27'],
    ['4242424242424242 737', '4000000000000000 737'],
    ['no. 12345 4242-4242-4242-4242 of 2026-11-30', 'no. 12345 4000-0000-0000-0000 of 2026-11-30'],
    ['2026-11-30 4242424242424242', '2026-11-30 4000000000000000'],
    ['4242 4242 4242 4242 5555 5555 5555 4444', '4000 0000 0000 0000 5000 0000 0000 0000'],
    ['1\u00A03782 822463 10005', '1\u00A03000 000000 00000'],
  ])('of a card next to other numbers, too: %s', (text, redacted) => {
    expect(replaceUnmistakable(text)).toBe(redacted);
  });

  it.each([
    // Groups of other numbers that happen to be one; a UUID of digits.
    '7 42 4242 424242 4242 9',
    '424e4242-4242-4242-4242-424242424242',
    // Luhn fails; no network; milliseconds; an ObjectId; a fraction; a public key.
    '4242424242424241',
    '1234567890123452',
    '1795910400000',
    '5eede0e00000000000000001',
    '0.4242424242424242',
    ['pk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
    '4242424242424242a',
  ])('is not %s', (text) => expect(replaceUnmistakable(text)).toBe(text));

  it('is what SAML puts into forms and addresses, and what HTTP/2 has for a path', () => {
    const form = {
      mimeType: 'application/x-www-form-urlencoded',
      text: 'SAMLResponse=PHNhbWxwOlJlc3BvbnNl&RelayState=state-of-1',
    };
    const entry = redactor.redact(
      harEntry({
        ...{ method: 'POST', url: 'http://h/acs?SAMLRequest=PHNhbWxwOlJlcXVlc3Q', postData: form },
        requestHeaders: { ':path': '/acs?token=very-secret-1' },
        responseHeaders: [{ name: 'Refresh', value: '0;url=/next?token=very-secret-2' }],
      }),
    );
    expect(JSON.stringify(entry)).not.toMatch(/PHNhbWxw|state-of-1|very-secret/);
  });

  it('takes no long time to look for', () => {
    const begun = process.cpuUsage();
    for (const text of ['-----BEGIN PRIVATE KEY-----', '4242 ', '4', 'eyJaaaaaaaaa.', '1-', '4 ', '4242 424242 '])
      replaceUnmistakable(text.repeat(1e6 / text.length));
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(3);
  });
});
