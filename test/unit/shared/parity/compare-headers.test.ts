import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { compareHeaders } from '../../../../shared/parity/compare-headers';
import { compareExchange } from '../../../../shared/parity/compare';
import type { ObservedResponse } from '../../../../shared/parity/exchange';
import { Unifier } from '../../../../shared/parity/unify';
import { weakETag } from '../../../../shared/weak-etag';

type Headers = Readonly<Record<string, string | readonly string[]>>;

interface Given {
  readonly statusCode?: number;
  readonly body?: ObservedResponse['body'] | string;
}

function answer(headers: Headers, { statusCode = 200, body = '' }: Given = {}): ObservedResponse {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return { statusCode, headers: lines, body: typeof body === 'string' ? Buffer.from(body) : body };
}

const reported = (control: ObservedResponse, candidate: ObservedResponse, method?: string): string[] =>
  compareHeaders(control, candidate, method === undefined ? {} : { method }).map(
    ({ path, kind, control: a, candidate: b }) => `${path} ${kind}: ${a ?? '-'} | ${b ?? '-'}`,
  );

describe('header values', () => {
  it.each([
    ['Cache-Control', 'private, max-age=0', 'no-store'],
    ['Last-Modified', 'Mon, 23 Nov 2026 12:00:00 GMT', 'Tue, 24 Nov 2026 12:00:00 GMT'],
    ['Expires', 'Mon, 23 Nov 2026 12:00:00 GMT', 'Tue, 24 Nov 2026 12:00:00 GMT'],
    ['Content-Type', 'text/html', 'text/plain'],
    ['Location', '/a', '/b'],
    ['Content-Encoding', 'gzip', 'br'],
    ['WWW-Authenticate', 'Basic', 'Bearer'],
    ['Access-Control-Allow-Origin', '*', 'https://example.com'],
    ['X-Powered-By', 'Express', 'express'],
    ['Vary', 'Accept', 'Origin'],
  ])('%s is compared: another value, none, one too many', (name, a, b) => {
    const path = `header ${name.toLowerCase()}`;
    const [shownA, shownB] = name === 'Vary' ? [a.toLowerCase(), b.toLowerCase()] : [a, b];
    expect(reported(answer({ [name]: a }), answer({ [name]: a }))).toEqual([]);
    expect(reported(answer({ [name]: a }), answer({ [name]: b }))).toEqual([`${path} value: ${shownA} | ${shownB}`]);
    expect(reported(answer({ [name]: a }), answer({}))).toEqual([`${path} missing: ${shownA} | -`]);
    expect(reported(answer({}), answer({ [name]: a }))).toEqual([`${path} unexpected: - | ${shownA}`]);
  });

  it.each(['Connection', 'Keep-Alive', 'Transfer-Encoding', 'Set-Cookie'])(
    '%s is not: it is judged elsewhere',
    (name) => {
      expect(reported(answer({ [name]: 'a' }), answer({ [name]: 'b' }))).toEqual([]);
      expect(reported(answer({ [name]: 'a' }), answer({}))).toEqual([]);
    },
  );

  it.each([
    'Vary',
    'Allow',
    'Access-Control-Allow-Headers',
    'Access-Control-Allow-Methods',
    'Access-Control-Expose-Headers',
  ])('%s is a set, on one line or several, in any order and case', (name) => {
    expect(reported(answer({ [name]: 'a, b' }), answer({ [name]: 'ab' }))).toHaveLength(1);
    expect(reported(answer({ [name]: 'A,  b' }), answer({ [name]: ['B', 'a'] }))).toEqual([]);
    expect(reported(answer({ [name]: 'a, b' }), answer({ [name]: 'a' }))).toHaveLength(1);
  });

  it('Cache-Control is no set: its lines are compared in their order', () => {
    expect(reported(answer({ 'Cache-Control': 'a, b' }), answer({ 'Cache-Control': 'b, a' }))).toHaveLength(1);
    expect(reported(answer({ 'Cache-Control': ['a', 'b'] }), answer({ 'Cache-Control': 'a, b' }))).toHaveLength(1);
    expect(reported(answer({ 'Cache-Control': ['a', 'b'] }), answer({ 'Cache-Control': 'ab' }))).toHaveLength(1);
  });

  it.each([
    'Mon, 23 Nov 2026 12:00:00',
    'x Mon, 23 Nov 2026 12:00:00 GMT',
    'Mon, 23 Nov 2026 12:00:00 GMT x',
    'Mon, 23 Nov 26 12:00:00 GMT',
    'now',
  ])('Date in the form of %p is no date', (value) => {
    const date = 'Mon, 23 Nov 2026 12:00:00 GMT';
    expect(reported(answer({ Date: date }), answer({ Date: value }))).toHaveLength(1);
    expect(reported(answer({ Date: value }), answer({ Date: date }))).toHaveLength(1);
    expect(reported(answer({ Date: date }), answer({ Date: 'Tue, 24 Nov 2026 13:14:15 GMT' }))).toEqual([]);
    expect(reported(answer({ 'X-Date': date }), answer({ 'X-Date': 'Tue, 24 Nov 2026 13:14:15 GMT' }))).toHaveLength(1);
  });

  it('may be what each side made up, or what a rule masks', () => {
    const seconds = Math.floor(Date.UTC(2026, 10, 23, 12) / 1_000);
    const id = (n: number) => `${seconds.toString(16)}${String(n).padStart(16, '0')}`;
    const at = { from: seconds * 1_000, to: seconds * 1_000 + 10 };
    const moments = { control: at, candidate: at };
    const [a, b] = [answer({ Location: `/e/${id(1)}` }), answer({ Location: `/e/${id(2)}` })];
    expect(compareHeaders(a, b, { unifier: new Unifier({ moments }) })).toEqual([]);
    expect(compareHeaders(a, b)).toHaveLength(1);
    const masked: string[][] = [];
    const isSameMasked = (...given: [string, string, string]) => masked.push(given) > 0;
    expect(compareHeaders(a, b, { isSameMasked })).toEqual([]);
    expect(masked).toEqual([['header location', `/e/${id(1)}`, `/e/${id(2)}`]]);
  });

  it('Expires follows the request that it was made for; no other header may be at any distance from it', () => {
    const at = (from: number) => ({ from, to: from });
    const noon = Date.UTC(2026, 10, 23, 12);
    const unifier = () =>
      new Unifier({ moments: { control: at(noon), candidate: at(noon + 30_000) }, mayBeOffset: false });
    const day = (ms: number) => new Date(ms + 86_400_000).toUTCString();
    const reported = (name: string) =>
      compareHeaders(answer({ [name]: day(noon) }), answer({ [name]: day(noon + 30_000) }), { unifier: unifier() });
    expect(reported('Expires')).toEqual([]);
    expect(reported('Last-Modified')).toHaveLength(1);
  });
});

