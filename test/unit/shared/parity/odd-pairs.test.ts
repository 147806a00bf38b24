import { gzipSync } from 'node:zlib';
import { compareExchange, compareExchangeInTurns, type CompareOptions } from '../../../../shared/parity/compare';
import { describeDifference, type ObservedResponse } from '../../../../shared/parity/exchange';
import type { Rule } from '../../../../shared/parity/rules';
import { weakETag } from '../../../../shared/weak-etag';

type Lines = readonly (readonly [string, string])[];

const answer = (type: string, body: string | Buffer, more: Lines = []): ObservedResponse => ({
  statusCode: 200,
  headers: [['Content-Type', type], ...more],
  body: Buffer.from(body),
});
const json = (body: string | Buffer, more: Lines = []): ObservedResponse => answer('application/json', body, more);
const cookies = (...lines: string[]): ObservedResponse =>
  json(
    '{}',
    lines.map((line) => ['Set-Cookie', line] as const),
  );

/** The control was asked at noon, the candidate 40 ms later. */
const NOON = Date.UTC(2026, 10, 23, 12);
const MOMENTS = {
  control: { from: NOON, to: NOON + 30 },
  candidate: { from: NOON + 40, to: NOON + 70 },
};
const newId = (n: number, at = NOON): string =>
  `${Math.floor(at / 1_000).toString(16)}${n.toString(16).padStart(16, '0')}`;
const POST: CompareOptions = { method: 'POST', moments: MOMENTS, mayCreate: true };
const iso = (ms: number): string => new Date(ms).toISOString();

const reported = (control: ObservedResponse, candidate: ObservedResponse, options: CompareOptions = POST): string[] =>
  compareExchange(control, candidate, options).differences.map(describeDifference);

describe('JSON that parses alike and is not', () => {
  it.each<[string, string, string, string[]]>([
    ['a name twice', '{"a":1,"a":2}', '{"a":2}', ['body $.a (repeated name): repeated: $.a became each name once']],
    [
      'a name twice, with another first value',
      '{"a":1,"a":2}',
      '{"a":3,"a":2}',
      ['body $.a (repeated name): repeated: $.a became repeated: $.a, with other values'],
    ],
    [
      'a name twice, once with an escape',
      '[{"b":0},{"\\u0061":1,"a":2}]',
      '[{"b":0},{"a":2}]',
      ['body $[1].a (repeated name): repeated: $[1].a became each name once'],
    ],
    ['-0', '{"a":-0}', '{"a":0}', ['body $.a: -0 became 0']],
    ['1.0', '{"a":1.0}', '{"a":1}', ['body $.a: 1.0 became 1']],
    [
      '1.0 in one member and 1 in the other, changed over',
      '{"a":1.0,"b":1}',
      '{"a":1,"b":1.0}',
      ['body $.a: 1.0 became 1', 'body $.b: 1 became 1.0'],
    ],
    ['1e2', '[100]', '[1e2]', ['body $[0]: 100 became 1e2']],
    ['too large for a double', '[1e400]', '[1e500]', ['body $[0]: 1e400 became 1e500']],
    [
      'integers beyond 2^53',
      '{"list":[{"id":9007199254740993}]}',
      '{"list":[{"id":9007199254740992}]}',
      ['body $.list[0].id: 9007199254740993 became 9007199254740992'],
    ],
    ['a lone surrogate', '["\\ud800"]', '["\\ufffd"]', ['body $[0]: \\ud800 became \ufffd']],
    ['a byte order mark', '{"a":1}', '\uFEFF{"a":1}', ['body line 1: {"a":1} became \\ufeff{"a":1}']],
    ['null and nothing', '{"a":null}', '{}', ['body $.a: legacy has null, the candidate nothing']],
    ['an empty text and nothing', '{"a":""}', '{}', ['body $.a: legacy has "", the candidate nothing']],
    ['an empty text and null', '{"a":""}', '{"a":null}', ['body $.a: string "" became null null']],
    ['a space at the end', '{"a":"x"}', '{"a":"x "}', ['body $.a: x became "x "']],
    ['a list and an object', '{"a":[]}', '{"a":{}}', ['body $.a: array [] became object {}']],
    ['a list of one and its element', '{"a":["x"]}', '{"a":"x"}', ['body $.a: array ["x"] became string x']],
    [
      'accents composed and decomposed',
      '["é"]'.normalize('NFC'),
      '["é"]'.normalize('NFD'),
      ['body $[0]: \\u00e9 became e\\u0301'],
    ],
    ['a letter without width', '["ab"]', '["a\u200Bb"]', ['body $[0]: ab became a\\u200bb']],
    ['the name __proto__', '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', ['body $.__proto__.a: 1 became 2']],
    ['what is said after the end', '{"a":1}', '{"a":1}x', ['body line 1: {"a":1} became {"a":1}x']],
    ['true and 1', '[true]', '[1]', ['body $[0]: boolean true became number 1']],
  ])('tells %s', (_name, control, candidate, expected) => {
    expect(reported(json(control), json(candidate))).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['spaces and order of names', '{"a":1,"b":[1,2]}', '{ "b" : [ 1, 2 ],\n"a" : 1 }'],
    ['escapes', '["é/\\u0041"]', '["\\u00e9\\/A"]'],
    ['unusual numbers in another order of names', '{"a":1.0,"b":2}', '{"b":2,"a":1.0}'],
    ['the same names in different objects', '[{"a":1},{"a":1}]', '[{"a":1}, {"a":1}]'],
    ['braces, quotes and numbers in texts', '{"a":"{\\"b\\":1.0,\\\\","c":1}', '{"c":1,"a":"{\\"b\\":1.0,\\\\"}'],
  ])('does not mind %s', (_name, control, candidate) => {
    expect(reported(json(control), json(candidate))).toEqual([]);
  });
});

