import {
  headerValues,
  tokenFromHeaders,
  tokenFromRequest,
  type RequestHeaders,
} from '../../../../shared/session/token-from-request';

const NAME = 'eventsapp.sid';
const value = 's:abc.signature';
const encoded = encodeURIComponent(value);
const fromCookie = { source: 'cookie', value };
const fromBearer = { source: 'authorization', value };

/** An event with the values of one header, as REST APIs send it. */
const withHeader = (name: string, ...values: string[]): RequestHeaders => ({
  headers: { [name]: values.at(-1) ?? '' },
  multiValueHeaders: { [name]: values },
});

describe('tokenFromRequest', () => {
  it.each<[string, RequestHeaders, object | undefined]>([
    ['a cookie', withHeader('Cookie', `${NAME}=${encoded}`), fromCookie],
    ['a lower-case header name', withHeader('cookie', `${NAME}=${encoded}`), fromCookie],
    ['an upper-case header name', withHeader('COOKIE', `${NAME}=${encoded}`), fromCookie],
    ['only single-value headers', { headers: { Cookie: `${NAME}=${encoded}` } }, fromCookie],
    ['several Cookie headers', withHeader('Cookie', 'a=1', `${NAME}=${encoded}`), fromCookie],
    ['a quoted cookie', withHeader('Cookie', `${NAME}="${encoded}"`), fromCookie],
    ['a raw cookie', withHeader('Cookie', `${NAME}=${value}`), fromCookie],
    [
      'Cookie headers under names of different case',
      { multiValueHeaders: { cookie: ['a=1'], Cookie: [`${NAME}=${encoded}`] } },
      fromCookie,
    ],
    ['the cookies of payload format 2.0', { headers: {}, cookies: ['a=1', `${NAME}=${encoded}`] }, fromCookie],
    ['a bearer token, raw', withHeader('Authorization', `Bearer ${value}`), fromBearer],
    ['a bearer token, percent-encoded', withHeader('Authorization', `Bearer ${encoded}`), fromBearer],
    ['a bearer scheme in any case', withHeader('authorization', `bEARER ${value}`), fromBearer],
    ['several spaces behind the scheme', withHeader('Authorization', `Bearer   ${value}`), fromBearer],
    [
      'two Authorization headers: the first',
      withHeader('Authorization', `Bearer ${value}`, 'Bearer other'),
      fromBearer,
    ],
    [
      'a bearer token beside another cookie',
      { headers: { Authorization: `Bearer ${value}`, Cookie: `${NAME}=s%3Aother.x` } },
      fromBearer,
    ],
  ])('finds %s', (_case, request, expected) => {
    expect(tokenFromRequest(request, NAME)).toEqual(expected);
  });

  it.each<[string, RequestHeaders]>([
    ['no headers', {}],
    ['null headers', { headers: null, multiValueHeaders: null }],
    ['another cookie', withHeader('Cookie', `other=${encoded}`)],
    ['a cookie name of another case', withHeader('Cookie', `Eventsapp.sid=${encoded}`)],
    ['an unsigned cookie', withHeader('Cookie', `${NAME}=abc`)],
    ['an upper-case prefix', withHeader('Cookie', `${NAME}=S%3Aabc.signature`)],
    ['a double-encoded cookie', withHeader('Cookie', `${NAME}=${encodeURIComponent(encoded)}`)],
    ['a bad first cookie before a good one', withHeader('Cookie', `${NAME}=abc; ${NAME}=${encoded}`)],
    ['a bad first cookie in another header', withHeader('Cookie', `${NAME}=abc`, `${NAME}=${encoded}`)],
    ['a comma between cookies', withHeader('Cookie', `a=1, ${NAME}=${encoded}`)],
    ['a bare session id as bearer', withHeader('Authorization', 'Bearer abc')],
    ['a double-encoded bearer token', withHeader('Authorization', `Bearer ${encodeURIComponent(encoded)}`)],
    ['a malformed percent sequence', withHeader('Authorization', 'Bearer s%3Aabc%E0%A4%A')],
    ['two tokens behind the scheme', withHeader('Authorization', `Bearer ${value} ${value}`)],
    ['no scheme', withHeader('Authorization', value)],
    ['another scheme', withHeader('Authorization', `Basic ${value}`)],
    ['a scheme without a space', withHeader('Authorization', `Bearer${value}`)],
    ['a tab behind the scheme', withHeader('Authorization', `Bearer\t${value}`)],
    ['two Authorization headers, the good one second', withHeader('Authorization', 'Basic x', `Bearer ${value}`)],
  ])('finds nothing in %s', (_case, request) => {
    expect(tokenFromRequest(request, NAME)).toBeUndefined();
  });

  it.each(['', ' ', 'Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'Bearer nonsense'])(
    'lets an Authorization header of %j win over a good cookie',
    (authorization) => {
      const request = { headers: { authorization, cookie: `${NAME}=${encoded}` } };
      expect(tokenFromRequest(request, NAME)).toBeUndefined();
    },
  );

  it('ignores values that are not strings', () => {
    const headers: unknown = JSON.parse('{"Cookie": 7, "cookie": null, "COOKIE": {"a": 1}}');
    expect(tokenFromRequest(headersOf(headers), NAME)).toBeUndefined();
  });

  it('reads at most 16 kB', () => {
    const padding = (length: number) => `pad=${'x'.repeat(length)}; ${NAME}=${encoded}`;
    expect(tokenFromRequest(withHeader('Cookie', padding(16_000)), NAME)).toEqual(fromCookie);
    expect(tokenFromRequest(withHeader('Cookie', padding(16_384)), NAME)).toBeUndefined();
    expect(tokenFromRequest(withHeader('Cookie', padding(9_000), padding(9_000)), NAME)).toBeUndefined();
    expect(tokenFromRequest(withHeader('Authorization', `Bearer s:${'x'.repeat(16_384)}`), NAME)).toBeUndefined();
  });

  it.each([';', '=', ' '])('survives 1 MB of %j', (character) => {
    expect(tokenFromRequest(withHeader('Cookie', character.repeat(1_000_000)), NAME)).toBeUndefined();
    expect(tokenFromRequest(withHeader('Authorization', character.repeat(1_000_000)), NAME)).toBeUndefined();
  });
});

function headersOf(headers: unknown): RequestHeaders {
  return { headers: headers as Record<string, string> };
}

describe('at the bounds', () => {
  const LONGEST = 16_384;

  it('a header as long as Node takes is read, a longer one is not', () => {
    const id = (length: number) => `s:${'i'.repeat(length - 's:'.length)}`;
    const bearer = (length: number) => `Bearer ${id(length - 'Bearer '.length)}`;
    const cookie = (length: number) => `sid=${id(length - 'sid='.length)}`;
    expect(tokenFromHeaders(bearer(LONGEST), undefined, 'sid')).toBeDefined();
    expect(tokenFromHeaders(bearer(LONGEST + 1), undefined, 'sid')).toBeUndefined();
    expect(tokenFromHeaders(undefined, cookie(LONGEST), 'sid')).toBeDefined();
    expect(tokenFromHeaders(undefined, cookie(LONGEST + 1), 'sid')).toBeUndefined();
    expect(tokenFromHeaders(undefined, undefined, 'sid')).toBeUndefined();
  });

  it('spaces around Authorization do not matter, other words in front of it do', () => {
    expect(tokenFromHeaders(' Bearer s:a.b ', undefined, 'sid')?.value).toBe('s:a.b');
    expect(tokenFromHeaders('Forbearer s:a.b', undefined, 'sid')).toBeUndefined();
    // Already as it was signed.
    expect(tokenFromHeaders('Bearer s:a%2Eb', undefined, 'sid')?.value).toBe('s:a%2Eb');
  });

  it('what is no text is no header and no cookie', () => {
    const request = (json: string) => JSON.parse(json) as RequestHeaders;
    expect(headerValues(request('{"headers":{"x":7}}'), 'x')).toEqual([]);
    expect(headerValues(request('{"multiValueHeaders":{"x":[7,"a",null]}}'), 'x')).toEqual(['a']);
    expect(tokenFromRequest(request('{"cookies":[["sid=s:a.b"]]}'), 'sid')).toBeUndefined();
    expect(tokenFromRequest(request('{"cookies":[7,"sid=s:a.b"]}'), 'sid')?.value).toBe('s:a.b');
  });
});
