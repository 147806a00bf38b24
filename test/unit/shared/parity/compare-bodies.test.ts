import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { compareBodySteps } from '../../../../shared/parity/compare-bodies';
import type { ValueOptions } from '../../../../shared/parity/compare-values';
import { describeDifference, type ObservedResponse } from '../../../../shared/parity/exchange';
import { runSteps } from '../../../../shared/parity/steps';
import { Unifier } from '../../../../shared/parity/unify';

const JSON_TYPE = 'application/json';
const TEXT = 'text/plain';

function answer(type: string | undefined, body: ObservedResponse['body'] | string, coding?: string): ObservedResponse {
  const headers: [string, string][] = [];
  if (type !== undefined) headers.push(['Content-Type', type]);
  if (coding !== undefined) headers.push(['Content-Encoding', coding]);
  return { statusCode: 200, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
}

type Bodies = readonly [control: ObservedResponse['body'] | string, candidate: ObservedResponse['body'] | string];

const differences = (type: string | undefined, [a, b]: Bodies, options?: ValueOptions) =>
  runSteps(compareBodySteps(answer(type, a), answer(type, b), options));
const reported = (type: string | undefined, bodies: Bodies, options?: ValueOptions): string[] =>
  differences(type, bodies, options).map(describeDifference);
const paths = (type: string | undefined, bodies: Bodies, options?: ValueOptions): string[] =>
  differences(type, bodies, options).map(({ path, kind }) => `${path}: ${kind}`);

const NOON = Date.UTC(2026, 10, 23, 12);
const at = { from: NOON, to: NOON + 10 };
const madeUp = () => new Unifier({ moments: { control: at, candidate: at } });
const id = (n: number) => `${Math.floor(NOON / 1_000).toString(16)}${String(n).padStart(16, '0')}`;

const HASHED = [expect.stringMatching(/^body: \d+ bytes, sha256 [0-9a-f]{64} became \d+ bytes, sha256 [0-9a-f]{64}$/)];
/** The same value in another order, with another layout. */
const REORDERED = ['{"a":1,"b":2}', '{"b":2,"a":1}'] as const;

describe('the content type says how bodies are compared', () => {
  it.each(['application/json', 'application/problem+json', 'application/JSON; charset=utf-8'])(
    '%s: by value',
    (type) => {
      expect(paths(type, REORDERED)).toEqual([]);
      expect(paths(type, ['{"a":1}', '{"a":2}'])).toEqual(['body $.a: value']);
    },
  );

  it.each([
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/jsonlines',
    'application/json-seq',
    'application/geo+json-seq',
  ])('%s: by the value of each record, blank lines aside', (type) => {
    const [a, b] = REORDERED;
    expect(paths(type, [`${a}\n \n${b}\n`, `${b}\n${a}`])).toEqual([]);
    expect(paths(type, [`${a}\n{"c":1}`, `${a}\n{"c":2}`])).toEqual(['body $[1].c: value']);
    expect(reported(type, [`${a}\n{"c":1.0}`, `${b}\n{"c":1}`])).toEqual(['body $[1].c: 1.0 became 1']);
  });

  it.each([
    'text/plain',
    'TEXT/CSV',
    'application/xml',
    'image/svg+xml',
    'application/javascript',
    'application/x-www-form-urlencoded',
    'text/jsonx',
  ])('%s: line by line', (type) => {
    expect(paths(type, REORDERED)).toEqual(['body line 1: value']);
    expect(paths(type, ['a\nb', 'a\nc'])).toEqual(['body line 2: value']);
  });

  it.each([
    'image/png',
    'application/pdf',
    'application/x-json',
    'application/xjsonl',
    'image/png; note=text/plain',
    'image/png; note=text/html',
    undefined,
  ])('%s: by hash', (type) => {
    expect(reported(type, REORDERED)).toEqual(HASHED);
    expect(paths(type, REORDERED)).toEqual(['body: value']);
    expect(reported(type, ['<p>a</p>', '<p>b</p>'])).toEqual(HASHED);
  });

  it('HTML by element, where both say that they are', () => {
    const pages = ['<p>a</p>', '<p>b</p>'] as const;
    const of = (...types: readonly (string | undefined)[]) => {
      const [a, b] = pages.map((page, i) => answer(types[i], page));
      return a === undefined || b === undefined ? [] : runSteps(compareBodySteps(a, b)).map(({ path }) => path);
    };
    expect(of('text/html', 'Text/HTML; charset=utf-8')).toEqual(['body p text']);
    expect(of('text/html', 'text/plain')).toEqual(['body line 1']);
    expect(of('text/html', undefined)).toEqual(['body line 1']);
    expect(of('text/plain', 'text/html')).toEqual(['body line 1']);
  });

  it('a page too deep to be compared by element is text', () => {
    const deep = (leaf: string) => `${'<div>'.repeat(5_000)}\n${leaf}`;
    expect(paths('text/html', [deep('a'), deep('b')])).toEqual(['body line 2: value']);
  });
});

describe('what is not what its type says', () => {
  it('one page instead of JSON is told by its first line', () => {
    const page = '<h1>\nnot\nfound';
    expect(paths(JSON_TYPE, ['{"a":\n1,\n"b":2}', page])).toEqual(['body line 1: value']);
    expect(paths(JSON_TYPE, [page, '{"a":\n1,\n"b":2}'])).toEqual(['body line 1: value']);
  });

  it('what is JSON on neither side is text', () => {
    expect(paths(JSON_TYPE, ['{a\nb', '{x\ny'])).toEqual(['body line 1: value', 'body line 2: value']);
  });

  it('records of which one is no JSON are compared by hash', () => {
    expect(reported('application/x-ndjson', ['{"a":1}\n{', '{"a":1}\n{}'])).toEqual(HASHED);
    expect(reported('application/x-ndjson', ['{"a":1}\n{}', '{"a":1}\n{'])).toEqual(HASHED);
  });

  it('what is no UTF-8 on one side is compared by hash', () => {
    const latin1 = Buffer.from('caf\u00e9', 'latin1');
    expect(reported(TEXT, ['caf\u00e9', latin1])).toEqual(HASHED);
    expect(reported(TEXT, [latin1, 'caf\u00e9'])).toEqual(HASHED);
  });
});

describe('bytes', () => {
  it('that are equal are never different, whatever is odd about them', () => {
    expect(paths(JSON_TYPE, ['{"a":1,"a":1}', '{"a":1,"a":1}'])).toEqual([]);
  });

  it('are compared as what they hold when compressed, whatever their type', () => {
    const [fast, small] = [1, 9].map((level) => gzipSync('a text '.repeat(200), { level }));
    if (fast === undefined || small === undefined) throw new Error('gzip');
    expect(fast.equals(small)).toBe(false);
    const zipped = (body: Buffer) => answer('image/png', body, 'gzip');
    expect(runSteps(compareBodySteps(zipped(fast), zipped(small)))).toEqual([]);
    expect(runSteps(compareBodySteps(zipped(fast), zipped(gzipSync('another'))))).toHaveLength(1);
  });

  it('that were not kept are known by their length and hash', () => {
    const sha256 = createHash('sha256').update('x').digest('hex');
    expect(paths(TEXT, ['x', { length: 1, sha256 }])).toEqual([]);
    expect(paths(TEXT, [{ length: 1, sha256 }, 'x'])).toEqual([]);
    expect(reported(TEXT, ['y', { length: 1, sha256 }])).toEqual(HASHED);
    expect(paths(TEXT, ['y', { length: 1, sha256 }])).toEqual(['body: value']);
    expect(
      reported(TEXT, [
        { length: 2, sha256 },
        { length: 1, sha256 },
      ]),
    ).toEqual(HASHED);
  });

  it('are there or not', () => {
    expect(reported(TEXT, ['', 'x'])).toEqual(['body: the candidate has x, legacy nothing']);
    expect(reported(TEXT, ['x', ''])).toEqual(['body: legacy has x, the candidate nothing']);
    expect(reported(TEXT, [Buffer.from([0xff]), ''])).toEqual([
      expect.stringMatching(/^body: legacy has 1 bytes, sha256 [0-9a-f]{64}, the candidate nothing$/),
    ]);
    expect(reported(TEXT, ['\u00e9'.repeat(2_000), ''])[0]?.length).toBeLessThan(400);
  });
});

describe('lines', () => {
  it('are the same where each side made up what differs, or a rule masks it', () => {
    const lines: Bodies = [`a\n/e/${id(1)}`, `a\n/e/${id(2)}`];
    expect(paths(TEXT, lines)).toEqual(['body line 2: value']);
    expect(paths(TEXT, lines, { unifier: madeUp() })).toEqual([]);
    const asked: string[][] = [];
    const isSameMasked = (...given: [string, string, string]) => asked.push(given) > 0;
    expect(paths(TEXT, lines, { isSameMasked })).toEqual([]);
    expect(asked).toEqual([['body line 2', `/e/${id(1)}`, `/e/${id(2)}`]]);
    expect(paths(TEXT, ['a\nb', 'a\nc'], { unifier: madeUp(), isSameMasked: () => false })).toHaveLength(1);
  });

  it('too many and too few are told as that', () => {
    expect(reported(TEXT, ['a\nb', 'a'])).toEqual(['body line 2: legacy has b, the candidate nothing']);
    expect(reported(TEXT, ['a', 'a\nb'])).toEqual(['body line 2: the candidate has b, legacy nothing']);
  });

  it('are told up to twenty', () => {
    const numbered = (name: string) => Array.from({ length: 30 }, (_, i) => `${name}${i}`).join('\n');
    expect(paths(TEXT, [numbered('a'), numbered('b')])).toHaveLength(20);
  });

  it('are shown near the first letter that differs', () => {
    const line = (letter: string) => `${'x'.repeat(300)}${letter}${'y'.repeat(300)}`;
    const [difference] = differences(TEXT, [line('A'), line('B')]);
    expect(difference).toMatchObject({
      control: `${'x'.repeat(20)}A${'y'.repeat(99)}`,
      candidate: `${'x'.repeat(20)}B${'y'.repeat(99)}`,
    });
    expect(reported(TEXT, ['a', '\ufeffa'])).toEqual(['body line 1: a became \\ufeffa']);
    expect(reported(TEXT, ['abc', 'abX'])).toEqual(['body line 1: abc became abX']);
    expect(reported(TEXT, ['abc', 'abcd'])).toEqual(['body line 1: abc became abcd']);
  });
});

describe('JSON of the same value', () => {
  it('differs where a number is written otherwise', () => {
    expect(reported(JSON_TYPE, ['{"a":1.0}', '{"a":1}'])).toEqual(['body $.a: 1.0 became 1']);
    expect(reported(JSON_TYPE, ['{"a":1}', '{"a":1.0}'])).toEqual(['body $.a: 1 became 1.0']);
    expect(reported(JSON_TYPE, ['{"a":1.0}', '{"a": 1.0 }'])).toEqual([]);
    expect(reported(JSON_TYPE, ['[1.0]', '[1]'])).toEqual(['body $[0]: 1.0 became 1']);
  });

  it('is the same where numbers stand under names that each side made up', () => {
    const bodies: Bodies = [`{"${id(1)}":1.0}`, `{"${id(2)}":1.0}`];
    expect(reported(JSON_TYPE, bodies, { unifier: madeUp() })).toEqual([]);
  });

  it('may have the numbers of a set in any order, and of no other list', () => {
    const setAt = (path: string) => (path === 'body $.set' ? {} : undefined);
    const set = (numbers: readonly string[]) => `{"set":[${numbers.join(',')}]}`;
    const many = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? `${i}.0` : String(i)));
    expect(reported(JSON_TYPE, [set(many), set(many.toReversed())], { setAt })).toEqual([]);
    expect(reported(JSON_TYPE, [set(['1.0', '2.0']), set(['2.0', '1.0'])], { setAt })).toEqual([]);
    expect(reported(JSON_TYPE, [set(['1.0', '2.0']), set(['1', '2'])], { setAt })).toEqual([
      'body $.set[*]: 1.0 2.0 became 1 2',
    ]);
    expect(reported(JSON_TYPE, [set(['1', '2']), set(['2.0', '1.0'])], { setAt })).toEqual([
      'body $.set[*]: 1 2 became 1.0 2.0',
    ]);
    const inner = (numbers: string) => `{"set":[{"list":[${numbers}]}]}`;
    expect(paths(JSON_TYPE, [inner('1.0,1'), inner('1,1.0')], { setAt })).toEqual([
      'body $.set[*].list[0]: value',
      'body $.set[*].list[1]: value',
    ]);
  });

  it('differs where a name stands more than once, unless all of it is the same', () => {
    const reportedOfJson = (...bodies: [string, string]) => reported(JSON_TYPE, bodies);
    expect(differences(JSON_TYPE, ['{"a":1,"a":2}', '{"a":2}'])).toEqual([
      expect.objectContaining({
        path: 'body $.a (repeated name)',
        kind: 'value',
        control: 'repeated: $.a',
        candidate: 'each name once',
      }),
    ]);
    expect(reportedOfJson('{"a":2}', '{"a":1,"a":2}')).toEqual([
      'body $.a (repeated name): each name once became repeated: $.a',
    ]);
    expect(reportedOfJson('{"a":1,"a":2,"b":1,"b":2}', '{"a":2,"b":2}')).toEqual([
      'body $.a (repeated name): repeated: $.a, $.b became each name once',
    ]);
    expect(reportedOfJson('{"a":1,"a":2}', '{"a":3,"a":2}')).toEqual([
      'body $.a (repeated name): repeated: $.a became repeated: $.a, with other values',
    ]);
    const repeated = (n: number) => `{"a":"${id(n)}","a":2}`;
    expect(reported(JSON_TYPE, [repeated(1), repeated(2)], { unifier: madeUp() })).toEqual([]);
  });
});

describe('turns', () => {
  const steps = (type: string, bodies: Bodies): number => {
    const [a, b] = bodies;
    const run = compareBodySteps(answer(type, a), answer(type, b));
    let count = 0;
    while (run.next().done !== true) count += 1;
    return count;
  };

  it.each([
    [TEXT, 2],
    // Both sides are read.
    ['application/x-ndjson', 4],
  ])('others get one every 500 lines of %s', (type, more) => {
    const lines = (count: number, last: string) => `${'1\n'.repeat(count - 1)}${last}`;
    const of = (count: number) => steps(type, [lines(count, '2'), lines(count, '3')]);
    expect(of(1_400) - of(400)).toBe(more);
  });
});
