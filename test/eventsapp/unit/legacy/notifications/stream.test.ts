import { once } from 'node:events';
import { connect } from 'node:net';
import { ObjectId } from 'mongodb';
import request from 'supertest';
import { DEMO_IDS } from '../../../seed';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';
import { openStream } from '../support/event-stream';

let app: Eventsapp;
let secondUrl: string;
let organiser: string;
let member: string;
let other: string;
beforeAll(async () => {
  app = await startEventsapp();
  secondUrl = (await app.startInstance({ HEARTBEAT_MS: '100' })).url;
  organiser = (await app.login('organiser@example.com')).cookie;
  member = (await app.login('member@example.com')).cookie;
  other = (await app.login('other@example.net')).cookie;
});
afterAll(() => app.close());

const stream = (headers: Record<string, string>, url = app.url) =>
  openStream(`${url}/api/notifications/stream`, headers);

async function createEvent(title: string, { cookie = organiser, url = app.url } = {}): Promise<void> {
  const response = await request(url)
    .post('/api/events')
    .set('Cookie', cookie)
    .send({ title, startsAt: '2026-12-01T18:00:00Z' });
  expect(response.status).toBe(201);
}

/** Written by hand, with the time of writing under control. */
async function write(title: string, createdAt: Date, _id = new ObjectId()): Promise<ObjectId> {
  const rest = { customerAccountId: DEMO_IDS.account, type: 'event.created', payload: { title }, createdAt };
  await app.db.collection('notifications').insertOne({ _id, ...rest });
  return _id;
}

const titleOf = ({ data }: { data: unknown }) => (data as { payload: { title: string } }).payload.title;

test('an event that another instance writes is delivered, to its own account only', async () => {
  const own = await stream({ Cookie: member });
  const foreign = await stream({ Cookie: other });
  await createEvent('Written elsewhere', { url: secondUrl });
  await createEvent('Of the others', { url: secondUrl, cookie: other });
  const [message] = await own.take(1);
  await foreign.take(1);
  expect(message).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
    event: 'event.created',
    data: {
      id: message?.id,
      type: 'event.created',
      payload: { eventId: expect.any(String) as string, title: 'Written elsewhere', status: 'draft' },
      createdAt: '2026-11-18T12:00:00.000Z',
    },
  });
  expect([own.messages.map(titleOf), foreign.messages.map(titleOf)]).toEqual([
    ['Written elsewhere'],
    ['Of the others'],
  ]);
  own.close();
  foreign.close();
});

test('Last-Event-ID resumes behind that notification, in the order of writing, and then goes on live', async () => {
  const at = (seconds: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, seconds));
  const seen = await write('seen', at(1));
  // Ids of other processes: written later, yet below the one that the client saw last.
  await write('third', at(3), new ObjectId('100000000000000000000003'));
  await write('second', at(2), new ObjectId('100000000000000000000009'));
  const resumed = await stream({ Cookie: member, 'Last-Event-ID': seen.toHexString() });
  await resumed.take(2);
  await createEvent('live');
  await resumed.take(3);
  expect(resumed.messages.map(titleOf)).toEqual(['second', 'third', 'live']);
  resumed.close();
});

test("another account's or a malformed Last-Event-ID reveals nothing", async () => {
  const seen = await write('not yours', new Date(Date.UTC(2027, 1, 1)));
  const foreign = await stream({ Cookie: other, 'Last-Event-ID': seen.toHexString() });
  const malformed = await stream({ Cookie: member, 'Last-Event-ID': '{"$gt":""}' });
  await createEvent('for all others', { cookie: other });
  await createEvent('for all members');
  await Promise.all([foreign.take(1), malformed.take(1)]);
  expect(foreign.messages.map(titleOf)).toEqual(['for all others']);
  expect(malformed.messages.map(titleOf)).toEqual(['for all members']);
  foreign.close();
  malformed.close();
});

test('a heartbeat keeps a quiet stream open', async () => {
  const quiet = await stream({ Cookie: member }, secondUrl);
  await until(() => quiet.comments >= 2);
  quiet.close();
});

test('a client that does not read is cut off, and the instance goes on', async () => {
  // The address stands for the client in the log.
  const isCutOff = () => app.logLines.some((line) => /"203\.0\.113\.50".*"aborted":true/.test(line));
  const socket = connect(app.server.port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write(
    `GET /api/notifications/stream HTTP/1.1\r\nHost: x\r\nCookie: ${member}\r\nX-Forwarded-For: 203.0.113.50\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.pause();
  // More than the buffers of both sockets hold, in one go.
  const large = { customerAccountId: DEMO_IDS.account, type: 'large', payload: { text: 'x'.repeat(500_000) } };
  const documents = Array.from({ length: 40 }, () => ({ _id: new ObjectId(), ...large, createdAt: NOW }));
  await app.db.collection('notifications').insertMany(documents.slice(0, 20));
  await app.db.collection('notifications').insertMany(documents.slice(20));
  await until(isCutOff);
  socket.resume();
  await closed;
  expect((await request(app.url).get('/healthz')).status).toBe(200);
  await app.db.collection('notifications').deleteMany({ type: 'large' });
});
