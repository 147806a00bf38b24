import { chunked, head, throughProxy, withBody, type ConformanceCase } from './case';

const NEXT = head('GET /status/204');
const keepAlive = 'Connection: keep-alive';
/** `Connection: close` of the application is for the proxy's own connection to it. */
const STAYS_OPEN = 'the client’s connection is the proxy’s, which keeps it open';

/** Answers of every form, and what of a request reaches the application. */
export const expressCases: readonly ConformanceCase[] = [
  { name: 'a chunked answer', send: head('GET /chunks') },
  { name: 'a chunked answer, then another request', send: head('GET /chunks', keepAlive) + NEXT },
  { name: 'a chunked answer to HTTP/1.0', send: 'GET /chunks HTTP/1.0\r\nHost: a.example\r\n\r\n' },
  { name: 'a chunked answer to HEAD', send: head('HEAD /chunks') },
  { name: 'trailers', send: head('GET /trailers', 'TE: trailers') },
  { name: 'trailers, then another request', send: head('GET /trailers', keepAlive) + NEXT },
  { name: 'many Set-Cookie', send: head('GET /cookies') },
  { name: 'early hints', send: head('GET /hints') },
  ...[201, 202, 204, 205, 206, 304, 400, 402, 418, 429, 451, 500, 503, 599].flatMap((status) => [
    { name: `an empty ${status}`, send: head(`GET /status/${status}`, keepAlive) + NEXT },
    { name: `an empty ${status} to HEAD`, send: head(`HEAD /status/${status}`, keepAlive) + NEXT },
  ]),
  { name: 'a reason phrase of its own', send: head('GET /phrase') },
  { name: 'a redirect to a relative path', send: head('GET /redirect') },
  { name: 'a redirect to where the client asked', send: head('GET /absolute') },
  { name: '14 kB of headers', send: head('GET /headers') },
  { name: 'an answer without a body', send: head('GET /empty', keepAlive) + NEXT },
  {
    name: 'an answer that closes the connection',
    send: head('GET /connection', keepAlive),
    until: /\r\n\r\nok$/,
    differs: throughProxy(STAYS_OPEN, /\r\nConnection: keep-alive\r\n/),
  },
  { name: 'names in odd spellings', send: head('GET /named') },
  { name: 'a download', send: head('GET /download') },
  {
    name: 'an answer without length up to the end of the connection',
    send: head('GET /until-close', keepAlive),
    until: /one,two$|\r\n0\r\n\r\n$/,
    differs: throughProxy(
      `${STAYS_OPEN}: the answer is chunked instead`,
      /\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n$/,
    ),
  },
  {
    name: 'an answer before the upload has come',
    send: withBody('POST /refuse', 'x'.repeat(1_000), keepAlive),
    until: /too large$/,
    differs: throughProxy(STAYS_OPEN, /^HTTP\/1\.1 413 [^]*\r\nConnection: keep-alive\r\n/),
  },
  {
    name: 'an answer before an upload that never comes',
    send: head('POST /refuse', 'Content-Length: 100000', keepAlive),
    until: /too large$/,
    differs: throughProxy(STAYS_OPEN, /^HTTP\/1\.1 413 [^]*\r\nConnection: keep-alive\r\n/),
  },
  { name: 'half an answer', send: head('GET /reset') },
  {
    name: 'no answer',
    send: head('POST /vanish', 'Content-Length: 0'),
    differs: throughProxy('the proxy says that there was none', /^HTTP\/1\.1 502 [^]*"code":"upstream_broken"/),
  },

  {
    name: 'the head as sent',
    send: head(
      'GET /echo/a%2Fb/../c?x=%20&y',
      'X-a: 1',
      'x-A: 2',
      'Cookie: a=1',
      'Cookie: b',
      'X-Forwarded-For: 1.2.3.4',
    ),
  },
  { name: 'the body as sent', send: withBody('PUT /echo', 'a\r\n\0\xff', 'Content-Type: x/y') },
  { name: 'a body of length 0', send: withBody('POST /echo', '') },
  { name: 'no body at all', send: head('POST /echo') },
  { name: 'a chunked body', send: chunked('POST /echo', 'hello world', 4) },
  {
    name: 'request trailers',
    send: head('POST /echo', 'Trailer: X-Sum', 'Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
  },
  { name: 'an absolute-form target', send: head('GET http://a.example/echo?x') },
  {
    name: 'a client that keeps its connection',
    send: head('GET /echo', keepAlive, 'Keep-Alive: timeout=5') + NEXT,
    differs: throughProxy(
      'what concerns the client’s connection does not concern the application’s',
      /"headers":\["Host","a.example"\]/,
    ),
  },
  {
    name: 'a client that expects 100-continue',
    send: withBody('POST /echo', 'hello', 'Expect: 100-continue'),
    differs: throughProxy(
      'the proxy has answered the expectation',
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*"headers":\["Host","a.example","Content-Length","5"\]/,
    ),
  },
  {
    name: 'HTTP/1.0',
    send: 'GET /echo HTTP/1.0\r\nHost: a.example\r\n\r\n',
    differs: throughProxy('the proxy speaks HTTP/1.1 (RFC 9110 section 2.5)', /"httpVersion":"1.1"/),
  },
  {
    name: 'headers that Connection names',
    send: head('GET /echo', 'X-A: 1', 'Connection: close, X-A'),
    differs: throughProxy('they concern one connection (RFC 9110 section 7.6.1)', /"headers":\["Host","a.example"\]/),
  },
  {
    name: 'an offer to upgrade to h2c',
    send: head('GET /echo', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    until: /"body":""\}/,
    differs: throughProxy(
      'offers to upgrade to anything but WebSocket are ignored, as RFC 9110 section 7.8 allows',
      /"headers":\["Host","a.example"\]/,
    ),
  },
];
