import {
  compareExchange,
  compareExchangeInTurns,
  compareResponses,
  type CompareOptions,
} from '../../../../shared/parity/compare';
import type { ObservedResponse } from '../../../../shared/parity/exchange';
import { Renaming } from '../../../../shared/parity/renaming';
import type { Rule, RuleCondition } from '../../../../shared/parity/rules';

const rule = (path: string, kind: Rule['kind'], more: Partial<Rule> = {}): Rule => ({
  ...{ route: '*', path, kind, reason: '-', owner: '-', expires: '2099-01-01', place: 'rules.yml:1' },
  ...more,
});
const json = (body: unknown, headers: ObservedResponse['headers'] = [], statusCode = 200): ObservedResponse => ({
  statusCode,
  headers: [['Content-Type', 'application/json'], ...headers],
  body: Buffer.from(JSON.stringify(body)),
});
const pathsOf = (control: ObservedResponse, candidate: ObservedResponse, options?: CompareOptions): string[] =>
  compareExchange(control, candidate, options).differences.map(({ path }) => path);

describe('rules of an exchange', () => {
  const lists = [json({ tags: ['a', 'b'] }), json({ tags: ['b', 'a'] })] as const;
  const unordered = rule('$.tags', 'unordered');

  it('are needed when they allowed something, and only then', () => {
    const needed = (control: ObservedResponse, candidate: ObservedResponse, ...rules: Rule[]) =>
      compareExchange(control, candidate, { rules }).needed;
    const ignored = rule('$.n', 'ignore');
    const token = rule('$.t', 'token', { pattern: '<hex:8>' });
    expect(needed(...lists, unordered, ignored, token)).toEqual([unordered]);
    expect(needed(json({ n: 1 }), json({ n: 2 }), unordered, ignored)).toEqual([ignored]);
    expect(needed(json({ n: [1, 2] }), json({ n: [1, 2], m: 1 }), unordered)).toEqual([]);
    expect(needed(json({ n: [1, 2] }), json({ n: [2, 1] }), unordered)).toStrictEqual([]);
    expect(needed(json({ n: 1, tags: [1, 2] }), json({ n: 2, tags: [2, 1] }), unordered, ignored, ignored)).toEqual([
      unordered,
      ignored,
    ]);
  });

  it('take only the list that they name for a set', () => {
    const both = (...tags: string[]) => json({ tags, other: tags });
    expect(pathsOf(both('a', 'b'), both('b', 'a'), { rules: [unordered] })).toEqual([
      'body $.other[0]',
      'body $.other[1]',
    ]);
    expect(compareResponses(both('a'), both('b')).map(({ path }) => path)).toEqual([
      'body $.tags[0]',
      'body $.other[0]',
    ]);
  });

  it('mask tokens in bodies, headers and cookies; all around them must be the same', () => {
    const token = rule('answer', 'token', { pattern: '[0-9a-f]{8}' });
    const of = (hex: string, more = '') =>
      json({ t: `v-${hex}${more}` }, [
        ['X-T', `v-${hex}`],
        ['Set-Cookie', `t=v-${hex}`],
      ]);
    const [a, b] = [of('01234567'), of('89abcdef')];
    expect(compareExchange(a, b, { rules: [token] })).toMatchObject({ differences: [], needed: [token] });
    expect(pathsOf(a, b)).toEqual(['header x-t', 'cookie t', 'body $.t']);
    expect(pathsOf(a, of('89abcdef', '!'), { rules: [token] })).toEqual(['body $.t']);
    // What is left may still hold what each side made up.
    const noon = Date.UTC(2026, 10, 23, 12);
    const at = { from: noon, to: noon + 10 };
    const made: CompareOptions = { method: 'POST', moments: { control: at, candidate: at }, rules: [token] };
    const id = (n: number) => `${Math.floor(noon / 1_000).toString(16)}${String(n).padStart(16, '0')}`;
    expect(pathsOf(of('01234567', ` ${id(1)}`), of('89abcdef', ` ${id(2)}`), made)).toEqual([]);
    expect(pathsOf(of('01234567', ` ${id(1)}`), of('89abcdef', ` ${id(2)}`), { rules: [token] })).toEqual(['body $.t']);
  });

  it.each<[string, RuleCondition, CompareOptions]>([
    ['who asked', { identity: 'member' }, { identity: 'member' }],
    ['a header of the request', { header: 'authorization' }, { requestHeaders: ['Authorization'] }],
    ['the status of legacy', { legacy: [201] }, {}],
    ['the status of the candidate', { candidate: [202] }, {}],
  ])('go by %s', (_what, when, options) => {
    const [control, candidate] = [json({ n: 1 }, [], 201), json({ n: 2 }, [], 202)];
    const rules = [rule('$.n', 'ignore', { when }), rule('status', 'ignore')];
    expect(pathsOf(control, candidate, { ...options, rules })).toEqual([]);
    const other = { identity: 'organiser', requestHeaders: ['X-Other'], rules };
    expect(pathsOf(json({ n: 1 }, [], 301), json({ n: 2 }, [], 302), other)).toEqual(['body $.n']);
  });
});

