import { once } from 'node:events';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameBoundary } from '../../../../proxy/forward/websocket-frames';
import { exchangeRaw, rawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

describe('WebSocket upgrade to legacy', () => {
  let legacy: RecordingServer;
  let sockets: WebSocketServer;
  let proxy: RunningProxy;

  beforeEach(async () => {
    legacy = await recordingServer();
    sockets = new WebSocketServer({ noServer: true });
    legacy.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/refused') {
        socket.end('HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n');
        return;
      }
      if (request.url === '/odd') {
        socket.end('HTTP/1.1 400 Bad\x01Request\r\nContent-Length: 2\r\n\r\nno');
        return;
      }
      if (request.url === '/099') {
        socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nno');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
        webSocket.send(JSON.stringify(request.headers));
      });
    });
    proxy = await runProxy({ legacyUrl: legacy.url, trustedHops: 0 });
  });

  afterEach(async () => {
    await proxy.close();
    sockets.close();
    for (const client of sockets.clients) client.terminate();
    await legacy.close();
  });

  const open = async (): Promise<{ client: WebSocket; greeting: Record<string, string> }> => {
    const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/ws`, {
      headers: { Cookie: 'sid=1', 'X-Forwarded-For': '6.6.6.6' },
    });
    const [data] = (await once(client, 'message')) as [Buffer];
    return { client, greeting: JSON.parse(data.toString()) as Record<string, string> };
  };

  it('carries messages both ways, with the cookie and the true client', async () => {
    const { client, greeting } = await open();
    expect(greeting).toMatchObject({
      cookie: 'sid=1',
      'x-forwarded-for': '127.0.0.1',
      host: `127.0.0.1:${proxy.port}`,
    });
    client.send('x'.repeat(100_000));
    const [echo] = (await once(client, 'message')) as [Buffer];
    expect(echo).toHaveLength(100_000);
    client.close();
    await once(client, 'close');
  });

  it.each([
    ['/odd', /^HTTP\/1.1 400 Bad Request\r\n[^]*no$/],
    ['/099', /^$/],
  ])('survives a refusal that Node would not send: %s', async (path, expected) => {
    const offer =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    const answer = await exchangeRaw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${offer}\r\n\r\n`);
    expect(answer).toMatch(expected);
    const { client } = await open();
    client.terminate();
  });

  it('closes WebSockets with 1001 when it drains', async () => {
    const { client } = await open();
    const closed = proxy.close();
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(1001);
    await closed;
    await waitFor('legacy to see the end', () => sockets.clients.size === 0);
  });

  it('passes a refusal on with a readable body', async () => {
    const answer = await exchangeRaw(
      proxy.port,
      'GET /refused HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 401 Unauthorized/);
    expect(answer).toMatch(/\r\nConnection: close\r\n[^]*\r\n\r\n4\r\nnope\r\n0\r\n\r\n$/);
  });

  it('answers 502 without naming the host when legacy is down, and survives clients that vanish', async () => {
    await legacy.close();
    const request =
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';
    const answer = await exchangeRaw(proxy.port, request);
    expect(answer).toMatch(/^HTTP\/1.1 502 [^]*"code":"upstream_refused"/);
    expect(answer).not.toContain(String(legacy.port));
    for (let i = 0; i < 20; i += 1) {
      const vanishing = await rawConnection(proxy.port);
      vanishing.send(request);
      vanishing.socket.resetAndDestroy();
    }
    expect(
      await exchangeRaw(proxy.port, 'GET /.banyan/livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    ).toMatch(/ 200 OK/);
  });
});

describe('frame boundary', () => {
  const frame = (length: number): Buffer => {
    const header =
      length < 126
        ? [0x82, length]
        : length < 65_536
          ? [0x82, 126, length >> 8, length & 255]
          : [0x82, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
    return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0x82)]);
  };

  it('knows, however the stream is cut, when it stands between two frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 125, 126, 200, 65_535, 65_536), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40_000 })),
        (lengths, cuts) => {
          const ends = new Set<number>();
          let total = 0;
          for (const length of lengths) ends.add((total += frame(length).length));
          const stream = Buffer.concat(lengths.map(frame));
          const boundary = new FrameBoundary();
          let position = 0;
          while (position < stream.length) {
            const next = Math.min(stream.length, position + (cuts.next().value as number));
            boundary.push(stream.subarray(position, next));
            position = next;
            expect(boundary.isBetweenFrames).toBe(ends.has(position));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