describe('depth and length', () => {
  it('goes 10,000 levels down, in members and lists, ordered or not', async () => {
    const deep = (leaf: string): string => `${'{"a":['.repeat(10_000)}${leaf}${']}'.repeat(10_000)}`;
    const rule: Rule = {
      route: '*',
      path: '$.a',
      kind: 'unordered',
      reason: '-',
      owner: '-',
      expires: '2099-01-01',
      place: 'x:1',
    };
    for (const rules of [[], [rule]]) {
      const { differences } = await compareExchangeInTurns(json(deep('1')), json(deep('2')), { ...POST, rules });
      expect(differences).toHaveLength(1);
      expect(differences[0]).toMatchObject({ control: '1', candidate: '2' });
    }
    expect(reported(json(deep('1')), json(deep('1 ')))).toEqual([]);
  });

  it('tells one element inserted among 100,000 as that', () => {
    const list = (from: number): string =>
      JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ n: i + from, title: 'x' })));
    expect(
      reported(
        json(list(0)),
        json(list(-1).replace(',{"n":99998,"title":"x"}', ',{"n":99998,"title":"x"},{"n":99999,"title":"x"}')),
      ),
    ).toEqual(['body $[0]: the candidate has {"n":-1,"title":"x"}, legacy nothing']);
  });

  it('tells where an element is gone, and that the one before it changed', () => {
    expect(reported(json('{"l":[1,2,3,4,5]}'), json('{"l":[1,2,4,5]}'))).toEqual([
      'body $.l[2]: legacy has 3, the candidate nothing',
    ]);
    expect(reported(json('[1,2,3,4]'), json('[1,9,4]'))).toEqual([
      'body $[2]: legacy has 3, the candidate nothing',
      'body $[1]: 2 became 9',
    ]);
    expect(reported(json('[1]'), json('[1,1,1]'))).toEqual([
      'body $[1]: the candidate has 1, legacy nothing',
      'body $[2]: the candidate has 1, legacy nothing',
    ]);
  });

  it('binds ids in lists of different length', () => {
    const [a, b, c, d] = [newId(1), newId(2), newId(3), newId(4)];
    expect(
      reported(
        json(JSON.stringify({ list: [{ id: a, n: 1 }], ref: a })),
        json(
          JSON.stringify({
            list: [
              { id: b, n: 0 },
              { id: c, n: 1 },
            ],
            ref: c,
          }),
        ),
      ),
    ).toEqual([`body $.list[0]: the candidate has {"id":"${b}","n":0}, legacy nothing`]);
    expect(reported(json(JSON.stringify([{ id: a }, 1])), json(JSON.stringify([{ id: d }])))).toEqual([
      'body $[1]: legacy has 1, the candidate nothing',
    ]);
  });
});

