import { ConfigError } from '../../../../shared/errors';
import { difference } from '../../../../shared/parity/exchange';
import { exampleOf, proposePatterns } from '../../../../shared/parity/propose-patterns';
import { proposeRules } from '../../../../shared/parity/propose-rule';
import { parseRules } from '../../../../shared/parity/rules-file';
import { maskTokens, tokenFault } from '../../../../shared/parity/token-pattern';

describe('patterns of tokens', () => {
  it.each([
    ['[0-9a-f]{32}', true],
    ['csrf-[A-Za-z0-9_-]{20}', true],
    ['\\d{1,4}', false],
    ['[0-9]+px', false],
    ['v\\d{1,3}\\.\\d{1,3}', false],
  ])('%s can be used', (pattern, isWide) => expect(tokenFault(pattern, { isWide })).toBeUndefined());

  it.each([
    ['.*', 'expected letters'],
    ['(a+)+b', 'expected letters'],
    ['a|b', 'expected letters'],
    ['[^a]{40}', 'expected letters'],
    ['\\s+', 'expected letters'],
    ['[ -~]{40}', 'expected letters'],
    ['^a$', 'expected letters'],
    ['[<>]{3}', 'expected letters'],
    ['a'.repeat(201), 'expected letters'],
    ['a{4,2}', 'ends below its beginning'],
    ['a{999}', 'above 256'],
    ['a*', 'empty text'],
    ['a+a', 'may vary before'],
    ['[a-z]*\\d*[a-f]{3}', 'may vary before'],
  ])('%s cannot', (pattern, why) => expect(tokenFault(pattern, { isWide: false })).toContain(why));

  it.each([
    ['\\w{8,40}', 'at least 20'],
    ['\\d{8}', 'at least 16'],
    ['[a-z0-9.]{24}', 'fits addresses'],
    ['[A-Za-z0-9/]{20,40}', 'fits addresses'],
  ])('%s cannot be used for a whole body', (pattern, why) => {
    expect(tokenFault(pattern, { isWide: true })).toContain(why);
  });

  it('mask what stands for itself', () => {
    expect(maskTokens('a=0123456789abcdef, 0123456789abcdefg', '[0-9a-f]{16}')).toBe('a=<token>, 0123456789abcdefg');
  });

  it('take no long time, whatever the text', () => {
    const begun = process.cpuUsage();
    for (const pattern of ['[a-z-]{0,256}\\d+[A-Z]*=', '[a-]{1,256}b', '[0-9a-f]{256}'])
      for (const text of ['a'.repeat(64_000), 'a-'.repeat(32_000), '0a '.repeat(21_000)]) maskTokens(text, pattern);
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(3);
  });

  it.each<[readonly string[], readonly string[] | undefined]>([
    [['id 0123456789abcdef0', 'id f0e1d2c3b4a596870'], ['[0-9a-f]{17}']],
    [['cDeJrKH9-3Ziv4bZx3UtIN6', 'kkv5a9ba_wTv3pg_GCjQ7kf'], ['[A-Za-z0-9_-]{23}']],
    [['a 12 ms', 'a 9 ms', 'a 30 ms'], ['\\d{1,3}']],
    [['took 12.25ms', 'took 9.5ms'], ['\\d{1,3}\\.\\d{1,3}ms']],
    [['web-1', 'web-2'], ['web-\\d{1,2}']],
    [['/u?v=1764433000', '/u?v=1764433917'], ['v=\\d{10}']],
    [
      ['n 1043 f81d4fae-7dec-41d0-a765-00a0c91e6bf6', 'n 2071 09a3e1c4-51b2-4c9e-8f3a-5b0d7e6c2a19'],
      ['[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', '\\d{4}'],
    ],
    // All digits by chance.
    [['507191e810c19729de860ea1', '123456789012345678901234'], ['[0-9a-f]{24}']],
    [['eyJhIjoxfQ.e30x.s1G_a', 'eyJhIjoxfQ.f41y.t2H-b'], ['eyJhIjoxfQ\\.[a-z0-9]{4}\\.[A-Za-z0-9_-]{5}']],
    [['Log out Ada', 'Log out Ben'], undefined],
    [['published', 'cancelled'], undefined],
    [['a', 'a b'], undefined],
  ])('are proposed for what looks random: %j', (texts, expected) => {
    const patterns = proposePatterns([texts]);
    expect(patterns).toEqual(expected);
    for (const pattern of patterns ?? []) {
      expect(tokenFault(pattern, { isWide: false })).toBeUndefined();
      expect(maskTokens(exampleOf(pattern), pattern)).toBe('<token>');
    }
  });

  it('hold nothing of live answers where these may not be kept', () => {
    const texts = ['ada-7f3a9c21', 'ada-0b44d1e9'];
    expect(proposePatterns([texts])).toEqual(['ada-[0-9a-f]{8}']);
    expect(proposePatterns([texts], { holdsNoValues: true })).toEqual(['[a-z0-9]{3}-[0-9a-f]{8}']);
  });

  it('lead to rules that the file accepts', () => {
    const path = 'body form input @value';
    expect(proposeRules(path, [difference(path, 'value', 'cDeJrKH9-3Ziv4bZx3', 'kkv5a9ba-wTv3pgxGC')])).toEqual([
      { path, kind: 'token', pattern: '[A-Za-z0-9_-]{18}' },
    ]);
  });

  it.each<[string, unknown, unknown, string]>([
    ['status', 200, 503, 'never learned'],
    ['body', 'x', 'y', 'the whole body differs'],
    ['body line *', '12 ms', '173 ms', 'but words'],
    ['$.name', 'Ada', 'Ben', 'but words'],
    ['$.isNew', true, false, 'any answer'],
    ['$.list', [], {}, 'array and object'],
  ])('lead to none for %s of %j and %j', (path, a, b, why) => {
    const kind = typeof a === typeof b && !Array.isArray(a) ? 'value' : 'type';
    expect(proposeRules(path, [difference(path, kind, a, b)])).toContain(why);
  });

  it.each<[string, readonly unknown[], object]>([
    ['a counter', [41, 42, 43], { kind: 'tolerance', within: 2 }],
    ['a time', ['2026-11-29T16:40:04.000Z', '2026-11-29T16:40:07.500Z'], { kind: 'tolerance', within: 8_000 }],
    ['milliseconds', [1_795_910_400_000, 1_795_910_400_900], { kind: 'tolerance', within: 2_000 }],
    ['fractions', [0.5, 0.25, 0.75], { kind: 'tolerance', within: 1 }],
    ['a duration', [12, 173, 60], { kind: 'token', pattern: '\\d{1,4}' }],
    ['a remaining limit', ['98', '97'], { kind: 'tolerance', within: 2 }],
  ])('lead to a tolerance where numbers are near: %s', (_name, values, expected) => {
    const [first, ...others] = values;
    const found = others.map((other) => difference('$.n', 'value', first, other));
    expect(proposeRules('$.n', found, [values.map(String)])).toEqual([{ path: '$.n', ...expected }]);
  });
});

