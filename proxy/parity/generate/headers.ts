import { withHeaders, type Variation } from './variation';

const ADDED: readonly Readonly<Record<string, string>>[] = [
  { Accept: 'text/html' },
  { Accept: 'application/json' },
  { Accept: 'image/avif,image/webp,*/*;q=0.8' },
  { 'Accept-Encoding': 'gzip, deflate, br' },
  { 'Accept-Encoding': 'gzip' },
  { 'Accept-Language': 'da, en;q=0.5' },
  { 'Accept-Charset': 'iso-8859-1' },
  { Origin: 'https://elsewhere.example' },
  { Origin: 'null' },
  { Referer: 'https://elsewhere.example/x?y' },
  { Range: 'bytes=0-3' },
  { Range: 'bytes=999999-' },
  { 'User-Agent': '' },
  { 'User-Agent': 'Amazon CloudFront' },
  { 'X-Requested-With': 'XMLHttpRequest' },
  { 'X-Forwarded-For': '203.0.113.9' },
  { 'X-Forwarded-Proto': 'https' },
  { 'X-Forwarded-Host': 'evil.example' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { Authorization: 'Basic dXNlcjpwYXNz' },
  { Authorization: 'Bearer' },
  { Authorization: 'Bearer s:unknown.signature' },
  { Authorization: '' },
  { Via: '1.1 proxy' },
  { TE: 'trailers' },
  { Forwarded: 'for=203.0.113.9' },
  { 'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793' },
  { 'X-Large': 'x'.repeat(9_000) },
  { 'X-Large': 'x'.repeat(12_000) },
  { 'X-Accent': 'caf\u00e9' },
];

const HEADERS: readonly Variation[] = ADDED.map((headers) => {
  const [[name, value] = ['', '']] = Object.entries(headers);
  return {
    name: `${name}: ${value.length > 1_000 ? `${value.length} letters (trap 29)` : value.slice(0, 40)}`,
    group: 'header',
    apply: (request) => withHeaders(request, headers),
  };
});

/** In front of the session's: browsers send what other applications of the host have set. */
const COOKIES = ['theme=dark', 'theme=dark; lang=da', 'a="b c"', 'broken', 'a=%E0%A4%A', '__proto__=x', ';;'].map(
  (cookies): Variation => ({
    name: `Cookie: ${cookies} (trap 8)`,
    group: 'header',
    apply: (request) => ({ ...request, cookies }),
  }),
);

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

export const HEADER_VARIATIONS: readonly Variation[] = [...HEADERS, ...COOKIES, ...CONDITIONS];
