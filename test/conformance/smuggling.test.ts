import { rawConnection } from '../support/raw-client';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';
import { rawUpstream, type RawUpstream } from './raw-upstream';

/**
 * Requests that two readers may understand differently (RFC 9112 section 11.2). Whatever the proxy makes of one, it is
 * refused or reaches the upstream as exactly one request; what stands in a body or behind a refused request never becomes another.
 */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`;

/** A request on `/` with these headers and what follows them. */
const post = (headers: string, body: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
const get = (headers: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`;

const REFUSED: readonly [name: string, request: string][] = [
  ['Content-Length, then Transfer-Encoding', post('Content-Length: 4\r\nTransfer-Encoding: chunked', CHUNKED)],
  ['Transfer-Encoding, then Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 4', CHUNKED)],
  ['two lengths', post('Content-Length: 5\r\nContent-Length: 0', SMUGGLED)],
  ['the same length twice', post('Content-Length: 0\r\nContent-Length: 0', SMUGGLED)],
  ['a list of lengths', post('Content-Length: 0, 0', SMUGGLED)],
  ['a signed length', post('Content-Length: +0', SMUGGLED)],
  ['a negative length', post('Content-Length: -1', SMUGGLED)],
  ['a hexadecimal length', post('Content-Length: 0x5', SMUGGLED)],
  ['an empty length', post('Content-Length:', SMUGGLED)],
  ['a length in two words', post('Content-Length: 0 35', SMUGGLED)],
  ['a length over 64 bits', post('Content-Length: 99999999999999999999', SMUGGLED)],
  ['a length that a number does not hold', post('Content-Length: 9007199254740993', SMUGGLED)],
  ['Transfer-Encoding: identity', post('Transfer-Encoding: identity', SMUGGLED)],
  ['Transfer-Encoding: identity beside a length', post('Transfer-Encoding: identity\r\nContent-Length: 0', SMUGGLED)],
  ['an empty Transfer-Encoding', get('Transfer-Encoding:') + SMUGGLED],
  ['an empty Transfer-Encoding beside a length', post('Transfer-Encoding:\r\nContent-Length: 0', SMUGGLED)],
  ['Transfer-Encoding: xchunked', post('Transfer-Encoding: xchunked', CHUNKED)],
  ['Transfer-Encoding: "chunked"', post('Transfer-Encoding: "chunked"', CHUNKED)],
  ['Transfer-Encoding: chunked;q=1', post('Transfer-Encoding: chunked;q=1', CHUNKED)],
  ['Transfer-Encoding: gzip, chunked', post('Transfer-Encoding: gzip, chunked', CHUNKED)],
  ['Transfer-Encoding: chunked, identity', post('Transfer-Encoding: chunked, identity', CHUNKED)],
  ['Transfer-Encoding: chunked,', post('Transfer-Encoding: chunked,', CHUNKED)],
  ['Transfer-Encoding: ,chunked', post('Transfer-Encoding: ,chunked', CHUNKED)],
  ['Transfer-Encoding after a vertical tab', post('Transfer-Encoding: \x0bchunked', CHUNKED)],
  ['two Transfer-Encoding', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', CHUNKED)],
  ['two Transfer-Encoding, the other way', post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', CHUNKED)],
  ['a space before the colon', post('Transfer-Encoding : chunked', CHUNKED)],
  ['a tab before the colon', post('Transfer-Encoding\t: chunked', CHUNKED)],
  ['a folded Transfer-Encoding', post('Transfer-Encoding:\r\n chunked', CHUNKED)],
  ['a folded header', get('X-A: 1\r\n Content-Length: 35') + SMUGGLED],
  ['a header without a colon', get('Content-Length')],
  ['a header without a name', get(': 35')],
  ['a first header behind a space', 'GET / HTTP/1.1\r\n Host: a\r\nX-A: 1\r\n\r\n'],
  ['HTTP/1.0 with Transfer-Encoding', post('Transfer-Encoding: chunked', CHUNKED).replace('HTTP/1.1', 'HTTP/1.0')],
  ['line ends of LF alone', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['a header that ends in LF alone', get('X-A: 1\nX-B: 2')],
  ['a head that ends in LF alone', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
  ['CR in a value', get('X-A: 1\rContent-Length: 35') + SMUGGLED],
  ['NUL in a value', get('X-A: 1\x002')],
  ['a control character in a value', get('X-A: 1\x012')],
  ['NUL in a name', get('X\x00A: 1')],
  ['NUL in the target', 'GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['CR in the target', 'GET /\r HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tab in the target', 'GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['bytes over 0x7f in the target', 'GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a relative target', 'GET a HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['two Host', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['the same Host twice', 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\nX-A: 1\r\n\r\n'],
  ['a list of hosts', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['HTTP/2.0 in words', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a version in small letters', 'GET / http/1.1\r\nHost: a\r\n\r\n'],
  ['an unknown method', 'SMUGGLE / HTTP/1.1\r\nHost: a\r\n\r\n'],
];

/** Refused while the body comes: the upstream may have seen the beginning of a request, never the end of one. */
const BROKEN_CHUNKS: readonly [name: string, chunks: string][] = [
  ['a size with 0x', `0x5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a negative size', `-5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a size over 64 bits', `10000000000000005\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a size behind a space', ` 5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a size before a space', `5 \r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a size that ends in LF alone', `5\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['an extension with LF', `5;a\nb\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['data that end in LF alone', `5\r\nhello\n0\r\n\r\n${SMUGGLED}`],
  ['more data than the size', `5\r\nhelloXX\r\n0\r\n\r\n${SMUGGLED}`],
  ['less data than the size', `9\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  ['a length among the trailers', `5\r\nhello\r\n0\r\nContent-Length: 35\r\n\r\n${SMUGGLED}`],
];

describe('request smuggling', () => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;

  beforeAll(async () => {
    upstream = await rawUpstream();
    proxy = await runProxy({ legacyUrl: upstream.url, trustedHops: 1 });
  });
  afterAll(async () => {
    await proxy.close();
    await upstream.close();
  });
  beforeEach(() => void upstream.requests.splice(0));

  const lines = (): string[] => upstream.requests.map(({ line }) => line);

  it.each(REFUSED)('refuses %s, and nothing reaches the upstream, not even what follows', async (_name, request) => {
    const client = await rawConnection(proxy.port);
    client.send(request + SMUGGLED);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 (400|417|501|505) [^]*\r\n\r\n/);
    expect(lines()).toEqual([]);
  });

  it.each(BROKEN_CHUNKS)('refuses chunks with %s, and no whole request reaches the upstream', async (_name, chunks) => {
    const client = await rawConnection(proxy.port);
    client.send(post('Transfer-Encoding: chunked', chunks));
    expect(await client.closed()).not.toMatch(/ 200 OK/);
    await waitFor('the upstream to be let go', () => upstream.unfinished() === '');
    expect(lines()).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE', 'TRACE', 'PATCH'])(
    'carries the body of %s as a body, chunked or with a length, over a connection that is used again',
    async (method) => {
      for (const request of [
        `${method} /one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
        `${method} /two HTTP/1.1\r\nHost: a\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
        `${method} /three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: Transfer-Encoding\r\n\r\n${CHUNKED}`,
        `${method} /four HTTP/1.1\r\nHost: a\r\nContent-Length: ${SMUGGLED.length}\r\nConnection: close, Content-Length\r\n\r\n${SMUGGLED}`,
      ]) {
        const client = await rawConnection(proxy.port);
        client.send(request);
        await client.until(/ 200 OK[^]*\r\n\r\n/);
        client.destroy();
      }
      expect(lines()).toEqual([`${method} /one`, `${method} /two`, `${method} /three`, `${method} /four`]);
      expect(upstream.requests.map(({ body }) => body)).toEqual(Array(4).fill(SMUGGLED));
    },
  );

  it('says one length once, and no name that only looks like one', async () => {
    const client = await rawConnection(proxy.port);
    client.send(post('Transfer_Encoding: chunked\r\nContent-Length: 005\r\nConnection: close', 'hello'));
    await client.closed();
    expect(upstream.requests[0]?.head.match(/^(content-length|transfer-encoding):.*/gim)).toEqual([
      'Content-Length: 5',
    ]);
    expect(upstream.requests[0]?.body).toBe('hello');
  });

  it('drops chunk extensions, and trailers that would say who the client is', async () => {
    const client = await rawConnection(proxy.port);
    client.send(
      post(
        'Transfer-Encoding: chunked\r\nTrailer: X-Forwarded-For\r\nConnection: close',
        '5;a="b"\r\nhello\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\nCookie: sid=evil\r\nX-Sum: 1\r\n\r\n',
      ),
    );
    expect(await client.closed()).toMatch(/ 200 OK/);
    expect(upstream.requests[0]).toMatchObject({ body: 'hello', trailers: 'X-Sum: 1\r\n' });
    expect(upstream.requests[0]?.head).not.toMatch(/6\.6\.6\.6|evil/i);
  });

  it('sends HTTP/1.0 without Host on with an empty one, never with the monolith’s own address', async () => {
    const client = await rawConnection(proxy.port);
    client.send('GET / HTTP/1.0\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(upstream.requests[0]?.head).toMatch(/^host: *$/im);
  });

  it('refuses an absolute-form target whose authority is not the Host', async () => {
    const client = await rawConnection(proxy.port);
    client.send('GET http://elsewhere.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(lines()).toEqual([]);
  });

  it('answers an unknown expectation with 417 and takes its body for a body', async () => {
    const client = await rawConnection(proxy.port);
    client.send(
      `${post(`Expect: 200-ok\r\nContent-Length: ${SMUGGLED.length}`, SMUGGLED)}GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 417 [^]* 200 OK/);
    expect(lines()).toEqual(['GET /next']);
  });

  it('closes on CONNECT', async () => {
    const client = await rawConnection(proxy.port);
    client.send(`CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n${SMUGGLED}`);
    expect(await client.closed()).toBe('');
    expect(lines()).toEqual([]);
  });

  describe('behind an offer to upgrade', () => {
    const handshake =
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 777\r\n';

    it('a refused handshake opens no tunnel', async () => {
      upstream.answer((socket, { line }) =>
        socket.write(
          line === 'GET /ws'
            ? 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n'
            : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
        ),
      );
      const client = await rawConnection(proxy.port);
      client.send(`${handshake}\r\n`);
      await client.until(/ 426 /);
      client.send(SMUGGLED);
      expect(await client.closed()).not.toContain('evil');
      expect(lines()).toEqual(['GET /ws']);
      upstream.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });

    it.each([
      ['a length', `Content-Length: ${SMUGGLED.length}`, SMUGGLED],
      ['chunks', 'Transfer-Encoding: chunked', CHUNKED],
    ])('a handshake with a body by %s is an ordinary request', async (_name, framing, body) => {
      const client = await rawConnection(proxy.port);
      client.send(`${handshake}${framing}\r\n\r\n${body}`);
      await client.until(/ 200 OK/);
      client.destroy();
      expect(lines()).toEqual(['GET /ws']);
      expect(upstream.requests[0]?.body).toBe(SMUGGLED);
      expect(upstream.requests[0]?.head).not.toMatch(/^upgrade/im);
    });

    it.each([
      ['a length', 'Content-Length: 5', 'hello'],
      ['chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ])('the body beside Upgrade: h2c arrives by %s, and so does the next request', async (_name, framing, body) => {
      const client = await rawConnection(proxy.port);
      client.send(
        `POST /one HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n${framing}\r\n\r\n${body}GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expect((await client.closed()).match(/ 200 OK/g)).toHaveLength(2);
      expect(lines().sort()).toEqual(['GET /two', 'POST /one']);
      expect(upstream.requests.find(({ line }) => line === 'POST /one')).toMatchObject({ body: 'hello' });
      expect(upstream.requests[0]?.head).not.toMatch(/h2c|http2-settings/i);
    });

    it('an offer with an unclear length is refused', async () => {
      const client = await rawConnection(proxy.port);
      client.send(`${handshake}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKED}${SMUGGLED}`);
      expect(await client.closed()).toMatch(/^HTTP\/1\.1 501 /);
      expect(lines()).toEqual([]);
    });
  });
});