describe('ids that each side made up', () => {
  const [a, b, c, d] = [newId(1), newId(2), newId(0xa1), newId(0xa2)];
  const reportedOfJson = (control: unknown, candidate: unknown) =>
    reported(json(JSON.stringify(control)), json(JSON.stringify(candidate)));

  it('stand for one and the same each', () => {
    expect(reportedOfJson([{ id: a, to: b }], [{ id: c, to: d }])).toEqual([]);
    expect(reportedOfJson([{ id: a, to: b }], [{ id: c, to: c }])).toEqual([`body $[0].to: ${b} became ${c}`]);
    expect(reportedOfJson([{ id: a, to: a }], [{ id: c, to: d }])).toEqual([`body $[0].to: ${a} became ${d}`]);
    expect(reportedOfJson([a, b, a, b], [c, d, d, c])).toEqual([
      `body $[2]: ${a} became ${d}`,
      `body $[3]: ${b} became ${c}`,
    ]);
  });

  it('stand in texts, addresses and names', () => {
    expect(
      reportedOfJson(
        { url: `https://x.example/e/${a}?ref=${b}#${a}` },
        { url: `https://x.example/e/${c}?ref=${d}#${c}` },
      ),
    ).toEqual([]);
    expect(reportedOfJson({ url: `/e/${a}/${a}` }, { url: `/e/${c}/${d}` })).toEqual([
      `body $.url: /e/${a}/${a} became /e/${c}/${d}`,
    ]);
    expect(reportedOfJson({ [a]: { id: a }, [b]: 1 }, { [c]: { id: c }, [d]: 1 })).toEqual([]);
    expect(reportedOfJson({ [a]: { id: b } }, { [c]: { id: c } })).toEqual(
      [`body $.${/^\d/.test(a) ? `["${a}"]` : a}.id: ${b} became ${c}`].map((line) =>
        line.replace('$..', '$.').replace('$.[', '$['),
      ),
    );
  });

  it('are new: an id of yesterday, of another second or of the request is not', () => {
    const old = newId(1, NOON - 86_400_000);
    expect(reportedOfJson([old], [c])).toEqual([`body $[0]: ${old} became ${c}`]);
    expect(reportedOfJson([a], [newId(2, NOON + 60_000)])).toHaveLength(1);
    expect(reported(json(`["${a}"]`), json(`["${c}"]`), { ...POST, isKnown: (text) => text === c })).toHaveLength(1);
  });
});

