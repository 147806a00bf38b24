import { ConfigError } from '../../../../shared/errors';
import { compareExchange } from '../../../../shared/parity/compare';
import type { ObservedResponse } from '../../../../shared/parity/exchange';
import { occurs, placesOf, rulesFor, rulesOfNamed, type Rule } from '../../../../shared/parity/rules';
import { faultsOfRules, parseRules } from '../../../../shared/parity/rules-file';

const rule = (path: string, kind: Rule['kind'], more: Partial<Rule> = {}): Rule => ({
  route: '*',
  path,
  kind,
  reason: 'a reason that explains',
  owner: 'tests',
  expires: '2027-01-01',
  place: 'rules.yml:1',
  ...more,
});
const json = (body: unknown): ObservedResponse => ({
  statusCode: 200,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify(body)),
});
const judged = (a: unknown, b: unknown, ...rules: Rule[]) => {
  const { differences, accepted, needed } = compareExchange(json(a), json(b), { rules });
  return { left: differences.map(({ path }) => path), accepted: accepted.length, needed: needed.length };
};

describe('rules', () => {
  it('ignore a value, never its type or its absence', () => {
    const ignore = rule('$.items[*].seen', 'ignore');
    expect(judged({ items: [{ seen: 1 }] }, { items: [{ seen: 2 }] }, ignore)).toEqual({
      left: [],
      accepted: 0,
      needed: 1,
    });
    expect(judged({ items: [{ seen: 1 }] }, { items: [{ seen: '2' }] }, ignore).left).toEqual(['body $.items[0].seen']);
    expect(judged({ items: [{ seen: 1 }] }, { items: [{}] }, ignore).left).toEqual(['body $.items[0].seen']);
    expect(judged({ items: [{ seenBy: 1 }] }, { items: [{ seenBy: 2 }] }, ignore)).toMatchObject({ needed: 0 });
  });

  it('take a list for a set', () => {
    const unordered = rule('$.tags', 'unordered');
    expect(judged({ tags: ['a', 'b'] }, { tags: ['b', 'a'] }, unordered)).toEqual({ left: [], accepted: 0, needed: 1 });
    expect(judged({ tags: ['a', 'b'] }, { tags: ['b', 'b'] }, unordered).left).toHaveLength(1);
    expect(judged({ tags: ['a', 'a'] }, { tags: ['a'] }, unordered).left).toEqual(['body $.tags[1]']);
  });

  it('take a list for a set of what is equal in the member that sorts it', () => {
    const byDay = rule('$.events', 'unordered', { by: 'day' });
    const events = (...days: string[]) => ({ events: days.map((day) => ({ id: day, day: day.slice(0, 1) })) });
    expect(judged(events('1a', '1b', '2a'), events('1b', '1a', '2a'), byDay).left).toEqual([]);
    expect(judged(events('1a', '1b', '2a'), events('2a', '1a', '1b'), byDay).left).toEqual([
      'body $.events (order by day)',
    ]);
  });

  it('mask tokens of numbers, too', () => {
    const nonce = rule('$.n', 'token', { pattern: String.raw`\d{6}` });
    expect(judged({ n: 123_456 }, { n: 654_321 }, nonce)).toMatchObject({ left: [], needed: 1 });
    for (const n of [12_345, -654_321, '654321'])
      expect(judged({ n: 123_456 }, { n }, nonce).left).toEqual(['body $.n']);
  });

  it('do not take another form for a time that is near', () => {
    const at = rule('$.n', 'tolerance', { within: 86_400_000 });
    for (const n of ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00+01:00', 'Thu, 01 Jan 2026 00:00:00 GMT'])
      expect(judged({ n: '2026-01-01T00:00:01Z' }, { n }, at).left).toEqual(['body $.n']);
  });

  it('allow numbers and times to be apart', () => {
    const near = rule('$.n', 'tolerance', { within: 0.5 });
    expect(judged({ n: 1 }, { n: 1.4 }, near).left).toEqual([]);
    expect(judged({ n: 1 }, { n: 1.6 }, near).left).toEqual(['body $.n']);
    // Exactly by as much, either way.
    expect(judged({ n: 1 }, { n: 1.5 }, near).left).toEqual([]);
    expect(judged({ n: 1.5 }, { n: 1 }, near).left).toEqual([]);
    expect(judged({ n: 1 }, { n: 1.5000001 }, near).left).toEqual(['body $.n']);
    expect(judged({ n: 1 }, { n: 2 }, rule('$.n', 'tolerance')).left).toEqual(['body $.n']);
    const at = rule('$.n', 'tolerance', { within: 5_000 });
    expect(judged({ n: '2026-01-01T00:00:00Z' }, { n: '2026-01-01T00:00:04Z' }, at).left).toEqual([]);
    expect(judged({ n: '2026-01-01T00:00:00Z' }, { n: '2026-01-01T00:00:05Z' }, at).left).toEqual([]);
    expect(judged({ n: '2026-01-01T00:00:00Z' }, { n: '2026-01-01T00:00:05.001Z' }, at).left).toEqual(['body $.n']);
  });

  it('allow what is a number or a time as a whole, exactly as far apart as they say', () => {
    const apart = (within: number, a: unknown, b: unknown) =>
      judged({ n: a }, { n: b }, rule('$.n', 'tolerance', { within })).left;
    for (const [a, b] of [
      ['Ada: 3', 'Bob: 3'],
      ['Ada: 3', 'Ada: 4'],
      ['page 1', 'page 2'],
      ['0x10', '0x11'],
      ['', ' '],
      ['2026-02-28T12:00:00Z', '2026-02-30T12:00:00Z'],
      ['Thu, 01 Jan 2026 00:00:00 GMT', 'Mon, 01 Jan 2026 00:00:00 GMT'],
    ])
      expect(apart(1e12, a, b)).toEqual(['body $.n']);
    for (const [a, b] of [
      [1, 1.1],
      ['1.0', '1.1'],
      ['-0.05', '0.05'],
    ])
      expect(apart(0.1, a, b)).toEqual([]);
    expect(apart(0.1, '1.0', '1.1001')).toEqual(['body $.n']);
    expect(apart(1, '9007199254740991', '9007199254740993')).toEqual(['body $.n']);
    expect(apart(1_000, '2026-01-01 12:00:00', '2026-01-01 12:00:01')).toEqual([]);
    expect(apart(86_400_000, 'Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT')).toEqual([]);
  });

  it('say nothing of bytes that cannot be the same once they have forgiven something', () => {
    const promised = (body: string): ObservedResponse => ({
      ...{ statusCode: 200, body: Buffer.from(body) },
      headers: [
        ['content-type', 'application/json'],
        ['content-disposition', 'attachment'],
      ],
    });
    const left = (a: string, b: string, ...rules: Rule[]) =>
      compareExchange(promised(a), promised(b), { rules }).differences.map(({ path }) => path);
    expect(left('{"a":["x","y"]}', '{"a":["y","x"]}', rule('$.a', 'unordered'))).toEqual([]);
    expect(left('{"a":"t-123456"}', '{"a":"t-654321"}', rule('$.a', 'token', { pattern: String.raw`\d{6}` }))).toEqual(
      [],
    );
    expect(left('{"a":1,"b":[]}', '{"a":1,"b": []}', rule('$.a', 'unordered'))).toEqual(['body spelling']);
  });

  it('count what is accepted apart, whatever it is', () => {
    expect(judged({ n: 1 }, {}, rule('$.n', 'accepted'))).toEqual({ left: [], accepted: 1, needed: 1 });
  });

  it('belong to a route by its name, its id, or all', () => {
    const rules = [rule('$', 'ignore', { route: 'GET /a' }), rule('$', 'ignore', { route: 'a' }), rule('$', 'ignore')];
    expect(rulesOfNamed(rules, { name: 'GET /a', id: 'a' })).toHaveLength(3);
    expect(rulesOfNamed(rules, { name: 'GET /b', id: 'b' })).toHaveLength(1);
  });

  it('are about some exchanges only: who asked, with which header, what came', () => {
    const when = { header: 'Authorization', legacy: [400], candidate: [401] };
    const one = rule('answer', 'accepted', { when });
    const exchange = { legacy: 400, candidate: 401, headers: ['Host', 'authorization'] };
    expect(rulesFor([one], exchange)).toEqual([one]);
    expect(rulesFor([one], { ...exchange, headers: ['Host'] })).toEqual([]);
    expect(rulesFor([one], { legacy: 400, candidate: 401 })).toEqual([]);
    expect(rulesFor([one], { ...exchange, candidate: 403 })).toEqual([]);
    expect(rulesFor([{ ...one, when: { identity: 'member' } }], { ...exchange, identity: 'organiser' })).toEqual([]);
  });

  it('know whether an answer has their place', () => {
    const places = [...placesOf({ ...json({ a: [{ b: 1 }] }), headers: [['Set-Cookie', 'sid=1; Path=/']] })];
    for (const path of ['$.a[*].b', 'status', 'cookie sid; path'])
      expect(occurs(rule(path, 'ignore'), places)).toBe(true);
    expect(occurs(rule('$.a[*].c', 'ignore'), places)).toBe(false);
  });
});

describe('rules file', () => {
  const good = `rules:
  - route: GET /a
    path: $.a
    kind: tolerance
    within: 5s
    reason: clocks are apart
    owner: platform
    expires: 2027-01-31
`;
  const faultsOf = (text: string): readonly string[] => {
    try {
      parseRules(text, 'rules.yml');
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.faults : [String(error)];
    }
  };

  it('is read, with the line of each rule', () => {
    expect(parseRules(good, 'rules.yml')).toEqual([expect.objectContaining({ within: 5_000, place: 'rules.yml:2' })]);
    expect(parseRules('rules: []', 'rules.yml')).toEqual([]);
  });

  it.each([
    [
      'an unknown kind',
      good.replace('tolerance', 'tolerate'),
      /^rules.yml:4:11 rules\[0\].kind: expected one of ignore/,
    ],
    ['an unknown key', good.replace('owner', 'team'), /^rules.yml:\d/],
    ['no explanation', good.replace('clocks are apart', '""'), /reason/],
    ['a day that is none', good.replace('2027-01-31', '2027-02-31'), /expires/],
    ['no list', 'rules: 1', /^rules.yml:1:8 rules: expected a list/],
    ['an empty file', '', /^rules.yml:1:1/],
    ['broken YAML', 'rules: [', /^rules.yml:\d+:\d+ not valid YAML/],
    ['within at another kind', good.replace('tolerance', 'ignore'), /within belongs to/],
  ])('refuses %s with its place', (_name, text, expected) => {
    expect(faultsOf(text)[0]).toMatch(expected);
  });

  it('is told what has expired and what is about nothing', () => {
    const rules = parseRules(good, 'rules.yml');
    expect(faultsOfRules(rules, '2027-01-31', new Set(['GET /a']))).toEqual([]);
    expect(faultsOfRules(rules, '2027-02-01', new Set(['GET /a']))).toEqual([
      expect.stringMatching(/^rules.yml:2 expired on 2027-01-31/),
    ]);
    expect(faultsOfRules(rules, '2027-01-31', new Set())).toEqual([expect.stringMatching(/does not exist/)]);
  });
});
