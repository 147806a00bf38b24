import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { createUpgradeForwarder } from '../../../../proxy/forward/upgrade';
import { capturedLogger } from '../../../support/captured-logger';
import { listen } from '../../../support/listen';
import { rawConnection } from '../../../support/raw-client';

const read = (name: string): string => readFileSync(path.join(__dirname, '../http1/certificate', name), 'utf8');
const CERTIFICATE = read('certificate.pem');
const SWITCH = [
  'HTTP/1.1 101 Switching Protocols',
  'upgrade: websocket',
  'CONNECTION: upgrade, x-hop',
  'X-Hop: 1',
  'Keep-Alive: timeout=5',
  'Set-Cookie: a=1',
  'set-cookie: b=2',
];

describe('headers of a WebSocket handshake', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** Sends a handshake; returns what legacy got and what the client got. */
  async function shake(
    legacy: Server,
    urlOf: (port: number) => string,
    head: readonly string[],
    trustedHops = 1,
  ): Promise<{ request: IncomingMessage | undefined; answer: string }> {
    let request: IncomingMessage | undefined;
    legacy.on('upgrade', (received: IncomingMessage, socket: Duplex) => {
      request = received;
      socket.end(`${SWITCH.join('\r\n')}\r\n\r\n`);
    });
    const url = new URL(urlOf(await listen(legacy)));
    const upgrades = createUpgradeForwarder(url, trustedHops, capturedLogger(), { ca: CERTIFICATE });
    const edge = createHttpServer().on('upgrade', (received, _socket, rest: Buffer) =>
      upgrades.upgrade(received, received.socket, rest),
    );
    servers.push(legacy, edge);
    const client = await rawConnection(await listen(edge));
    client.send([...head, '', ''].join('\r\n'));
    return { answer: await client.closed(), request };
  }

  const HANDSHAKE = [
    'GET /ws?a=%7C HTTP/1.1',
    'Host: client.example',
    'connection: keep-alive, Upgrade, X-Named',
    'uPgrade: websocket',
    'Sec-WebSocket-KEY: AAAAAAAAAAAAAAAAAAAAAA==',
    'X-Named: 1',
    'X-Banyan-Force: legacy',
    'Proxy-Authorization: Basic eDp5',
    'TE: trailers',
    'X-rePeated: 1',
    'X-Repeated: 2',
    'X-Forwarded-For: 6.6.6.6',
    'Cookie: a=1',
  ];

  it('are those of any request: nothing of this connection or of ours, spelt and repeated as they came', async () => {
    const { request } = await shake(createHttpServer(), (port) => `http://127.0.0.1:${port}`, HANDSHAKE);
    expect(request?.url).toBe('/ws?a=%7C');
    expect(request?.rawHeaders).toEqual([
      ...['Host', 'client.example'],
      ...['Sec-WebSocket-KEY', 'AAAAAAAAAAAAAAAAAAAAAA=='],
      ...['X-rePeated', '1', 'X-Repeated', '2'],
      ...['X-Forwarded-For', '6.6.6.6', 'Cookie', 'a=1'],
      ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
    ]);
  });

  it('say who the client is where this proxy is the edge', async () => {
    const { request } = await shake(createHttpServer(), (port) => `http://127.0.0.1:${port}`, HANDSHAKE, 0);
    expect(request?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'client.example',
    });
  });

  it('of the answer: without those of the connection to legacy, in their order and spelling', async () => {
    const { answer } = await shake(createHttpServer(), (port) => `http://127.0.0.1:${port}`, HANDSHAKE);
    expect(answer).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nCONNECTION: Upgrade\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n',
    );
  });

  it.each(['localhost', '127.0.0.1'])('over TLS the name asked for is %s, not the Host of the client', async (host) => {
    const legacy = createHttpsServer({ key: read('key.pem'), cert: CERTIFICATE });
    let name: unknown;
    legacy.on('secureConnection', (socket) => (name = socket.servername));
    const { answer, request } = await shake(legacy, (port) => `https://${host}:${port}`, HANDSHAKE);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(request?.headers.host).toBe('client.example');
    expect(name).toBe(host === 'localhost' ? 'localhost' : false);
  });

  it('over TLS a certificate of another name is refused, whatever the Host says', async () => {
    const legacy = createHttpsServer({ key: read('key.pem'), cert: CERTIFICATE });
    const head = HANDSHAKE.map((line) => line.replace('client.example', 'localhost'));
    const { answer, request } = await shake(legacy, (port) => `https://127.0.0.2:${port}`, head);
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(request).toBeUndefined();
  });
});
