import { createServer, type ServerResponse } from 'node:http';
import { ClientConnections } from '../../../../proxy/forward/client-connections';
import { ignoreUpgrade } from '../../../../proxy/forward/ignore-upgrade';
import { listen } from '../../../support/listen';
import { rawConnection, type RawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const H2C = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n';
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

describe('a request with Upgrade behind others of its connection', () => {
  let legacy: RecordingServer;
  let proxy: RunningProxy;
  let client: RawConnection;
  /** Answers that legacy has not given, by path. */
  const pending = new Map<string, ServerResponse>();

  beforeEach(async () => {
    legacy = await recordingServer();
    legacy.answer((request, response) => void pending.set(request.url ?? '', response));
    proxy = await runProxy({ legacyUrl: legacy.url });
    client = await rawConnection(proxy.port);
  });
  afterEach(async () => {
    client.destroy();
    pending.clear();
    await proxy.close();
    await legacy.close();
  });

  const isAsked = async (path: string): Promise<ServerResponse> =>
    waitFor(`${path} to reach legacy`, () => pending.get(path));

  it('is answered in its turn, and so is what follows', async () => {
    client.send(get('/a') + get('/b', H2C));
    (await isAsked('/a')).end('<a>');
    (await isAsked('/b')).end('<b>');
    await client.until(/<a>[^]*<b>/);
    client.send(get('/c'));
    (await isAsked('/c')).end('<c>');
    await client.until(/<a>[^]*<b>[^]*<c>/);
    expect(legacy.requests.map(({ url }) => url)).toEqual(['/a', '/b', '/c']);
  });

  it.each(['one write', 'byte by byte'])('40 with bodies that overlap slow answers, in %s', async (how) => {
    legacy.answer((request, response) => {
      request.on('end', () => setTimeout(() => response.end(`<${request.url ?? ''}>`), 3)).resume();
    });
    const requests = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? `POST /${i} HTTP/1.1\r\nHost: a\r\n${H2C}Content-Length: 5\r\n\r\nhello`
        : `POST /${i} HTTP/1.1\r\nHost: a\r\n${H2C}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    ).join('');
    if (how === 'one write') client.send(requests);
    else for (const byte of requests) client.send(byte);
    await client.until(/<\/39>/);
    const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
    expect(client.received().match(/<\/\d+>/g)).toEqual(paths.map((path) => `<${path}>`));
    expect(legacy.requests.map(({ url, body }) => `${url} ${body}`)).toEqual(paths.map((path) => `${path} hello`));
  });

  it.each([
    ['h2c', H2C],
    ['WebSocket', WEBSOCKET],
  ])('%s waits until an answer larger than any buffer has been read', async (_name, headers) => {
    const size = 8 * 1024 * 1024;
    client.socket.pause();
    client.send(get('/large') + get('/next', headers));
    (await isAsked('/large')).end('x'.repeat(size));
    expect(legacy.requests).toHaveLength(1);
    client.socket.resume();
    (await isAsked('/next')).end('<next>');
    await client.until(/<next>/);
    expect(client.received().match(/x{1000}/g)?.length).toBeGreaterThan(size / 1000 - 200);
  });

  it('a WebSocket handshake reaches legacy once all before it is answered', async () => {
    legacy.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n<hello>');
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`)).on('end', () => socket.end());
    });
    client.send(get('/a') + get('/b') + get('/ws', WEBSOCKET));
    (await isAsked('/b')).end('<b>');
    (await isAsked('/a')).end('<a>');
    await client.until(/<a>[^]*<b>[^]* 101 [^]*<hello>/);
    client.send('frame');
    await client.until(/<frame>/);
    client.destroy();
  });

  it('a tunnel is read from, also when the body of a request before had stopped the reading', async () => {
    legacy.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n<hello>');
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`)).on('end', () => socket.end());
    });
    const body = 'x'.repeat(20_000);
    client.send(
      `${get('/a', H2C)}PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}${get('/ws', WEBSOCKET)}`,
    );
    (await isAsked('/a')).end('<a>');
    (await isAsked('/b')).end('<b>');
    await client.until(/<hello>/);
    client.send('frame');
    await client.until(/<frame>/);
    client.destroy();
  });

  it('a refused handshake is answered to its end, however slowly the client reads', async () => {
    const size = 8 * 1024 * 1024;
    client.socket.pause();
    client.send(get('/ws', WEBSOCKET));
    (await isAsked('/ws')).end('x'.repeat(size));
    client.socket.resume();
    expect((await client.closed()).match(/x/g)).toHaveLength(size);
  });

  it.each([
    ['h2c', H2C],
    ['WebSocket', WEBSOCKET],
  ])('%s is never asked once an error of ours has ended the connection', async (_name, headers) => {
    client.send(get('/a') + get('/bad', 'Host: b\r\n') + get('/next', headers));
    (await isAsked('/a')).end('<a>');
    expect(await client.closed()).toMatch(/<a>[^]* 400 /);
    expect(legacy.requests.map(({ url }) => url)).toEqual(['/a']);
  });

  it('gives up what it waits for when the client goes', async () => {
    let isOpen = true;
    client.send(get('/stream') + get('/b', H2C));
    const stream = await isAsked('/stream');
    stream.on('close', () => (isOpen = false));
    stream.write('data: 1\n\n');
    await client.until(/data: 1/);
    client.destroy();
    await waitFor('the stream to be given up', () => !isOpen);
    expect(legacy.requests).toHaveLength(1);
  });
});

it('a request that waited may take longer than an idle connection is kept', async () => {
  const server = createServer({ keepAliveTimeout: 50 }, (request, response) => {
    connections.begin(request.socket, response);
    setTimeout(() => response.end(`<${request.url ?? ''}>`), request.url === '/b' ? 1_500 : 10);
  });
  const connections = new ClientConnections(server);
  server.on('upgrade', (request, _socket, rest: Buffer) =>
    connections.whenAnswered(request.socket, () => ignoreUpgrade(server, request, request.socket, rest)),
  );
  const client = await rawConnection(await listen(server));
  try {
    client.send(get('/a') + get('/b', H2C));
    await client.until(/<\/a>[^]*<\/b>/);
  } finally {
    client.destroy();
    server.close();
  }
});