describe('times', () => {
  const one = (control: unknown, candidate: unknown, options: CompareOptions = POST) =>
    reported(json(JSON.stringify([control])), json(JSON.stringify([candidate])), options);

  it.each<[string, unknown, unknown]>([
    ['each its own request', iso(NOON + 5), iso(NOON + 60)],
    ['a little before or after', iso(NOON - 1_900), iso(NOON + 2_000)],
    ['fourteen days from each', iso(NOON + 10 + 14 * 86_400_000), iso(NOON + 50 + 14 * 86_400_000)],
    ['milliseconds since the epoch', NOON + 5, NOON + 60],
    ['milliseconds in a text', `v=${NOON + 5}`, `v=${NOON + 60}`],
    ['seconds since the epoch', Math.floor(NOON / 1_000), Math.floor(NOON / 1_000) + 1],
  ])('are the same: %s', (_name, control, candidate) => {
    expect(one(control, candidate)).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['another form', iso(NOON), iso(NOON + 40).replace('Z', '+00:00')],
    ['the same moment in another zone', '2026-11-23T13:00:00+01:00', '2026-11-23T12:00:00+00:00'],
    ['now, in another zone', '2026-11-23T13:00:00.010+01:00', '2026-11-23T12:00:00.050+00:00'],
    ['without milliseconds', iso(NOON), iso(NOON).replace('.000', '')],
    ['the wrong day of the week', 'Mon, 23 Nov 2026 12:00:00 GMT', 'Tue, 23 Nov 2026 12:00:00 GMT'],
    ['beyond the tolerance', iso(NOON), iso(NOON + 2_200)],
    ['fourteen days and an hour', iso(NOON + 14 * 86_400_000), iso(NOON + 14 * 86_400_000 + 3_600_000)],
    ['no time at all', iso(NOON), '2026-13-45T99:99:99.000Z'],
    ['an article code one higher', '4006381333931', '4006381333932'],
    ['an amount 20 higher', 4_006_381_333_931, 4_006_381_333_951],
    ['a count one higher, of the size of seconds', 1_500_000_000, 1_500_000_001],
    ['a number for a text', NOON, String(NOON)],
    ['seconds for milliseconds', NOON, NOON / 1_000],
  ])('are not the same: %s', (_name, control, candidate) => {
    expect(one(control, candidate)).toHaveLength(1);
  });

  it('were there before: then they are as they were', () => {
    const stored = iso(NOON - 5_000_000);
    const isKnown = (text: string): boolean => text === stored;
    expect(one(stored, iso(NOON - 5_000_000 + 20), { ...POST, isKnown })).toHaveLength(1);
    expect(one(stored, iso(NOON + 50), { ...POST, isKnown })).toHaveLength(1);
  });
});

describe('headers', () => {
  const lines = (...more: Lines): ObservedResponse => json('{}', more);
  it.each<[string, Lines, Lines, string[]]>([
    ['names in another case', [['ETag', '"a"']], [['etag', '"a"']], []],
    ['a weak tag for a strong one', [['ETag', '"a"']], [['ETag', 'W/"a"']], ['header etag: "a" became W/"a"']],
    ['an empty value', [['X-A', '']], [], ['header x-a: legacy has "", the candidate nothing']],
    [
      'Vary on two lines',
      [['Vary', 'Accept, Origin']],
      [
        ['vary', 'origin'],
        ['Vary', 'ACCEPT'],
      ],
      [],
    ],
    [
      'two lines in another order',
      [
        ['Link', 'a'],
        ['Link', 'b'],
      ],
      [
        ['Link', 'b'],
        ['Link', 'a'],
      ],
      ['header link: a, b became b, a'],
    ],
    [
      'another charset',
      [['Content-Language', 'da']],
      [['Content-Language', 'en']],
      ['header content-language: da became en'],
    ],
  ])('%s', (_name, control, candidate, expected) => {
    expect(reported(lines(...control), lines(...candidate))).toEqual(expected);
  });

  it('have tags made of each body, weak or strong, also of compressed ones', () => {
    const [a, b] = [`{"id":"${newId(1)}"}`, `{"id":"${newId(2)}"}`];
    const strong = (body: string): string => weakETag(body).slice(2);
    const zipped = (body: string, tag: string): ObservedResponse =>
      json(gzipSync(body), [
        ['Content-Encoding', 'gzip'],
        ['ETag', tag],
      ]);
    expect(reported(json(a, [['ETag', strong(a)]]), json(b, [['ETag', strong(b)]]))).toEqual([]);
    expect(reported(zipped(a, weakETag(a)), zipped(b, weakETag(b)))).toEqual([]);
    expect(reported(json(a, [['ETag', weakETag(a)]]), json(b, [['ETag', strong(b)]]))).toHaveLength(1);
    expect(reported(json(a, [['ETag', weakETag(a)]]), json(b, [['ETag', weakETag(a)]]))).toHaveLength(1);
  });
});

