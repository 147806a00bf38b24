import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { loadConfig } from '../../../../legacy/config';
import { startServer } from '../../../../legacy/server';
import { openStream } from './support/event-stream';
import { startEventsapp, type Eventsapp } from './support/eventsapp';
import { runProgram } from './support/program';
import { until } from './support/until';

let app: Eventsapp;
let cookie: string;
beforeAll(async () => {
  app = await startEventsapp();
  ({ cookie } = await app.login('member@example.com'));
});
afterAll(() => app.close());

test('the indexes that the queries need are there', async () => {
  const names = async (collection: string) =>
    (await app.db.collection(collection).indexes()).map(({ name }) => name).sort();
  expect(await names('users')).toEqual(['_id_', 'customerAccountId_1', 'email_1']);
  expect(await names('apiKeys')).toEqual(['_id_', 'keyHash_1']);
  expect(await names('events')).toHaveLength(4);
  expect(await names('eventActivity')).toHaveLength(3);
  expect(await names('notifications')).toHaveLength(2);
  expect(await names('attendees')).toHaveLength(4);
  expect(await names('photos')).toHaveLength(2);
  expect(await names('reports')).toHaveLength(2);
  expect(await names('loginAttempts')).toEqual(['_id_', 'expiresAt_1']);
  expect(await names('sessions')).toEqual(['_id_', 'expires_1']);
});

test('closing ends streams, closes WebSockets with 1001 and idle connections, and is idempotent', async () => {
  const instance = await app.startInstance();
  const stream = await openStream(`${instance.url}/api/notifications/stream`, { Cookie: cookie });
  const socket = new WebSocket(`${instance.url.replace('http', 'ws')}/ws`, { headers: { Cookie: cookie } });
  await once(socket, 'open');
  const agent = new Agent({ keepAlive: true });
  await new Promise((resolve) => get(`${instance.url}/healthz`, { agent }, (res) => res.resume().on('end', resolve)));

  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  await Promise.all([instance.close(), instance.close()]);
  const [code, reason] = await closed;
  expect([code, reason.toString()]).toEqual([1001, 'server is shutting down']);
  await until(() => stream.ended);
  await expect(fetch(`${instance.url}/healthz`)).rejects.toThrow();
  agent.destroy();
});

test('idle connections are kept longer than load balancers keep them', async () => {
  const response = await new Promise<unknown>((resolve) => {
    const agent = new Agent({ keepAlive: true });
    get(`${app.url}/healthz`, { agent }, (res) => {
      resolve(res.headers['keep-alive']);
      res.resume().on('end', () => {
        agent.destroy();
      });
    });
  });
  expect(response).toBe('timeout=65');
});

test('a busy port is an error and leaves nothing open', async () => {
  const config = loadConfig({
    MONGODB_URI: 'mongodb://127.0.0.1:1',
    SESSION_SECRET: 'x',
    LEGACY_PORT: String(app.server.port),
  });
  const start = startServer({ ...config, mongodbUri: app.uri }, { logger: pino({ level: 'silent' }) });
  await expect(start).rejects.toThrow('EADDRINUSE');
});

describe('run as a program', () => {
  test('it stops cleanly on SIGTERM', async () => {
    const { child, output, exited, listening } = runProgram({
      MONGODB_URI: app.uri,
      SESSION_SECRET: 'x',
      LEGACY_PORT: '0',
    });
    await listening();
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test('with a bad environment it says so in one line and exits with 1', async () => {
    const { output, exited } = runProgram({ SESSION_SECRET: '', PORT: 'http' });
    expect(await exited).toEqual([1, null]);
    expect(output.stderr).toMatch(
      /^eventsapp cannot start: Environment: MONGODB_URI is missing; .+; SESSION_SECRET is empty; .+; PORT is "http"; .+\n$/,
    );
  });
});