describe('all parts of an answer', () => {
  it('are compared, in the order status, headers, cookies, body', () => {
    const control = json(
      { a: 1 },
      [
        ['X-A', '1'],
        ['Set-Cookie', 'a=1; Secure'],
      ],
      200,
    );
    const candidate = json(
      { a: 2 },
      [
        ['X-A', '2'],
        ['Set-Cookie', 'a=1'],
      ],
      404,
    );
    const expected = ['status', 'header x-a', 'cookie a; secure', 'body $.a'];
    expect(pathsOf(control, candidate)).toEqual(expected);
  });

  it('are compared in turns alike', async () => {
    const rules = [rule('$.a', 'ignore')];
    const [control, candidate] = [json({ a: 1, b: 1 }), json({ a: 2, b: 2 })];
    expect(await compareExchangeInTurns(control, candidate, { rules })).toEqual(
      compareExchange(control, candidate, { rules }),
    );
    expect((await compareExchangeInTurns(control, candidate)).differences).toHaveLength(2);
  });
});

describe('an id that each side made up', () => {
  const NOON = Date.UTC(2026, 10, 23, 12);
  const id = (n: number) => `${Math.floor(NOON / 1_000).toString(16)}${String(n).padStart(16, '0')}`;
  const at = { from: NOON, to: NOON + 10 };
  const made: CompareOptions = { method: 'POST', moments: { control: at, candidate: at } };
  const [a, b] = [id(1), id(2)];

  it('is told when it stands for two things: in a header or the body, of either side', () => {
    const reported = (control: ObservedResponse, candidate: ObservedResponse) =>
      compareExchange(control, candidate, made).differences.map(({ path, kind }) => `${path}: ${kind}`);
    expect(reported(json({ id: a }), json({ id: b }))).toEqual([]);
    const cookie = (name: string): ObservedResponse => json({ id: name }, [['Set-Cookie', `last=${name}`]]);
    expect(reported(cookie(a), cookie(b))).toEqual([]);
    // Legacy's own id in the candidate's answer, and the other way round.
    expect(reported(json({ id: a }), json({ id: b }, [['X-Id', a]]))).toEqual([
      'header x-id: unexpected',
      `id ${a}: value`,
    ]);
    expect(reported(json({ id: a }, [['X-Id', b]]), json({ id: b }))).toEqual([
      'header x-id: missing',
      `id ${a}: value`,
    ]);
    expect(reported(json({ id: a }), json({ id: b, other: `/${a}` }))).toEqual([
      'body $.other: unexpected',
      `id ${a}: value`,
    ]);
    const [difference] = compareExchange(json({ id: a }), json({ id: b }, [['X-Id', a]]), {
      ...made,
      rules: [rule('header x-id', 'accepted')],
    }).differences;
    expect(difference).toMatchObject({ control: 'one id', candidate: `${b} at one place, the same id at another` });
  });

  it('is looked for only where it was bound by this exchange', () => {
    const renaming = new Renaming();
    expect(pathsOf(json({ id: a }), json({ id: b }), { ...made, renaming })).toEqual([]);
    // Bound before: the database may hold it, and answers may speak of it.
    expect(pathsOf(json({ of: a }), json({ of: b }), { ...made, renaming })).toEqual([]);
    const both = { of: b, also: b };
    expect(pathsOf(json(both), json(both), { ...made, renaming })).toEqual([]);
  });

  it('is searched in the headers of an answer whose body was not kept', () => {
    const digest = (headers: ObservedResponse['headers']): ObservedResponse => ({
      statusCode: 200,
      headers,
      body: { length: 7_000_000, sha256: 'a' },
    });
    expect(pathsOf(digest([['X-A', a]]), digest([['X-A', b]]), made)).toEqual([]);
    expect(
      pathsOf(
        digest([['X-A', a]]),
        digest([
          ['X-A', b],
          ['X-B', a],
        ]),
        made,
      ),
    ).toEqual(['header x-b', `id ${a}`]);
  });
});

