import { MongoClient } from 'mongodb';
import request from 'supertest';
import { startEmbedded, type EmbeddedMongo } from '../../../../shared/local/mongo';
import { DEMO_API_KEY, DEMO_IDS, DEMO_PASSWORD, seedDemoData } from '../../seed';
import { openStream } from './support/event-stream';
import { runProgram, type Program } from './support/program';
import { until } from './support/until';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { test } = onlyOnEmbedded();

/** The monolith as a process of its own, because a crash is what must not happen, over a database that can be broken. */
let mongo: EmbeddedMongo;
let client: MongoClient;
let program: Program;
let url: string;

async function login(): Promise<string> {
  const response = await request(url)
    .post('/api/auth/login')
    .send({ email: 'organiser@example.com', password: DEMO_PASSWORD });
  expect(response.status).toBe(200);
  return (response.body as { token: string }).token;
}

beforeAll(async () => {
  mongo = await startEmbedded();
  const uri = `mongodb://127.0.0.1:${mongo.port}/eventsapp`;
  client = await MongoClient.connect(uri);
  await seedDemoData(client.db());
  program = runProgram({
    MONGODB_URI: `${uri}?serverSelectionTimeoutMS=300`,
    SESSION_SECRET: 'secret',
    LEGACY_PORT: '0',
    NOTIFICATION_POLL_MS: '20',
  });
  url = await program.listening();
});

afterEach(() => mongo.faults.clear());

afterAll(async () => {
  program.child.kill('SIGTERM');
  expect(await program.exited).toEqual([0, null]);
  await client.close();
  await mongo.stop();
});

const pathOf = (number: number) => `/api/events/${DEMO_IDS.event(number).toHexString()}`;
const event = pathOf(1);
const eventBody = { title: 'x', startsAt: '2026-12-01T18:00:00Z' };

/** Each route with every command on which it can fail, beside the session's own. */
const ROUTES = [
  ['get', '/api/account', {}, ['find']],
  ['patch', '/api/account', { name: 'Harbour Events' }, ['findAndModify']],
  ['get', '/api/account/users', {}, ['find']],
  ['get', '/api/events', {}, ['find', 'aggregate']],
  ['post', '/api/events', eventBody, ['insert']],
  ['get', event, {}, ['find']],
  ['put', event, eventBody, ['findAndModify', 'insert']],
  ['post', `${event}/activity`, { type: 'view' }, ['find', 'insert']],
  ['get', `${event}/metrics`, {}, ['find', 'aggregate']],
  ['get', '/api/metrics/all', {}, ['find', 'aggregate']],
  ['get', '/api/notifications/stream', {}, ['find']],
  ['get', `${event}/attendees`, {}, ['find', 'aggregate']],
  ['post', `${event}/attendees`, { name: 'Ana', email: 'ana@example.org' }, ['insert']],
  ['delete', `${event}/attendees/${DEMO_IDS.attendee(1).toHexString()}`, {}, ['findAndModify']],
  ['get', `${event}/photos`, {}, ['find']],
  ['get', `/api/photos/${DEMO_IDS.photo(1).toHexString()}`, {}, ['find']],
  ['get', '/api/reports', {}, ['find']],
  ['get', '/api/reports/x', {}, ['find']],
  ['delete', pathOf(7), {}, ['findAndModify']],
  ['delete', pathOf(8), {}, ['delete']],
  ['delete', pathOf(9), {}, ['insert']],
] as const;

const failing = ROUTES.flatMap(([method, path, body, commands]) =>
  commands.map((command) => [method, path, command, body] as const),
);