describe('Content-Length', () => {
  const length = (value: string | number, given?: Given) => answer({ 'Content-Length': String(value) }, given);

  it('of HEAD is compared as it is: there is no body to judge it by', () => {
    expect(reported(length(120), length(120), 'HEAD')).toEqual([]);
    expect(reported(length(120), length(0), 'HEAD')).toEqual(['header content-length value: 120 | 0']);
    expect(reported(length(0), length(120), 'HEAD')).toEqual(['header content-length value: 0 | 120']);
    expect(reported(length(120), answer({}), 'HEAD')).toEqual(['header content-length missing: 120 | -']);
    // Also by the whole comparison, which must say by which method it was asked.
    const paths = (method: string) =>
      compareExchange(length(0), length(120), { method }).differences.map(({ path, candidate }) => [path, candidate]);
    expect(paths('HEAD')).toEqual([['header content-length', '120']]);
    expect(paths('GET')).toEqual([['header content-length', '120, but the body has 0 bytes']]);
  });

  it.each([304, 204])('of %d is compared as it is, too', (statusCode) => {
    const of = (value: number) => length(value, { statusCode });
    expect(reported(of(120), of(120))).toEqual([]);
    expect(reported(of(0), of(120))).toEqual(['header content-length value: 0 | 120']);
    expect(reported(of(120), of(0))).toEqual(['header content-length value: 120 | 0']);
    expect(reported(length(3, { body: 'abc' }), of(0))).toEqual(['header content-length value: 3 | 0']);
    expect(reported(of(0), length(3, { body: 'abc' }))).toEqual(['header content-length value: 0 | 3']);
  });

  it('may differ where each is that of its own body', () => {
    expect(reported(length(3, { body: 'abc' }), length(4, { body: 'abcd' }))).toEqual([]);
    expect(reported(length(3, { body: 'abc' }), length(3, { body: 'abcd' }))).toEqual([
      'header content-length value: 3 | 3, but the body has 4 bytes',
    ]);
    expect(reported(length(9, { body: 'abc' }), length(9, { body: 'abc' }))).toEqual([]);
    expect(reported(length(9, { body: 'abc' }), length(8, { body: 'abc' }))).toEqual([
      'header content-length value: 9 | 8',
    ]);
    expect(reported(length(9, { body: 'abc' }), length(4, { body: 'abcd' }))).toEqual([
      'header content-length value: 9 | 4',
    ]);
  });

  it('is there or not, as on legacy', () => {
    expect(reported(answer({}, { body: 'abc' }), answer({}, { body: 'abcd' }))).toEqual([]);
    expect(reported(answer({}), length(0))).toEqual(['header content-length unexpected: - | 0']);
    expect(reported(length(0), answer({}))).toEqual(['header content-length missing: 0 | -']);
  });

  it('of a body known by its hash is that of the hash', () => {
    const of = (bytes: number) => length(bytes, { body: { length: bytes, sha256: 'a' } });
    expect(reported(of(7_000_000), of(7_000_001))).toEqual([]);
  });
});

