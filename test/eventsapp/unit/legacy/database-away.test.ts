import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import request from 'supertest';
import { createApp } from '../../../../legacy/app';
import { signedSessionId } from '../../../../legacy/auth/bearer';
import { loadConfig } from '../../../../legacy/config';
import { startServer } from '../../../../legacy/server';

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const INTERNAL_SERVER_ERROR = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>Internal Server Error</pre>
</body>
</html>
`;

const token = signedSessionId('some-session', 'secret');
let uri: string;
let client: MongoClient;
let server: Server;

beforeAll(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  uri = `mongodb://127.0.0.1:${await closedPort()}/eventsapp`;
  client = new MongoClient(uri, { serverSelectionTimeoutMS: 50 });
  const config = loadConfig({ MONGODB_URI: uri, SESSION_SECRET: 'secret', NODE_ENV: 'production' });
  const app = createApp({ db: client.db(), config, logger: pino({ level: 'silent' }) });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await client.close();
  jest.restoreAllMocks();
});

test.each([{}, { Cookie: `eventsapp.sid=${encodeURIComponent(token)}` }])(
  'healthz says 503, with %j',
  async (headers) => {
    const response = await request(server).get('/healthz').set(headers);
    expect([response.status, response.body]).toEqual([503, { status: 'unavailable' }]);
  },
);

test.each([
  ['get', '/api/auth/me'],
  ['get', '/api/events'],
  ['get', '/api/metrics/all'],
  ['get', '/api/account'],
  ['get', '/api/notifications/stream'],
  ['post', '/api/events'],
  ['get', '/'],
] as const)('with a session, %s %s ends in the 500 page', async (method, path) => {
  const response = await request(server)[method](path).set('Authorization', `Bearer ${token}`);
  expect(response.status).toBe(500);
  expect(response.text).toBe(INTERNAL_SERVER_ERROR);
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
});

test('an API key that cannot be looked up and a login that cannot be counted end in the 500 page', async () => {
  const withKey = await request(server).get('/api/events').set('x-api-key', 'some-key');
  const login = await request(server).post('/api/auth/login').send({ email: 'a@example.com', password: 'b' });
  expect([withKey.status, withKey.text]).toEqual([500, INTERNAL_SERVER_ERROR]);
  expect([login.status, login.text]).toEqual([500, INTERNAL_SERVER_ERROR]);
});

test('what needs no database still works', async () => {
  expect((await request(server).get('/')).status).toBe(200);
  expect((await request(server).get('/api/events')).status).toBe(401);
  expect((await request(server).get('/nowhere')).status).toBe(404);
});

test('a server does not start without its database', async () => {
  const config = loadConfig({
    MONGODB_URI: `${uri}?serverSelectionTimeoutMS=50`,
    SESSION_SECRET: 'secret',
    LEGACY_PORT: '0',
  });
  await expect(startServer(config, { logger: pino({ level: 'silent' }) })).rejects.toThrow('ECONNREFUSED');
});
