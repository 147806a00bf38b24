import { rawConnection } from '../support/raw-client';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';
import { OK, rawUpstream, type RawUpstream } from './raw-upstream';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Answers that begin well and end badly: the client must see that it has not got all. */
const HALVES: readonly [name: string, answer: string, end: 'close' | 'reset' | 'stay'][] = [
  ['less than Content-Length', `${HEAD}Content-Length: 10\r\n\r\nhello`, 'close'],
  ['less than Content-Length, then a reset', `${HEAD}Content-Length: 10\r\n\r\nhello`, 'reset'],
  [
    'less than Content-Length beside Connection: close',
    `${HEAD}Connection: close\r\nContent-Length: 10\r\n\r\nhello`,
    'close',
  ],
  ['chunks without the last', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'close'],
  ['chunks without the last, then a reset', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'reset'],
  [
    'chunks without the last beside Connection: close',
    `${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    'close',
  ],
  ['half a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n50\r\nhello`, 'close'],
  ['a chunk size that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\nx\r\n`, 'stay'],
  ['a chunk longer than its size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX\r\n0\r\n\r\n`, 'stay'],
  [
    'a length among the trailers',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n`,
    'stay',
  ],
];

/** Answers that are none, or that two readers may understand differently: 502, and nothing of them reaches the client. */
const REFUSED: readonly [name: string, answer: string][] = [
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
  [
    'both Content-Length and Transfer-Encoding',
    `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ],
  ['two lengths', `${HEAD}Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello`],
  ['an unrequested transfer coding', `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
  ['a coded body up to the end of the connection', `${HEAD}Transfer-Encoding: gzip\r\n\r\nhello`],
  ['line ends of LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['CR in a value', `${HEAD}X-A: a\rSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok`],
  ['NUL in a value', `${HEAD}X-A: a\x00b\r\nContent-Length: 2\r\n\r\nok`],
  ['a space before the colon', `${HEAD}Content-Length : 2\r\n\r\nok`],
  ['a folded header', `${HEAD}X-A: a\r\n Set-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok`],
  ['a name with a space', `${HEAD}X A: a\r\nContent-Length: 2\r\n\r\nok`],
  ['a status under 100', 'HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok'],
  ['a status over 999', 'HTTP/1.1 1000 X\r\nContent-Length: 2\r\n\r\nok'],
  [
    'a switch of protocols that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello',
  ],
  ['headers over 64 kB', `${HEAD}X-A: ${'x'.repeat(70_000)}\r\nContent-Length: 2\r\n\r\nok`],
];

/** Odd, but clear: passed on. */
const PASSED: readonly [name: string, answer: string, expected: RegExp][] = [
  [
    '304 with the length of what it stands for',
    'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n',
    /^HTTP\/1\.1 304 Not Modified\r\nETag: "x"\r\n[^]*\r\n\r\n$/,
  ],
  [
    '304 that calls itself chunked',
    'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
    /^HTTP\/1\.1 304 Not Modified\r\n[^]*\r\n\r\n$/,
  ],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', /^HTTP\/1\.1 204 No Content\r\n[^]*\r\n\r\n$/],
  [
    '204 with a length',
    'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
    /^HTTP\/1\.1 204 No Content\r\n[^]*\r\n\r\n$/,
  ],
  [
    'a reason phrase in UTF-8',
    'HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\nContent-Length: 2\r\n\r\nok',
    /^HTTP\/1\.1 200 \xc3\xa9t\xc3\xa9\r\n[^]*\r\n\r\nok$/,
  ],
  [
    'a reason phrase in latin1',
    'HTTP/1.1 200 \xe9t\xe9\r\nContent-Length: 2\r\n\r\nok',
    /^HTTP\/1\.1 200 \xe9t\xe9\r\n[^]*\r\n\r\nok$/,
  ],
  [
    'a control character in the reason phrase',
    'HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok',
    /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/,
  ],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', /^HTTP\/1\.1 200 \r\n[^]*\r\n\r\nok$/],
  ['bytes over 0x7f in a value', `${HEAD}X-A: \xe9\xff\r\nContent-Length: 2\r\n\r\nok`, /\r\nX-A: \xe9\xff\r\n/],
  [
    '2,500 headers',
    `${HEAD}${'a: b\r\n'.repeat(2_500)}Content-Length: 2\r\n\r\nok`,
    /^HTTP\/1\.1 200 OK\r\n(a: b\r\n){2500}[^]*\r\n\r\nok$/,
  ],
  [
    'many Set-Cookie',
    `${HEAD}${Array.from({ length: 60 }, (_, i) => `Set-Cookie: c${i}=${i}; Expires=Wed, 01 Jan 2031 00:00:00 GMT\r\n`).join('')}Content-Length: 2\r\n\r\nok`,
    /(Set-Cookie: c\d+=\d+; Expires=Wed, 01 Jan 2031 00:00:00 GMT\r\n){60}/,
  ],
  [
    '205 with a body',
    'HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello',
    /^HTTP\/1\.1 205 [^]*\r\n\r\nhello$/,
  ],
  ['status 999', 'HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\nok', /^HTTP\/1\.1 999 X\r\n[^]*ok$/],
  ['processing (102) before the answer', `HTTP/1.1 102 Processing\r\n\r\n${OK}`, /^HTTP\/1\.1 200 OK\r\n[^]*ok$/],
  ['hints without Link', `HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n${OK}`, /^HTTP\/1\.1 200 OK\r\n[^]*ok$/],
  [
    'hints that Node refuses',
    `HTTP/1.1 103 Early Hints\r\nLink: nonsense\r\n\r\n${OK}`,
    /^HTTP\/1\.1 200 OK\r\n[^]*ok$/,
  ],
  ['more than the length', `${HEAD}Content-Length: 2\r\n\r\nokMORE`, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/],
];

describe('answers of a broken or hostile upstream', () => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;

  beforeAll(async () => {
    upstream = await rawUpstream();
    proxy = await runProxy({ legacyUrl: upstream.url, legacyTimeout: 1_000 });
  });
  afterAll(async () => {
    await proxy.close();
    await upstream.close();
  });

  it.each(HALVES)('breaks off: %s', async (_name, answer, end) => {
    upstream.answer((socket) => {
      socket.write(answer, 'latin1');
      if (end === 'close') socket.end();
      if (end === 'reset') setImmediate(() => socket.resetAndDestroy());
    });
    for (const method of ['GET', 'POST']) {
      const client = await rawConnection(proxy.port);
      client.send(GET.replace('GET', method).replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'));
      const received = await client.closed();
      if (/^HTTP\/1\.1 502 /.test(received)) continue;
      // A length that is not reached, or chunks that do not end.
      expect(received).toMatch(/Content-Length: 10\r\n|Transfer-Encoding: chunked\r\n|^$/);
      expect(received).not.toMatch(/\r\n0\r\n(.*\r\n)?\r\n$/);
    }
  });

  it('breaks off a body up to the end of the connection when that is reset', async () => {
    let reset = (): void => undefined;
    upstream.answer((socket) => {
      socket.write(`${HEAD}\r\nhello`);
      reset = () => void socket.resetAndDestroy();
    });
    const client = await rawConnection(proxy.port);
    client.send(GET);
    await client.until(/hello/);
    reset();
    expect(await client.closed()).toMatch(/\r\n5\r\nhello\r\n$/);
  });

  it('resets the connection of an HTTP/1.0 client, who has nothing else to know half from whole by', async () => {
    upstream.answer((socket) => {
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
      setTimeout(() => socket.destroy(), 20);
    });
    const client = await rawConnection(proxy.port);
    const fault = new Promise<string | undefined>((resolve) => {
      client.socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      client.socket.on('end', () => resolve('ended regularly'));
    });
    client.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    expect(await fault).toBe('ECONNRESET');
  });

  it.each(REFUSED)('answers 502 instead of %s', async (_name, answer) => {
    upstream.answer((socket) => void socket.end(answer, 'latin1'));
    const client = await rawConnection(proxy.port);
    client.send(GET);
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(received).not.toMatch(/evil|hello/);
  });

  it.each(PASSED)(
    'passes on %s, and serves the next request on the same connection',
    async (_name, answer, expected) => {
      upstream.answer(answer);
      const client = await rawConnection(proxy.port);
      client.send(GET);
      await waitFor('the answer', () => {
        if (expected.test(client.received())) return true;
        if (client.socket.destroyed) throw new Error(`closed after ${JSON.stringify(client.received().slice(0, 300))}`);
        return false;
      });
      const before = client.received();
      upstream.answer(OK);
      client.send('GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect((await client.closed()).slice(before.length)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    },
  );

  it('never gives one client what an upstream sent behind the answer of another', async () => {
    upstream.answer(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
    const first = await rawConnection(proxy.port);
    first.send(GET);
    await first.until(/ok$/);
    upstream.answer(OK);
    for (let i = 0; i < 5; i += 1) {
      const next = await rawConnection(proxy.port);
      next.send(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      expect(await next.closed()).toMatch(/\r\n\r\nok$/);
    }
    first.destroy();
  });

  it('forwards a few hints of a flood, and none to HTTP/1.0', async () => {
    upstream.answer('HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'.repeat(2_000) + OK);
    const client = await rawConnection(proxy.port);
    client.send(GET);
    expect((await client.until(/ok$/)).match(/ 103 /g)?.length).toBeLessThan(20);
    client.destroy();
    const old = await rawConnection(proxy.port);
    old.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    expect(await old.closed()).toMatch(/^HTTP\/1\.1 200 OK[^]*ok$/);
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['hints and no answer', 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'],
  ])('answers 504 when the upstream says %s', async (_name, answer) => {
    upstream.answer((socket) => void socket.write(answer || Buffer.alloc(0)));
    const client = await rawConnection(proxy.port);
    client.send(GET);
    expect(await client.closed()).toMatch(/HTTP\/1\.1 504 Gateway Timeout\r\n/);
  });

  it('answers 502 when the upstream closes without a word, an unsafe request having been sent once', async () => {
    upstream.answer((socket) => void socket.destroy());
    upstream.requests.splice(0);
    const client = await rawConnection(proxy.port);
    client.send('POST /once HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 502 /);
    expect(upstream.requests.map(({ line }) => line)).toEqual(['POST /once']);
  });
});
