import type { RawConnection } from '../../support/raw-client';
import { chunked, head, throughProxy, withBody, type ConformanceCase, type Facts } from './case';

const JSON_TYPE = 'Content-Type: application/json';
const INVALID_EVENT = '{"title":""}';
/** Of requests that two servers behind one another could understand differently; all are in `smuggling.test.ts`. */
const REFUSED = 'refused by the proxy, which answers in its own words';
const ANSWER_400 = /^HTTP\/1\.1 400 [^]*"code":"request_malformed"/;
const NEXT = head('GET /healthz');

/** Waits for so many whole answers before the next piece is sent. */
async function answers(client: RawConnection, count: number): Promise<void> {
  await client.until(new RegExp(`(HTTP/1\\.1 [^]*?\\r\\n\\r\\n[^]*?){${count}}`));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every line of HTTP that clients of a monolith rely on, as bytes. */
export function conformanceCases({ cookie, token, event, photo, largePhoto, etag }: Facts): readonly ConformanceCase[] {
  const session = `Cookie: ${cookie}`;
  const post = (body: string, ...headers: string[]): string =>
    withBody('POST /api/events', body, session, JSON_TYPE, ...headers);
  return [
    // Answers of every kind
    { name: 'a page', send: head('GET /') },
    { name: 'JSON', send: head('GET /api/events?limit=100', session) },
    { name: 'JSON with a bearer token', send: head('GET /api/events', `Authorization: Bearer ${token}`) },
    { name: 'one thing', send: head(`GET /api/events/${event}`, session) },
    { name: 'a binary', send: head(`GET /api/photos/${photo}`, session) },
    { name: 'a large binary', send: head(`GET /api/photos/${largePhoto}`, session) },
    {
      name: 'part of a binary, which the monolith does not give',
      send: head(`GET /api/photos/${photo}`, session, 'Range: bytes=0-3'),
    },
    { name: '401', send: head('GET /api/events') },
    { name: '404 as JSON', send: head('GET /api/events/nothing', session) },
    { name: '404 as a page', send: head('GET /nothing') },
    { name: '404 of a method', send: head('PATCH /api/events', session) },
    { name: '404 of a method that few know', send: head('PROPFIND /api/events', session) },
    { name: '400 by its fields', send: post(INVALID_EVENT) },
    { name: '400 as a page: malformed JSON', send: post('{"title":') },
    { name: '413 as a page', send: post(JSON.stringify({ title: 'x'.repeat(200_000) })) },
    { name: '415 as a page', send: post(INVALID_EVENT, 'Content-Encoding: zip') },
    {
      name: '201 with Location',
      isMadeUp: true,
      send: post(JSON.stringify({ title: 'A', status: 'draft', startsAt: '2027-01-01T10:00:00.000Z' })),
    },
    {
      name: 'login',
      isMadeUp: true,
      send: withBody(
        'POST /api/auth/login',
        '{"email":"member@example.com","password":"correct horse battery staple"}',
        JSON_TYPE,
      ),
    },
    { name: '204 without length: logout of nobody', send: withBody('POST /api/auth/logout', '') },
    { name: '304', send: head(`GET /api/events/${event}`, session, `If-None-Match: ${etag}`) },
    { name: '304 to any tag', send: head(`GET /api/events/${event}`, session, 'If-None-Match: *') },
    {
      name: '304 to one of many tags',
      send: head(`GET /api/events/${event}`, session, `If-None-Match: "a", W/"b", ${etag}`),
    },
    { name: '200 to another tag', send: head(`GET /api/events/${event}`, session, 'If-None-Match: "other"') },
    {
      name: '200 to a tag beside Cache-Control: no-cache',
      send: head(`GET /api/events/${event}`, session, `If-None-Match: ${etag}`, 'Cache-Control: no-cache'),
    },

    // Methods
    { name: 'HEAD of a page', send: head('HEAD /') },
    { name: 'HEAD of JSON', send: head('HEAD /api/events', session) },
    { name: 'HEAD of a binary', send: head(`HEAD /api/photos/${photo}`, session) },
    { name: 'HEAD of a stream', send: head('HEAD /api/notifications/stream', session) },
    { name: 'HEAD of nothing', send: head('HEAD /nothing') },
    { name: 'HEAD without a session', send: head('HEAD /api/events') },
    { name: 'HEAD with the right tag', send: head(`HEAD /api/events/${event}`, session, `If-None-Match: ${etag}`) },
    { name: 'HEAD, then GET on the same connection', send: head('HEAD /', 'Connection: keep-alive') + NEXT },
    { name: 'OPTIONS of a route', send: head('OPTIONS /api/events', session) },
    { name: 'OPTIONS of nothing', send: head('OPTIONS /nothing') },
    {
      name: 'OPTIONS as browsers ask before a request elsewhere',
      send: head('OPTIONS /api/events', 'Origin: https://elsewhere.example', 'Access-Control-Request-Method: GET'),
    },
    { name: 'TRACE', send: head('TRACE /api/events') },
    { name: 'X-HTTP-Method-Override', send: head('GET /api/events', session, 'X-HTTP-Method-Override: DELETE') },
    { name: 'a method in small letters', send: head('get /') },
    { name: 'an unknown method', send: head('SMUGGLE /') },

    // Request bodies
    { name: 'a chunked body', send: chunked('POST /api/events', INVALID_EVENT, 100, session, JSON_TYPE) },
    { name: 'a chunked body byte by byte', send: chunked('POST /api/events', INVALID_EVENT, 1, session, JSON_TYPE) },
    {
      name: 'a chunked body of 200 kB',
      send: chunked('POST /api/events', JSON.stringify({ title: 'x'.repeat(200_000) }), 8_192, session, JSON_TYPE),
    },
    {
      name: 'chunk extensions and trailers',
      send: `${head('POST /api/events', session, JSON_TYPE, 'Trailer: X-Sum', 'Transfer-Encoding: chunked')}c;a="b"\r\n${INVALID_EVENT}\r\n0\r\nX-Sum: 1\r\n\r\n`,
    },
    {
      name: 'Transfer-Encoding: Chunked',
      send: `${head('POST /api/events', session, JSON_TYPE, 'Transfer-Encoding: Chunked')}c\r\n${INVALID_EVENT}\r\n0\r\n\r\n`,
    },
    {
      name: 'a chunked DELETE, then another request',
      send: chunked('DELETE /api/events/nothing', '{"a":1}', 3, session, JSON_TYPE, 'Connection: keep-alive') + NEXT,
    },
    {
      name: 'a chunked OPTIONS, then another request',
      send: chunked('OPTIONS /api/events', NEXT, 7, session, 'Connection: keep-alive') + NEXT,
    },
    { name: 'GET with a body', send: withBody('GET /api/events', '{"a":1}', session, JSON_TYPE) },
    { name: 'GET with a malformed body', send: withBody('GET /api/events', '{', session, JSON_TYPE) },
    { name: 'HEAD with a body', send: withBody('HEAD /api/events', '{"a":1}', session, JSON_TYPE) },
    { name: 'POST without length', send: head('POST /api/events', session, JSON_TYPE) },
    { name: 'POST of length 0', send: post('') },
    { name: 'POST of length 0, compressed', send: post('', 'Content-Encoding: gzip') },
    {
      name: 'a form',
      send: withBody('POST /api/events', 'title=&a[b]=1', session, 'Content-Type: application/x-www-form-urlencoded'),
    },
    { name: 'a body without type', send: withBody('POST /api/events', INVALID_EVENT, session) },
    {
      name: 'a body in another charset',
      send: withBody('POST /api/events', INVALID_EVENT, session, 'Content-Type: application/json; charset=utf-99'),
    },
    { name: 'a compressed body that is none', send: post('hello', 'Content-Encoding: gzip') },
    {
      name: 'Expect: 100-continue',
      until: /\r\n\r\n\{[^]*\}$/,
      send: async (client) => {
        client.send(
          head(
            'POST /api/events',
            session,
            JSON_TYPE,
            'Expect: 100-continue',
            `Content-Length: ${INVALID_EVENT.length}`,
            'Connection: keep-alive',
          ),
        );
        await client.until(/ 100 Continue\r\n\r\n/);
        client.send(INVALID_EVENT);
      },
    },
    {
      name: 'Expect: 100-continue, chunked',
      send: async (client) => {
        client.send(head('POST /api/events', session, JSON_TYPE, 'Expect: 100-continue', 'Transfer-Encoding: chunked'));
        await client.until(/ 100 Continue\r\n\r\n/);
        client.send(`c\r\n${INVALID_EVENT}\r\n0\r\n\r\n`);
      },
    },
    { name: 'Expect: 100-continue by a client that does not wait', send: post(INVALID_EVENT, 'Expect: 100-continue') },
    {
      name: 'an expectation that nobody knows',
      send: post(INVALID_EVENT, 'Expect: 200-ok', 'Connection: keep-alive') + NEXT,
    },

    // Targets
    { name: 'absolute-form', send: head('GET http://a.example/api/events', session) },
    { name: 'absolute-form of nothing', send: head('GET http://a.example/nothing') },
    { name: 'dot segments', send: head('GET /api/../healthz') },
    { name: 'encoded dot segments', send: head('GET /api/%2e%2e/healthz') },
    { name: 'an encoded slash', send: head(`GET /api/events/${event}%2Fmetrics`, session) },
    { name: 'an encoded backslash', send: head(`GET /api/events/${event}%5C`, session) },
    { name: 'double slashes', send: head('GET //api//events', session) },
    { name: 'a malformed escape in the path', send: head('GET /api/events/%E0%A4%A', session) },
    { name: 'a malformed escape in the query', send: head('GET /api/events?filter[q]=%E0%A4%A', session) },
    { name: 'an encoded letter in the path', send: head(`GET /api/%65vents/${event}`, session) },
    { name: 'another spelling: case and trailing slash', send: head('GET /API/Events/', session) },
    {
      name: 'a nested query',
      send: head('GET /api/events?filter[tags][]=a&filter[tags][]=b&sort=-title&limit=2', session),
    },
    { name: 'characters that queries should not have', send: head('GET /api/events?filter[q]=|{}^`"', session) },
    { name: 'an empty query', send: head('GET /api/events?', session) },
    { name: 'a query with a question mark', send: head('GET /api/events?filter[q]=a?b', session) },
    { name: 'a fragment', send: head('GET /nothing#part') },
    { name: 'a path of 8 kB', send: head(`GET /${'x'.repeat(8_000)}`) },
    {
      name: 'OPTIONS *',
      send: head('OPTIONS *'),
    },
    { name: 'CONNECT', send: head('CONNECT a.example:443') },

    // Headers
    { name: '15 kB of headers', send: head('GET /api/events', session, `X-A: ${'x'.repeat(15_000)}`) },
    { name: 'over 16 kB of headers', send: head('GET /api/events', session, `X-A: ${'x'.repeat(17_000)}`) },
    {
      name: '500 headers',
      send: head('GET /api/events', session, ...Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}`)),
    },
    { name: 'Cookie in several lines', send: head('GET /api/events', 'Cookie: a=1', session, 'Cookie: b=2') },
    {
      name: 'Authorization twice',
      send: head('GET /api/events', `Authorization: Bearer ${token}`, 'Authorization: Bearer other'),
    },
    {
      name: 'If-None-Match twice',
      send: head(`GET /api/events/${event}`, session, 'If-None-Match: "a"', `If-None-Match: ${etag}`),
    },
    { name: 'bytes over 0x7f in a value', send: head('GET /api/events', session, 'X-A: \xe9\xff', 'Cookie: c=\xe9') },
    {
      name: 'headers that Connection names',
      send: head('GET /api/events', session, 'X-A: 1', 'Connection: close, X-A, Cookie'),
    },
    { name: 'an empty value, and spaces around one', send: head('GET /api/events', session, 'X-A:', 'X-B: \t b \t ') },
    {
      name: 'Accept-Encoding and Accept',
      send: head('GET /api/events', session, 'Accept-Encoding: gzip, br', 'Accept: text/html'),
    },
    { name: 'Host with a port', send: head('GET /nothing').replace('Host: a.example', 'Host: A.example:8080') },
    { name: 'an empty Host', send: head('GET /healthz').replace('Host: a.example', 'Host:') },

    // Connections
    {
      name: 'pipelined requests',
      send:
        ['/', '/nothing', '/api/events']
          .map((path) => head(`GET ${path}`, session, 'Connection: keep-alive'))
          .join('') + NEXT,
    },
    {
      name: 'pipelined requests with bodies and HEAD',
      send:
        post(INVALID_EVENT, 'Connection: keep-alive') +
        head('HEAD /', 'Connection: keep-alive') +
        chunked('POST /api/events', INVALID_EVENT, 5, session, JSON_TYPE, 'Connection: keep-alive') +
        NEXT,
    },
    {
      name: 'an idle connection used again',
      send: async (client) => {
        for (let i = 1; i <= 5; i += 1) {
          client.send(head('GET /', 'Connection: keep-alive'));
          await answers(client, i);
          await pause(10);
        }
        client.send(NEXT);
      },
    },
    { name: 'an empty line before the request', send: `\r\n${NEXT}` },
    { name: 'Connection: Close in capitals', send: head('GET /', 'Connection: CLOSE') },
    { name: 'HTTP/1.0', send: 'GET / HTTP/1.0\r\nHost: a.example\r\n\r\n' },
    { name: 'HTTP/1.0 without Host', send: 'GET /healthz HTTP/1.0\r\n\r\n' },
    {
      name: 'HTTP/1.0 that keeps the connection',
      send: `GET / HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n${NEXT}`,
    },
    { name: 'HTTP/1.0 of JSON', send: `GET /api/events HTTP/1.0\r\nHost: a.example\r\n${session}\r\n\r\n` },
    {
      name: 'a head byte by byte',
      send: async (client) => {
        for (const byte of NEXT) {
          client.send(byte);
          await pause(1);
        }
      },
    },
    {
      name: 'a body in three pieces with pauses',
      send: async (client) => {
        const whole = post(INVALID_EVENT);
        for (const piece of [whole.slice(0, -8), whole.slice(-8, -4), whole.slice(-4)]) {
          client.send(piece);
          await pause(30);
        }
      },
    },
    {
      name: 'a slow reader of a large answer',
      send: async (client) => {
        client.socket.pause();
        client.send(head(`GET /api/photos/${largePhoto}`, session));
        await pause(200);
        client.socket.resume();
      },
    },
    { name: 'a client that says it has no more to send', send: (client) => void client.socket.end(NEXT) },
    {
      name: 'a client that ends in the middle of a head',
      send: (client) => void client.socket.end('GET / HTTP/1.1\r\nHost: a'),
    },
    {
      name: 'a client that ends in the middle of a body',
      send: (client) => void client.socket.end(post(INVALID_EVENT).slice(0, -3)),
    },

    // Streams and upgrades
    {
      name: 'SSE up to its first bytes',
      until: /retry: 2000\n\n\r\n$/,
      send: head('GET /api/notifications/stream', session),
    },
    {
      name: 'SSE to HTTP/1.0',
      until: /retry: 2000\n\n$/,
      send: `GET /api/notifications/stream HTTP/1.0\r\nHost: a.example\r\n${session}\r\n\r\n`,
    },
    { name: 'SSE without a session', send: head('GET /api/notifications/stream') },
    { name: 'WebSocket', until: /\r\n\r\n/, send: upgrade('/ws', 'websocket', session) },
    {
      name: 'WebSocket and a ping',
      until: /\x8a\x02hi/,
      send: async (client) => {
        client.send(upgrade('/ws', 'websocket', session));
        await client.until(/\r\n\r\n/);
        // A masked ping with the payload `hi` and a mask of zeros.
        client.send('\x89\x82\0\0\0\0hi');
      },
    },
    {
      name: 'WebSocket with a close',
      send: async (client) => {
        client.send(upgrade('/ws', 'websocket', session));
        await client.until(/\r\n\r\n/);
        client.send('\x88\x82\0\0\0\0\x03\xe8');
      },
    },
    { name: 'WebSocket without a session', send: upgrade('/ws', 'websocket') },
    { name: 'WebSocket elsewhere', send: upgrade('/nothing', 'websocket', session) },
    {
      name: 'WebSocket of a version that nobody knows',
      send: upgrade('/ws', 'websocket', session).replace('Version: 13', 'Version: 99'),
    },

    // Smuggling
    {
      name: 'both Content-Length and Transfer-Encoding',
      send: `${head('POST /api/events', session, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${NEXT}`,
    },
    {
      name: 'two lengths',
      send: `${head('POST /api/events', session, 'Content-Length: 5', 'Content-Length: 6')}hello${NEXT}`,
    },
    { name: 'a length that is none', send: `${head('POST /api/events', session, 'Content-Length: 5x')}hello${NEXT}` },
    { name: 'a negative length', send: `${head('POST /api/events', session, 'Content-Length: -1')}${NEXT}` },
    { name: 'line ends of LF alone', send: NEXT.replaceAll('\r\n', '\n') },
    { name: 'a space before the colon', send: head('GET /', 'X-A : 1') + NEXT },
    { name: 'a folded header', send: head('GET /', 'X-A: 1\r\n X-B: 2') + NEXT },
    { name: 'NUL in a value', send: head('GET /', 'X-A: \0') },
    { name: 'CR in a value', send: head('GET /', 'X-A: a\rX-B: b') },
    {
      name: 'no Host',
      send: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
      differs: throughProxy(REFUSED, ANSWER_400),
    },
    { name: 'two Hosts', send: head('GET /', 'Host: b.example'), differs: throughProxy(REFUSED, ANSWER_400) },
    {
      name: 'a Host with a path',
      send: head('GET /').replace('Host: a.example', 'Host: a.example/b'),
      differs: throughProxy(REFUSED, ANSWER_400),
    },
    {
      name: 'an unrequested transfer coding',
      send: `${head('POST /api/events', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
      differs: throughProxy(REFUSED, /^HTTP\/1\.1 501 /),
    },
    {
      name: 'a transfer coding without chunked',
      send: `${head('POST /api/events', 'Transfer-Encoding: gzip')}hello`,
      differs: throughProxy(REFUSED, /^HTTP\/1\.1 501 /),
    },
    {
      name: 'a chunk size that is none',
      send: `${head('POST /api/events', session, JSON_TYPE, 'Transfer-Encoding: chunked')}zz\r\nhello\r\n0\r\n\r\n`,
    },
    {
      name: 'a chunk longer than its size',
      send: `${head('POST /api/events', session, JSON_TYPE, 'Transfer-Encoding: chunked')}5\r\nhelloXX\r\n0\r\n\r\n`,
    },
    {
      name: 'HTTP/2.0 in words',
      send: 'GET / HTTP/2.0\r\nHost: a.example\r\n\r\n',
      differs: throughProxy(REFUSED, /^HTTP\/1\.1 505 /),
    },
    { name: 'the preface of HTTP/2', send: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { name: 'a TLS hello', send: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
    { name: 'no protocol at all', send: 'hello\r\n\r\n' },
    {
      name: 'a request that is none behind one that is',
      send: `${head('GET /healthz', 'Connection: keep-alive')}hello\r\n\r\n`,
    },
  ];
}

function upgrade(path: string, protocol: string, ...headers: string[]): string {
  return head(
    `GET ${path}`,
    ...headers,
    'Connection: Upgrade',
    `Upgrade: ${protocol}`,
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
  );
}