test.each(failing)('%s %s ends in the 500 page when %s fails', async (method, path, command, body) => {
  const token = await login();
  mongo.faults.fail({ commands: [command], collection: collectionOf(path, command), code: 96 });
  const response = await request(url)[method](path).set('Authorization', `Bearer ${token}`).send(body);
  expect([response.status, response.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  expect(response.text).toContain('<pre>Internal Server Error</pre>');
});

function collectionOf(path: string, command: string): string {
  const [own] = /attendees|photos|reports/.exec(path) ?? [];
  if (own !== undefined) return own;
  if (path.startsWith('/api/account')) return path.endsWith('users') ? 'users' : 'customerAccounts';
  if (path.endsWith('stream')) return 'notifications';
  if (path.endsWith('/activity')) return command === 'insert' ? 'eventActivity' : 'events';
  if (command === 'delete') return 'eventActivity';
  if (command === 'aggregate') return path === '/api/events' ? 'events' : 'eventActivity';
  // Creating writes the event first; the notification is what fails behind a change.
  return command === 'insert' && path !== '/api/events' ? 'notifications' : 'events';
}

test.each([
  ['loginAttempts', 'findAndModify'],
  ['users', 'find'],
  ['sessions', 'update'],
])('a login ends in the 500 page when %s cannot %s, and counts as no failure', async (collection, command) => {
  mongo.faults.fail({ commands: [command], collection, code: 96 });
  const response = await request(url)
    .post('/api/auth/login')
    .send({ email: 'organiser@example.com', password: DEMO_PASSWORD });
  expect([response.status, response.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  await mongo.faults.clear();
  const attempts = client.db().collection<{ _id: string; hits: number }>('loginAttempts');
  await until(async () => (await attempts.findOne({ _id: '127.0.0.1 organiser@example.com' }))?.hits === 0);
});

test('a logout that cannot delete the session is a 500, not a 204', async () => {
  const token = await login();
  mongo.faults.fail({ commands: ['delete'], collection: 'sessions', code: 96 });
  const response = await request(url).post('/api/auth/logout').set('Authorization', `Bearer ${token}`);
  expect(response.status).toBe(500);
});

test('a session that cannot be touched harms nobody else', async () => {
  const token = await login();
  const sessions = client.db().collection<{ _id: string }>('sessions');
  const stale = { $set: { lastModified: new Date(Date.now() - 600_000) } };
  await sessions.updateOne({ _id: token.slice(2, token.lastIndexOf('.')) }, stale);
  const fault = mongo.faults.fail({ commands: ['update'], collection: 'sessions', code: 96 });
  // The answer is already on its way when the touch fails; Express then cuts the connection.
  await request(url)
    .get('/api/auth/me')
    .set('Authorization', `Bearer ${token}`)
    .catch(() => undefined);
  expect(fault.hits).toBe(1);
  expect((await request(url).get('/healthz')).status).toBe(200);
});

test('while MongoDB is away: healthz 503, 500 for whoever needs it; then everything as before', async () => {
  const token = await login();
  const authorization = { Authorization: `Bearer ${token}` };
  const stream = await openStream(`${url}/api/notifications/stream`, authorization);
  await mongo.faults.down();
  const away = {
    health: await request(url).get('/healthz'),
    session: await request(url).get('/api/events').set(authorization),
    key: await request(url).get('/api/events').set('x-api-key', DEMO_API_KEY),
    stranger: await request(url).get('/api/events'),
  };
  expect([away.health.status, away.health.text]).toEqual([503, '{"status":"unavailable"}']);
  expect([away.session.status, away.key.status, away.stranger.status]).toEqual([500, 500, 401]);

  await mongo.faults.up();
  await until(async () => (await request(url).get('/healthz')).status === 200);
  const created = await request(url).post('/api/events').set(authorization).send(eventBody);
  expect(created.status).toBe(201);
  await stream.take(1);
  expect(stream.messages[0]?.event).toBe('event.created');
  stream.close();
});

test('connections that are cut in the middle of a request are an error or are retried, never a crash', async () => {
  const token = await login();
  for (const closeConnection of ['before running', 'after running'] as const) {
    mongo.faults.fail({ closeConnection, times: 3 });
    const responses = await Promise.all(
      ['/api/events', '/api/metrics/all', '/api/account', '/healthz'].map((path) =>
        request(url).get(path).set('Authorization', `Bearer ${token}`),
      ),
    );
    for (const { status } of responses) expect([200, 500, 503]).toContain(status);
    await mongo.faults.clear();
  }
  expect(program.child.exitCode).toBeNull();
});
