import { compareResponses } from '../../../../shared/parity/compare';
import { gzipSync } from 'node:zlib';
import type { ObservedResponse } from '../../../../shared/parity/exchange';
import { weakETag } from '../../../../shared/weak-etag';

function response(
  body: unknown,
  {
    statusCode = 200,
    headers = {},
    body: bytes,
  }: { statusCode?: number; headers?: Record<string, string | string[]>; body?: Buffer } = {},
): ObservedResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    'Content-Type': typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8',
    ...headers,
  };
  return {
    statusCode,
    headers: Object.entries(all).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    body: bytes ?? Buffer.from(text),
  };
}

const JSON_TYPE = { headers: { 'Content-Type': 'application/json' } };
const PLAIN_TEXT = { headers: { 'Content-Type': 'text/plain' } };
const BYTES = (text: string) => ({ headers: { 'Content-Type': 'image/png' }, body: Buffer.from(text) });

const paths = (control: ObservedResponse, candidate: ObservedResponse): string[] =>
  compareResponses(control, candidate).map(({ path, kind }) => `${path}: ${kind}`);

describe('comparator', () => {
  it('finds nothing between equal answers whose header names differ in case and whose dates differ', () => {
    const control = response(
      { a: 1 },
      { headers: { ETag: 'W/"1"', Date: 'Mon, 23 Nov 2026 12:00:00 GMT', Connection: 'keep-alive' } },
    );
    const candidate = response(
      { a: 1 },
      { headers: { etag: 'W/"1"', date: 'Mon, 23 Nov 2026 12:09:00 GMT', 'transfer-encoding': 'chunked' } },
    );
    expect(compareResponses(control, candidate)).toEqual([]);
  });

  it.each<[string, ObservedResponse, ObservedResponse, string[]]>([
    ['status', response({}), response({}, { statusCode: 201 }), ['status: value']],
    ['a lost header', response({}, { headers: { ETag: '1' } }), response({}), ['header etag: missing']],
    [
      'an added header',
      response({}),
      response({}, { headers: { 'X-Amzn-RequestId': '1' } }),
      ['header x-amzn-requestid: unexpected'],
    ],
    [
      'a header sent once instead of twice',
      response({}, { headers: { Link: ['a', 'b'] } }),
      response({}, { headers: { Link: 'a' } }),
      ['header link: value'],
    ],
    [
      'a changed value',
      response({ events: [{ title: 'a' }] }),
      response({ events: [{ title: 'b' }] }),
      ['body $.events[0].title: value'],
    ],
    ['a changed type', response({ n: 1 }), response({ n: '1' }), ['body $.n: type']],
    ['null for a missing field', response({ n: null }), response({}), ['body $.n: missing']],
    ['a shorter list', response([1, 2]), response([1]), ['body $[1]: missing']],
    ['a longer list', response([1]), response([1, 2]), ['body $[1]: unexpected']],
    ['list order', response([1, 2]), response([2, 1]), ['body $[0]: value', 'body $[1]: value']],
    ['an unusual key', response({ 'a b': 1 }), response({ 'a b': 2 }), ['body $["a b"]: value']],
    ['another spelling of numbers', response('[1.0]', JSON_TYPE), response('[1]', JSON_TYPE), ['body $[0]: value']],
    [
      'big numbers',
      response('[9007199254740993]', JSON_TYPE),
      response('[9007199254740992]', JSON_TYPE),
      ['body $[0]: value'],
    ],
    ['minus zero', response('[-0]', JSON_TYPE), response('[0]', JSON_TYPE), ['body $[0]: value']],
    ['a missing date', response({}, { headers: { Date: 'x' } }), response({}), ['header date: missing']],
    [
      'a date in another form',
      response({}, { headers: { Date: 'Mon, 23 Nov 2026 12:00:00 GMT' } }),
      response({}, { headers: { Date: '2026-11-23' } }),
      ['header date: value'],
    ],
    [
      'lines that are missing',
      response('a\nb\nc', PLAIN_TEXT),
      response('a\nx', PLAIN_TEXT),
      ['body line 2: value', 'body line 3: missing'],
    ],
    [
      'another ETag of the same body',
      response({}, { headers: { ETag: 'W/"1"' } }),
      response({}, { headers: { ETag: 'W/"2"' } }),
      ['header etag: value'],
    ],
    [
      "a Content-Length that is not the body's",
      response({}, { headers: { 'Content-Length': '2' } }),
      response({}, { headers: { 'Content-Length': '3' } }),
      ['header content-length: value'],
    ],
    ['bytes', response('', BYTES('abc')), response('', BYTES('abd')), ['body: value']],
    [
      'another content type',
      response('x'),
      response('x', { headers: { 'Content-Type': 'text/html; charset=utf-8' } }),
      ['header content-type: value'],
    ],
    ['a page', response('<p>one</p>'), response('<p>two</p>'), ['body p text: value']],
    ['an empty body', response('x'), response(''), ['body: missing']],
  ])('tells %s', (_name, control, candidate, expected) => {
    expect(paths(control, candidate)).toEqual(expected);
  });

  it('takes JSON by what it says: keys in any order, spaces, escapes; with the lengths and tags of each body', () => {
    const [a, b] = ['{"a":1,"b":["é"]}', '{ "b": ["\\u00e9"], "a": 1 }'];
    const of = (text: string): ObservedResponse =>
      response(text, {
        headers: {
          'Content-Type': 'application/json',
          ETag: weakETag(text),
          'Content-Length': String(Buffer.byteLength(text)),
        },
      });
    expect(paths(of(a), of(b))).toEqual([]);
  });

  it('knows bodies that were not kept by their hash, and compressed ones by what they hold', () => {
    const digest = (sha256: string): ObservedResponse => ({ ...response(''), body: { length: 7_000_000, sha256 } });
    expect(paths(digest('a'), digest('a'))).toEqual([]);
    expect(paths(digest('a'), digest('b'))).toEqual(['body: value']);
    expect(paths(digest('a'), response('x'))).toEqual(['body: value']);
    const gzip = (level: number): ObservedResponse =>
      response('', {
        headers: { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' },
        body: gzipSync('a text '.repeat(200), { level }),
      });
    expect(paths(gzip(1), gzip(9))).toEqual([]);
  });

  it('tells at most 500 places, and shows large values in part', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => i);
    const differences = compareResponses(response(many), response(many.map((n) => n + 1)));
    expect(differences).toHaveLength(500);
    const [difference] = compareResponses(response({ a: many }), response({}));
    expect(difference?.control?.length).toBeLessThan(250);
  });

  it('goes as deep as the JSON', () => {
    const deep = (leaf: string): ObservedResponse =>
      response(`${'['.repeat(5_000)}${leaf}${']'.repeat(5_000)}`, JSON_TYPE);
    expect(paths(deep('1'), deep('2'))).toHaveLength(1);
  });

  it('takes lists in headers as lists', () => {
    const control = response({}, { headers: { Vary: 'Origin, Accept' } });
    expect(paths(control, response({}, { headers: { Vary: ['accept', 'origin'] } }))).toEqual([]);
  });

  describe('cookies', () => {
    const cookie = (line: string | string[]): ObservedResponse => response({}, { headers: { 'Set-Cookie': line } });
    const base = 'sid=s%3A1.x; Path=/; Expires=Mon, 07 Dec 2026 08:00:00 GMT; HttpOnly; SameSite=Lax';

    it('allows Expires to differ by seconds, not by more and not in form', () => {
      expect(paths(cookie(base), cookie(base.replace('08:00:00', '08:00:02')))).toEqual([]);
      expect(paths(cookie(base), cookie(base.replace('08:00:00', '08:01:00')))).toEqual(['cookie sid; expires: value']);
      expect(
        paths(cookie(base), cookie(base.replace('Mon, 07 Dec 2026 08:00:00 GMT', '2026-12-07T08:00:00Z'))),
      ).toEqual(['cookie sid; expires: value']);
    });

    it.each([
      ['; HttpOnly', 'cookie sid; httponly: missing'],
      ['; SameSite=Lax', 'cookie sid; samesite: missing'],
      ['; Path=/', 'cookie sid; path: missing'],
    ])('tells a lost%s', (attribute, expected) => {
      expect(paths(cookie(base), cookie(base.replace(attribute, '')))).toEqual([expected]);
    });

    it('tells a lost cookie, an added one, and never shows a value', () => {
      expect(paths(cookie([base, 'b=1']), cookie(base))).toEqual(['header set-cookie: missing']);
      expect(paths(cookie(base), cookie([base, 'b=1']))).toEqual(['header set-cookie: unexpected']);
      const differences = compareResponses(cookie('sid=secret-1'), cookie('sid=secret-2'));
      expect(differences).toHaveLength(1);
      expect(JSON.stringify(differences)).not.toContain('secret');
    });
  });
});
