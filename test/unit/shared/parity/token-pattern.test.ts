import { ConfigError } from '../../../../shared/errors';
import { difference } from '../../../../shared/parity/exchange';
import { proposeRule } from '../../../../shared/parity/propose-rule';
import { parseRules } from '../../../../shared/parity/rules-file';
import { maskTokens, proposeTokenPattern, tokenFault } from '../../../../shared/parity/token-pattern';

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

  it('are proposed for what looks random', () => {
    expect(proposeTokenPattern([['id 0123456789abcdef0', 'id f0e1d2c3b4a596870']])).toBe('[0-9a-f]{17}');
    expect(proposeTokenPattern([['cDeJrKH9-3Ziv4bZx3UtIN6', 'kkv5a9ba-wTv3pg_GCjQ7kf']])).toBe('[A-Za-z0-9_-]{23}');
    expect(proposeTokenPattern([['Log out Ada', 'Log out Ben']])).toBeUndefined();
    expect(proposeTokenPattern([['12 ms', '13 ms']])).toBeUndefined();
    expect(proposeTokenPattern([['a', 'a b']])).toBeUndefined();
  });

  it('lead to rules that the file accepts', () => {
    const differences = [difference('body form input @value', 'value', 'cDeJrKH9-3Ziv4bZx3', 'kkv5a9ba-wTv3pgxGC')];
    expect(proposeRule('body form input @value', differences)).toEqual({
      path: 'body form input @value',
      kind: 'token',
      pattern: '[A-Za-z0-9_-]{18}',
    });
    expect(proposeRule('body line 46', [difference('body line 46', 'value', 'x', 'y')])).toContain(
      'neither HTML nor JSON',
    );
    expect(proposeRule('body', [difference('body', 'value', 'x', 'y')])).toBe('the whole body differs');
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

  it('has a pattern where it masks, and only there', () => {
    expect(faultOf({ path: '$.a', kind: 'token' })).toContain('token needs it');
    expect(faultOf({ path: '$.a', kind: 'ignore', pattern: 'a{3}' })).toContain('belongs to kind token');
    expect(faultOf({ path: 'body', kind: 'token', pattern: '\\w+' })).toContain('rules.yml:1');
  });
});
