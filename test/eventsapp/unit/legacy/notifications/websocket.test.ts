import { once } from 'node:events';
import { connect } from 'node:net';
import request from 'supertest';
import { WebSocket } from 'ws';
import { DEMO_API_KEY } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';

let app: Eventsapp;
let secondUrl: string;
let cookie: string;
let token: string;
beforeAll(async () => {
  app = await startEventsapp();
  secondUrl = (await app.startInstance()).url;
  ({ cookie, token } = await app.login('organiser@example.com'));
});
afterAll(() => app.close());

async function open(
  headers: Record<string, string>,
  url = app.url,
): Promise<{ socket: WebSocket; messages: unknown[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers });
  const messages: unknown[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  return { socket, messages };
}

/** The answer to an upgrade that is refused. */
function refusal(path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.server.port, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${lines.join('')}\r\n`,
    );
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('cookie and bearer token: what another instance writes is delivered as JSON', async () => {
  const clients = [await open({ Cookie: cookie }), await open({ Authorization: `Bearer ${token}` })];
  const created = await request(secondUrl)
    .post('/api/events')
    .set('Cookie', cookie)
    .send({ title: 'By another instance', startsAt: '2026-12-01T18:00:00Z' });
  expect(created.status).toBe(201);
  for (const { socket, messages } of clients) {
    await until(() => messages.length === 1);
    expect(messages).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
        type: 'event.created',
        payload: { eventId: expect.any(String) as string, title: 'By another instance', status: 'draft' },
        createdAt: '2026-11-18T12:00:00.000Z',
      },
    ]);
    socket.close();
    await once(socket, 'close');
  }
});

test('a ping is answered', async () => {
  const { socket } = await open({ Cookie: cookie });
  socket.ping('are you there');
  const [data] = (await once(socket, 'pong')) as [Buffer];
  expect(data.toString()).toBe('are you there');
  socket.close();
});

test('clients are pinged', async () => {
  const instance = await app.startInstance({ HEARTBEAT_MS: '100' });
  const { socket } = await open({ Cookie: cookie }, instance.url);
  await once(socket, 'ping');
  await once(socket, 'ping');
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.close();
});

test('a client that says too much is cut off', async () => {
  const { socket } = await open({ Cookie: cookie });
  socket.send('x'.repeat(2_000));
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1009);
});

test.each([
  ['nothing', {}],
  ['a wrong signature', { Cookie: 'eventsapp.sid=s%3Aabc.def' }],
  ['an API key', { 'x-api-key': DEMO_API_KEY }],
])('with %s the upgrade is refused by the usual 401', async (_what, headers: Record<string, string>) => {
  const answer = await refusal('/ws', headers);
  expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  expect(answer).toContain('Connection: close\r\n');
  expect(answer.split('\r\n\r\n')[1]).toBe('{"error":"Not authenticated"}');
});