describe('a rules file', () => {
  const parse = (more: object) =>
    parseRules(
      JSON.stringify({
        rules: [{ route: '*', reason: 'a reason that explains', owner: 'x', expires: '2099-01-01', ...more }],
      }),
      'rules.yml',
    );
  const faultOf = (more: object): string => {
    try {
      parse(more);
      return 'none';
    } catch (error) {
      return error instanceof ConfigError ? error.faults.join() : String(error);
    }
  };

  it.each([
    'body',
    'body line *',
    'body line',
    'body *',
    'body * text',
    'body text',
    'body * @*',
    '$',
    '$[*]',
    '$.*',
    'body $',
  ])('has no rule that forgives a whole body: %s', (path) => {
    for (const kind of ['ignore', 'accepted']) expect(faultOf({ path, kind })).toContain('is a whole body');
    expect(faultOf({ path, kind: 'tolerance', within: 5 })).toContain('is a whole body');
    expect(faultOf({ path, kind: 'accepted', when: { legacy: 400, candidate: 401 } })).toBe('none');
  });

  it('may take a body for a set, mask tokens in it, and forgive one kind of place', () => {
    expect(faultOf({ path: '$', kind: 'unordered' })).toBe('none');
    expect(faultOf({ path: 'body', kind: 'token', pattern: '[0-9a-f]{32}' })).toBe('none');
    for (const path of [
      'body whitespace',
      'body spelling',
      'body comment',
      'body * @nonce',
      'body nav a text',
      '$.a',
      '$[*].b',
      'body line 3',
    ])
      expect([path, faultOf({ path, kind: 'ignore' })]).toEqual([path, 'none']);
  });

  it('says what of an element may differ', () => {
    expect(faultOf({ path: 'body nav', kind: 'ignore' })).toContain('say what of it: body nav text');
    expect(faultOf({ path: 'body nav a[3]', kind: 'accepted' })).toBe('none');
  });

  it('has what a list is sorted by where it is a set, and only there', () => {
    expect(faultOf({ path: '$.a', kind: 'unordered', by: 'day' })).toBe('none');
    expect(faultOf({ path: '$.a', kind: 'ignore', by: 'day' })).toContain('belongs to kind unordered');
  });

  it('has a pattern where it masks, and only there', () => {
    expect(faultOf({ path: '$.a', kind: 'token' })).toContain('token needs it');
    expect(faultOf({ path: '$.a', kind: 'ignore', pattern: 'a{3}' })).toContain('belongs to kind token');
    expect(faultOf({ path: 'body', kind: 'token', pattern: '\\w+' })).toContain('rules.yml:1');
  });
});
