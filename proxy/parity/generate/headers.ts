import { hasBody, withHeaders, type RarelyRead, type Variation } from './variation';

const OFTEN_READ: readonly Readonly<Record<string, string>>[] = [
  { Accept: 'text/html' },
  { 'Accept-Encoding': 'gzip, deflate, br' },
  { Range: 'bytes=0-3' },
  { Range: 'bytes=999999-' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { Authorization: 'Basic dXNlcjpwYXNz' },
  { Authorization: 'Bearer' },
  { Authorization: 'Bearer s:unknown.signature' },
  { Authorization: '' },
  { 'X-Large': 'x'.repeat(9_000) },
  { 'X-Large': 'x'.repeat(12_000) },
];
/** Of those of one name only the last is sent together with the others. */
const RARELY_READ: readonly Readonly<Record<string, string>>[] = [
  { Accept: 'application/json' },
  { Accept: 'image/avif,image/webp,*/*;q=0.8' },
  { 'Accept-Encoding': 'gzip' },
  { 'Accept-Language': 'da, en;q=0.5' },
  { 'Accept-Charset': 'iso-8859-1' },
  { Origin: 'https://elsewhere.example' },
  { Origin: 'null' },
  { Referer: 'https://elsewhere.example/x?y' },
  { 'User-Agent': '' },
  { 'User-Agent': 'Amazon CloudFront' },
  { 'X-Requested-With': 'XMLHttpRequest' },
  { 'X-Forwarded-For': '203.0.113.9' },
  { 'X-Forwarded-Proto': 'https' },
  { 'X-Forwarded-Host': 'evil.example' },
  { Via: '1.1 proxy' },
  { TE: 'trailers' },
  { Forwarded: 'for=203.0.113.9' },
  { 'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793' },
  { 'X-Accent': 'caf\u00e9' },
];

const alone = (headers: Readonly<Record<string, string>>): Variation => {
  const [[name, value] = ['', '']] = Object.entries(headers);
  return {
    name: `${name}: ${value.length > 1_000 ? `${value.length} letters (trap 29)` : value.slice(0, 40)}`,
    group: 'header',
    apply: (request) => withHeaders(request, headers),
  };
};

const HEADERS: RarelyRead = {
  together: {
    name: 'every header that few routes read',
    group: 'header',
    apply: (request) => withHeaders(request, Object.assign({}, ...RARELY_READ) as Record<string, string>),
  },
  alone: RARELY_READ.map(alone),
};

/** In front of the session's: browsers send what other applications of the host have set. */
const COOKIES = ['theme=dark', 'theme=dark; lang=da', 'a="b c"', 'broken', 'a=%E0%A4%A', '__proto__=x', ';;'];
const withCookies = (cookies: string): Variation => ({
  name: `Cookie: ${cookies} (trap 8)`,
  group: 'header',
  apply: (request) => ({ ...request, cookies }),
});
const OTHER_COOKIES: RarelyRead = { together: withCookies(COOKIES.join('; ')), alone: COOKIES.map(withCookies) };

const CONDITIONS: readonly Variation[] = [
  {
    name: 'If-None-Match with the tag of the answer (trap 13)',
    group: 'condition',
    applies: ({ method }) => method === 'GET' || method === 'HEAD',
    apply: (request) => ({ ...request, revalidates: true }),
  },
  {
    name: 'the tag of the answer, but no-cache (trap 13)',
    group: 'condition',
    applies: ({ method }) => method === 'GET',
    apply: (request) => ({ ...withHeaders(request, { 'Cache-Control': 'no-cache' }), revalidates: true }),
  },
  ...[
    'no-cache ,max-age=0',
    'max-age=0,\tno-cache',
    'max-age=0',
    'no-cache-x',
    'x-no-cache',
    'NO-CACHE',
    'no-cache=x',
  ].map((control): Variation => ({
    name: `the tag of the answer, with Cache-Control: ${JSON.stringify(control)} (trap 13)`,
    group: 'condition',
    applies: ({ method }) => method === 'GET',
    apply: (request) => ({ ...withHeaders(request, { 'Cache-Control': control }), revalidates: true }),
  })),
  {
    name: 'the tag of the answer and a date (trap 13)',
    group: 'condition',
    applies: ({ method }) => method === 'GET',
    apply: (request) => ({
      ...withHeaders(request, { 'If-Modified-Since': 'Thu, 31 Dec 2099 00:00:00 GMT' }),
      revalidates: true,
    }),
  },
  ...[
    ['as a strong one', '{{opaque}}'],
    ['as a weak one', 'W/{{opaque}}'],
    ['with a small w', 'w/{{opaque}}'],
    ['behind another', '"x", {{tag}}'],
    ['in front of another', '{{tag}},W/"x"'],
    ['between two, without spaces', '"x",{{tag}},"y"'],
    ['twice', '{{tag}}, {{tag}}'],
    ['next to a star', '*, {{tag}}'],
    ['behind a broken one', '"x, {{tag}}'],
    ['behind an empty element', ', ,{{tag}}'],
    ['and a letter', '{{tag}}x'],
    ['in spaces', ' {{tag}} ;'],
    ['in tabs', '"x",\t{{tag}}'],
    ['in many spaces', '"x"  ,  {{tag}}  ,"y"'],
    ['twice weak', 'W/{{tag}}'],
    ['in front of another line', '{{tag}}\n"x"'],
    ['behind another line', '"x"\n{{tag}}'],
  ].map(([how = '', revalidates = '']): Variation => ({
    name: `the tag of the answer ${how} (trap 13)`,
    group: 'condition',
    applies: ({ method }) => method === 'GET' || method === 'HEAD',
    apply: (request) => ({ ...request, revalidates }),
  })),
  ...[
    { 'If-None-Match': '*' },
    { 'If-None-Match': '"x"' },
    { 'If-None-Match': 'x' },
    { 'If-None-Match': '' },
    { 'If-None-Match': '"*"' },
    { 'If-None-Match': 'W/"1-x", W/"2-y"' },
    { 'If-Modified-Since': 'Thu, 31 Dec 2099 00:00:00 GMT' },
    { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    { 'If-Modified-Since': 'yesterday' },
    { 'If-None-Match': '*', 'If-Modified-Since': 'Thu, 31 Dec 2099 00:00:00 GMT' },
    { 'If-Match': '"x"' },
    { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  ].map((headers): Variation => ({
    name: `${Object.entries(headers).flat().join(' ')} (trap 13)`,
    group: 'condition',
    apply: (request) => withHeaders(request, headers),
  })),
];

const linesOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map((line) => line.join(': '))
    .join(', ');

/** Names of another case, so that both lines are sent: Node joins some headers, and keeps the first of others (trap 8). */
const REPEATED: readonly Variation[] = [
  ...[
    { 'If-None-Match': '"x"', 'if-none-match': '*' },
    { 'Cache-Control': 'max-age=0', 'cache-control': 'no-cache', 'If-None-Match': '*' },
    { Authorization: 'Basic eDp5', authorization: 'Bearer' },
    { 'X-Requested-With': 'a', 'x-requested-with': 'b' },
  ].map((headers): Variation => ({
    name: `twice: ${linesOf(headers)} (trap 8)`,
    group: 'header',
    apply: (request) => withHeaders(request, headers),
  })),
  ...[
    { 'Content-Type': 'application/json', 'content-type': 'text/plain' },
    { 'Content-Type': 'text/plain', 'content-type': 'application/json' },
    { 'Content-Encoding': 'identity', 'content-encoding': 'identity' },
  ].map((headers): Variation => ({
    name: `twice: ${linesOf(headers)} (trap 11)`,
    group: 'header',
    applies: hasBody,
    apply: (request) => withHeaders(request, headers),
  })),
];

/** A parser that believes these looks for a body that is not there. */
const OF_NO_BODY: Variation = {
  name: 'headers of a body that is not sent (trap 11)',
  group: 'header',
  applies: ({ method, body }) => method === 'GET' && body === undefined,
  apply: (request) => withHeaders(request, { 'Content-Type': 'application/json', 'Content-Encoding': 'br' }),
};

export const HEADER_VARIATIONS: readonly Variation[] = [
  ...OFTEN_READ.map(alone),
  OF_NO_BODY,
  ...REPEATED,
  ...CONDITIONS,
];
export const RARELY_READ_HEADERS: readonly RarelyRead[] = [HEADERS, OTHER_COOKIES];