describe('ETag', () => {
  const strong = (body: string) => weakETag(body).slice(2);
  const tagged = (tag: string, body: string | Buffer, more: Headers = {}) => answer({ ETag: tag, ...more }, { body });
  const own = (body: string) => tagged(weakETag(body), body);

  it('may differ where each is made of its own body, in the same strength', () => {
    expect(reported(own('a'), own('b'))).toEqual([]);
    expect(reported(tagged(strong('a'), 'a'), tagged(strong('b'), 'b'))).toEqual([]);
    expect(reported(own('a'), tagged(strong('b'), 'b'))).toHaveLength(1);
    expect(reported(own('a'), tagged('W/"x"', 'b'))).toHaveLength(1);
    expect(reported(tagged('W/"x"', 'a'), own('b'))).toHaveLength(1);
    // Only at the start does it say that the tag is weak.
    const quoted = (body: string) => `"W/${strong(body).slice(1)}`;
    expect(reported(own('a'), tagged(quoted('b'), 'b'))).toHaveLength(1);
    expect(reported(tagged(quoted('a'), 'a'), tagged(quoted('a'), 'b'))).toEqual([]);
    // No other header may.
    const other = (body: string) => answer({ 'X-Tag': weakETag(body) }, { body });
    expect(reported(other('a'), other('b'))).toHaveLength(1);
    expect(reported(tagged(weakETag(''), ''), own('b'))).toHaveLength(1);
  });

  it('is stale when the body has changed under it', () => {
    expect(reported(own('a'), tagged(weakETag('a'), 'b'))).toEqual([
      `header etag value: ${weakETag('a')}, of the body | ${weakETag('a')}, of another body`,
    ]);
    // A tag that is not made of the body, such as a version, says nothing about it.
    expect(reported(tagged('"v1"', 'a'), tagged('"v1"', 'b'))).toEqual([]);
    expect(reported(own('a'), own('a'))).toEqual([]);
    expect(reported(own('a'), tagged(weakETag('a'), ''))).toEqual([]);
    expect(
      reported(answer({ 'X-Tag': weakETag('a') }, { body: 'a' }), answer({ 'X-Tag': weakETag('a') }, { body: 'b' })),
    ).toEqual([]);
  });

  it('of a body that was not kept, or of none, is compared as it is', () => {
    const body = { length: 7_000_000, sha256: 'a' };
    expect(reported(answer({ ETag: '"1"' }, { body }), answer({ ETag: '"2"' }, { body }))).toHaveLength(1);
    expect(reported(answer({ ETag: '"1"' }, { body }), answer({ ETag: '"1"' }, { body }))).toEqual([]);
    expect(reported(answer({ ETag: weakETag('') }), answer({ ETag: strong('') }))).toHaveLength(1);
    expect(reported(own('a'), answer({ ETag: weakETag('a') }, { body }))).toEqual([]);
    expect(reported(answer({ ETag: weakETag('a') }, { body }), own('a'))).toEqual([]);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('is made of what is compressed by %s', (coding, compress) => {
    const of = (text: string) => tagged(weakETag(text), compress(Buffer.from(text)), { 'Content-Encoding': coding });
    expect(reported(of('a'), of('b'))).toEqual([]);
    // The whole comparison looks inside, too.
    const page = (text: string) =>
      answer({ 'Content-Type': 'text/plain', 'Content-Encoding': coding }, { body: compress(Buffer.from(text)) });
    const { differences } = compareExchange(page('one\ntwo'), page('one\n2'));
    expect(differences.map(({ path }) => path)).toEqual(['body line 2']);
  });
});
