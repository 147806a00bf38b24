import { compareResponses } from '../../../../shared/parity/compare';
import type { ObservedResponse } from '../../../../shared/parity/exchange';

function response(
  body: unknown,
  { statusCode = 200, headers = {} }: { statusCode?: number; headers?: Record<string, string | string[]> } = {},
): ObservedResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    'Content-Type': typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8',
    ...headers,
  };
  return {
    statusCode,
    headers: Object.entries(all).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    body: Buffer.from(text),
  };
}

const paths = (control: ObservedResponse, candidate: ObservedResponse): string[] =>
  compareResponses(control, candidate).map(({ path, kind }) => `${path}: ${kind}`);

describe('comparator', () => {
  it('finds nothing between equal answers whose header names differ in case and whose dates differ', () => {
    const control = response({ a: 1 }, { headers: { ETag: 'W/"1"', Date: 'x', Connection: 'keep-alive' } });
    const candidate = response({ a: 1 }, { headers: { etag: 'W/"1"', date: 'y', 'transfer-encoding': 'chunked' } });
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
    ['other bytes of the same JSON', response({ a: 1, b: 2 }), response({ b: 2, a: 1 }), ['body: value']],
    ['text', response('<p>one</p>'), response('<p>two</p>'), ['body line 1: value']],
    ['an empty body', response('x'), response(''), ['body: missing']],
  ])('tells %s', (_name, control, candidate, expected) => {
    expect(paths(control, candidate)).toEqual(expected);
  });

  it('takes lists in headers as lists', () => {
    const control = response({}, { headers: { Vary: 'Origin, Accept' } });
    expect(paths(control, response({}, { headers: { Vary: ['accept', 'origin'] } }))).toEqual([]);
  });

  describe('cookies', () => {
    const cookie = (line: string | string[]): ObservedResponse => response({}, { headers: { 'Set-Cookie': line } });
    const base = 'sid=s%3A1.x; Path=/; Expires=Mon, 07 Dec 2026 08:00:00 GMT; HttpOnly; SameSite=Lax';

    it('allows Expires to differ by seconds, not by more and not in form', () => {
      expect(paths(cookie(base), cookie(base.replace('08:00:00', '08:00:04')))).toEqual([]);
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
