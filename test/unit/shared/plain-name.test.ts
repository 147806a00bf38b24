import fc from 'fast-check';
import { isPlainName, queryForm, shownHeader, shownMethod, shownName, shownPath } from '../../../shared/plain-name';

const ALPHABETS = {
  hex: '0123456789abcdef',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  base36: '0123456789abcdefghijklmnopqrstuvwxyz',
  base58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

describe('plain names', () => {
  const NAMES =
    'q id x page limit userId user_id utm_source filter[createdAt][$gte] items[0][name] sort[by] _csrf __proto__ connect.sid ' +
    'eventsapp.sid X-Forwarded-For sec-ch-ua-platform sec-websocket-key sha256 v2 address1 base64Url URLPath customerAccountId ' +
    'healthz attendees index.html favicon.ico robots.txt numberOfRegisteredAttendees upgrade-insecure-requests gclid csv jpg';
  it.each(NAMES.split(' '))('takes %s', (name) => expect(isPlainName(name)).toBe(true));

  it.each([
    ['a session token', 's:abc.def'],
    ['one that is encoded', 's%3Aabc.def'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
    ['the beginning of one', 'eyJhbGciOi'],
    ['an ObjectId', '65f0c0ffee65f0c0ffee65f0'],
    ['a UUID', '550e8400-e29b-41d4-a716-446655440000'],
    ['an email address', 'ann@example.com'],
    ['a card number', '4111111111111111'],
    ['a code', '123456'],
    ['a passphrase', 'correct-horse-battery-staple'],
    ['one with spaces', 'correct horse'],
    ['a password', 'P4ssw0rd'],
    ['a secret of TOTP', 'JBSWY3DPEHPK3PXP'],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['a key of GitHub', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a key of Stripe', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
    ['nothing', ''],
    ['control characters', 'a\nb'],
    ['another script', 'имя'],
  ])('refuses %s', (_what, text) => expect(isPlainName(text)).toBe(false));

  it.each(Object.entries(ALPHABETS))('refuses random text of %s', (_name, alphabet) => {
    let passed = 0;
    const token = fc.array(fc.constantFrom(...alphabet.split('')), { minLength: 16, maxLength: 40 });
    fc.assert(
      fc.property(token, (letters) => {
        if (isPlainName(letters.join(''))) passed += 1;
      }),
      { numRuns: 5_000, seed: 7 },
    );
    expect(passed).toBeLessThanOrEqual(5);
  });

  it.each([
    [3, 3, 3],
    [3, 4, 3],
    [3, 3, 3, 3, 3],
    [3, 3, 3, 3, 3, 3, 3, 3],
  ])('lets few codes in groups of %s letters pass', (...groups) => {
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split(''));
    const codes = fc.sample(
      fc.tuple(...groups.map((length) => fc.array(letters, { minLength: length, maxLength: length }))),
      { numRuns: 2_000, seed: 7 },
    );
    const plain = codes.filter((code) => isPlainName(code.map((group) => group.join('')).join('-')));
    expect(plain.length).toBeLessThan(200);
  });

  it('takes no longer for text that is made to be slow', () => {
    const begun = performance.now();
    for (const run of ['a', 'A', 'aA', 'a1', 'Aa1', 'A1']) {
      for (const end of ['', '1a', '!', '_1', 'a-']) isPlainName(`${run.repeat(40)}${end}`.slice(-40));
    }
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('lets few random letters pass, and none of twenty', () => {
    const passed = (length: number): number =>
      fc
        .sample(
          fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('')), {
            minLength: length,
            maxLength: length,
          }),
          {
            numRuns: 5_000,
            seed: 11,
          },
        )
        .filter((letters) => isPlainName(letters.join(''))).length;
    expect(passed(12)).toBeLessThan(150);
    expect(passed(20)).toBeLessThan(20);
  });

  it('shows what the configuration names itself, and standard headers', () => {
    expect(shownName('shop.id9000', new Set(['shop.id9000']))).toBe('shop.id9000');
    expect(shownName('shop.id9000')).toBe('(other)');
    expect(shownHeader('Access-Control-Request-Headers')).toBe('Access-Control-Request-Headers');
    expect([shownMethod('GET'), shownMethod('M-SEARCH'), shownMethod(undefined)]).toEqual([
      'GET',
      '(other)',
      '(other)',
    ]);
  });

  it.each([
    ['/api/events', '/api/events'],
    ['/', '/'],
    ['/api/events/', '/api/events/'],
    ['/api/events/s%3Aabc.def', '/api/events/(other)'],
    ['/api/events/65f0c0ffee65f0c0ffee65f0/attendees', '/api/events/(other)'],
    ['//evil', '/(other)'],
    ['*', '(other)'],
    ['', '(other)'],
    [`/${'a/'.repeat(1_000)}`, '/a/a/a/(other)'],
    [`/${'long/'.repeat(1_000)}`, '/long/long/long/long/long/long/(other)'],
    ['/ab/cd/ef/gh/ij', '/ab/cd/ef/(other)'],
    ['/api/v1/me/', '/api/v1/me/'],
  ])('the path %s is shown as %s', (path, shown) => expect(shownPath(path)).toBe(shown));

  it.each([
    [undefined, ''],
    ['', ''],
    ['page=2&limit=5&page=3', 'limit&page'],
    ['s%3Aabc.def', '(other)'],
    ['s%3Aabc.def&eyJhbGciOi=1&page=1', '(other)&page'],
    ['correct+horse', '(other)'],
  ])('of the query %s is known: %s', (query, form) => expect(queryForm(query)).toBe(form));
});