describe('cookies', () => {
  it.each<[string, string[], string[], string[]]>([
    ['attributes in another order and case', ['a=1; Path=/; HttpOnly'], ['a=1; httponly; path=/'], []],
    ['the last of a repeated attribute counts', ['a=1; Path=/x; Path=/'], ['a=1; Path=/'], []],
    [
      'an attribute nobody knows',
      ['a=1; Priority=High'],
      ['a=1'],
      ['cookie a; priority: legacy has High, the candidate nothing'],
    ],
    ['a lost flag', ['a=1; Secure'], ['a=1'], ['cookie a; secure: legacy has "", the candidate nothing']],
    ['two in another order', ['a=1', 'b=2'], ['b=2', 'a=1'], ['header set-cookie: a, b became b, a']],
    [
      'one of two of one name',
      ['a=1; Path=/', 'a=2; Path=/x'],
      ['a=1; Path=/'],
      ['header set-cookie: legacy has a, a, the candidate a'],
    ],
    ['a value without a name and a name without a value', ['flag'], ['flag='], ['header set-cookie: "" became flag']],
    ['an equals sign in the value', ['a=b=c'], ['a=b=d'], ['cookie a: (one value) became (another value)']],
    [
      'Expires in another form',
      ['a=1; Expires=Mon, 07 Dec 2026 12:00:00 GMT'],
      ['a=1; Expires=Mon, 07-Dec-2026 12:00:00 GMT'],
      ['cookie a; expires: Mon, 07 Dec 2026 12:00:00 GMT became Mon, 07-Dec-2026 12:00:00 GMT'],
    ],
    ['Max-Age for Expires', ['a=1; Max-Age=60'], ['a=1; Max-Age=61'], ['cookie a; max-age: 60 became 61']],
  ])('%s', (_name, control, candidate, expected) => {
    expect(reported(cookies(...control), cookies(...candidate))).toEqual(expected);
  });
});

describe('bodies of other types', () => {
  const ndjson = (text: string): ObservedResponse => answer('application/x-ndjson', text);

  it('are lines of JSON', () => {
    expect(
      reported(ndjson(`{"a":1,"id":"${newId(1)}"}\n{"b":2}\n`), ndjson(`{"id":"${newId(2)}","a":1}\n{"b":2}\n`)),
    ).toEqual([]);
    expect(reported(ndjson('{"a":1}\n{"b":2}\n'), ndjson('{"a":1}\n{"b":"2"}\n'))).toEqual([
      'body $[1].b: number 2 became string 2',
    ]);
    expect(reported(ndjson('{"a":1}\n{"b":2.0}\n'), ndjson('{"a":1}\n{"b": 2}\n'))).toEqual([
      'body $[1].b: 2.0 became 2',
    ]);
    expect(reported(ndjson('{"a":1}\n'), ndjson('{"a":1}\n{"b"'))).toHaveLength(1);
  });

  it('are compressed at will', () => {
    const zipped = (body: string, level: number): ObservedResponse =>
      json(gzipSync(body, { level }), [['Content-Encoding', 'gzip']]);
    const [long, other] = [JSON.stringify({ a: 'x'.repeat(5_000) }), JSON.stringify({ a: 'y'.repeat(5_000) })];
    expect(reported(zipped(long, 1), zipped(long, 9))).toEqual([]);
    expect(reported(zipped(long, 1), zipped(other, 1))).toHaveLength(1);
    expect(reported(json(long), zipped(long, 9))).toEqual([
      'header content-encoding: the candidate has gzip, legacy nothing',
    ]);
    expect(
      reported(zipped(long, 1), json(gzipSync(long).subarray(0, 30), [['Content-Encoding', 'gzip']])),
    ).toHaveLength(1);
  });

  it('are texts whose ends of line or bytes differ', () => {
    const text = (body: string | Buffer): ObservedResponse => answer('text/plain; charset=utf-8', body);
    expect(reported(text('a\nb'), text('a\r\nb'))).toEqual(['body line 1: a became a\\r']);
    expect(reported(text('a'), text('a\n'))).toEqual(['body line 2: the candidate has "", legacy nothing']);
    expect(reported(text('caf\u00e9'), text(Buffer.from('caf\u00e9', 'latin1')))).toEqual([
      expect.stringMatching(/^body: 5 bytes, sha256 .* became 4 bytes/),
    ]);
    expect(reported(answer('text/html', ''), answer('text/html', 'x'))).toEqual([
      'body: the candidate has x, legacy nothing',
    ]);
  });
});