describe('what says the same in other words', () => {
  const answer = (headers: ObservedResponse['headers'], body = ''): ObservedResponse => ({
    ...{ statusCode: 200, headers, body: Buffer.from(body) },
  });
  const paths = (a: ObservedResponse['headers'], b: ObservedResponse['headers']): string[] =>
    pathsOf(answer(a), answer(b));

  it('is SameSite in any case, and no other value of it', () => {
    const cookie = (value: string): ObservedResponse['headers'] => [['Set-Cookie', `a=1; SameSite=${value}`]];
    expect(paths(cookie('Lax'), cookie('lax'))).toEqual([]);
    expect(paths(cookie('Lax'), cookie('None'))).toEqual(['cookie a; samesite']);
  });

  it('is a list of links on one line or several, in one order', () => {
    const [next, last] = ['</a?p=1,2>; rel="next"', '</a?p=9>; rel="last"'];
    expect(
      paths(
        [['Link', `${next}, ${last}`]],
        [
          ['Link', next],
          ['Link', last],
        ],
      ),
    ).toEqual([]);
    expect(paths([['Link', `${next},${last}`]], [['Link', `${next}, ${last}`]])).toEqual([]);
    expect(paths([['Link', `${next}, ${last}`]], [['Link', `${last}, ${next}`]])).toEqual(['header link']);
    expect(paths([['Link', next]], [['Link', next.replace('1,2', '1, 2')]])).toEqual(['header link']);
  });

  it('is a boundary that each side makes up, in head and body', () => {
    const parts = (boundary: string, text: string): ObservedResponse =>
      answer(
        [['Content-Type', `multipart/byteranges; boundary=${boundary}`]],
        `--${boundary}\r\nContent-Range: bytes 0-1/9\r\n\r\n${text}\r\n--${boundary}--\r\n`,
      );
    expect(pathsOf(parts('abc1', 'hi'), parts('XYZ-27', 'hi'))).toEqual([]);
    expect(pathsOf(parts('abc1', 'hi'), parts('XYZ-27', 'ho'))).toEqual(['body']);
    const other = parts('abc1', 'hi');
    const mixed = { ...other, headers: [['Content-Type', 'multipart/mixed; boundary=abc1']] as const };
    expect(pathsOf(other, mixed)).toEqual(['header content-type']);
  });

  it('is no boundary that is not the one of its own body', () => {
    const parts = (named: string, used: string, text = 'hi'): ObservedResponse =>
      answer(
        [['Content-Type', `multipart/mixed; boundary=${named}`]],
        used && `--${used}\r\n\r\n${text}\r\n--${used}--\r\n`,
      );
    const control = parts('abc1', 'abc1');
    expect(pathsOf(control, parts('XYZ-27', 'abc1'))).toEqual(['header content-type']);
    expect(pathsOf(control, parts('XYZ-27', 'abc2'))).toEqual(['header content-type', 'body']);
    // Of a longer one it is the beginning only.
    expect(pathsOf(control, parts('abc', 'abc1'))).toEqual(['header content-type']);
    // In a part it is text like any other.
    expect(pathsOf(parts('a', 'a', 'see --a'), parts('b', 'b', 'see --b'))).toEqual(['body']);
    expect(pathsOf(parts('a', 'a', '--ab'), parts('b', 'b', '--bb'))).toEqual(['body']);
    expect(pathsOf(parts('a+b', 'a+b'), parts('"c?d"', 'c?d'))).toEqual([]);
    // Answers to HEAD have none to be of.
    expect(pathsOf(parts('a', ''), parts('b', ''))).toEqual([]);
  });
});

describe('what is wrong although it looks the same', () => {
  const answer = (headers: ObservedResponse['headers'], body: string): ObservedResponse => ({
    ...{ statusCode: 200, body: Buffer.from(body) },
    headers: [['Content-Type', 'application/json'], ...headers],
  });

  it('is a Date that is a year off', () => {
    const date = (text: string): ObservedResponse => answer([['Date', text]], '{}');
    const now = date('Sun, 29 Nov 2026 12:00:00 GMT');
    expect(pathsOf(now, date('Sun, 29 Nov 2026 12:00:09 GMT'))).toEqual([]);
    expect(pathsOf(now, date('Sat, 29 Nov 2025 12:00:00 GMT'))).toEqual(['header date']);
  });

  it.each<readonly [string, string]>([
    ['ETag', '"v1"'],
    ['Content-MD5', 'abc'],
    ['Repr-Digest', 'sha-256=:abc=:'],
    ['X-Hub-Signature-256', 'sha256=abc'],
    ['Content-Disposition', 'attachment; filename="a.json"'],
  ])('are other bytes of the same JSON where %s promises them', (...header) => {
    const written = '{"a":1,"b":2}\n';
    for (const body of ['{"a":1,"b":2}', '{ "a": 1, "b": 2 }\n', '{"b":2,"a":1}\n']) {
      expect(pathsOf(answer([header], written), answer([header], body))).toEqual(['body spelling']);
      expect(pathsOf(answer([], written), answer([], body))).toEqual([]);
    }
  });
});
