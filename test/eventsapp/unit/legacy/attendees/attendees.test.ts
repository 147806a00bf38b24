import { once } from 'node:events';
import { ObjectId } from 'mongodb';
import request from 'supertest';
import { WebSocket } from 'ws';
import { DEMO_API_KEY, DEMO_IDS } from '../../../seed';
import { openStream } from '../support/event-stream';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';

let app: Eventsapp;
let organiser: string;
let member: string;
let other: string;
beforeAll(async () => {
  app = await startEventsapp();
  organiser = (await app.login('organiser@example.com')).cookie;
  member = (await app.login('member@example.com')).cookie;
  other = (await app.login('other@example.net')).cookie;
});
afterAll(() => app.close());

interface AttendeeJson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: string;
  readonly createdAt: string;
}
interface AttendeeList {
  readonly attendees: AttendeeJson[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

const pathOf = (number: number) => `/api/events/${DEMO_IDS.event(number).toHexString()}/attendees`;
/** Has attendees in the seed data, more than a page. */
const popular = pathOf(1);
/** Has none. */
const quiet = pathOf(10);
const foreign = pathOf(21);
const NOT_FOUND = [404, '{"error":"Event not found"}'];

const stored = () => app.db.collection('attendees');
const add = (path: string, body: object, cookie = organiser) =>
  request(app.url).post(path).set('Cookie', cookie).send(body);

async function list(path: string): Promise<AttendeeList> {
  const response = await request(app.url).get(path).set('Cookie', member);
  expect(response.status).toBe(200);
  return response.body as AttendeeList;
}

describe('the list', () => {
  test('has every field in order', async () => {
    const response = await request(app.url)
      .get(`${pathOf(2)}?limit=1`)
      .set('Cookie', member);
    const first = await stored().findOne({ eventId: DEMO_IDS.event(2) }, { sort: { createdAt: 1, _id: 1 } });
    expect(response.text).toBe(
      JSON.stringify({
        attendees: [
          {
            id: (first?._id as ObjectId).toHexString(),
            name: first?.['name'] as string,
            email: first?.['email'] as string,
            status: first?.['status'] as string,
            createdAt: (first?.['createdAt'] as Date).toISOString(),
          },
        ],
        page: 1,
        limit: 1,
        total: await stored().countDocuments({ eventId: DEMO_IDS.event(2) }),
      }),
    );
  });

  test('comes in pages, by the time of adding and then by id', async () => {
    const all = await list(`${popular}?limit=100`);
    expect(all.total).toBe(all.attendees.length);
    expect(all.total).toBeGreaterThan(20);
    const keys = all.attendees.map(({ createdAt, id }) => `${createdAt} ${id}`);
    expect(keys).toEqual([...keys].sort());
    expect(new Set(all.attendees.map(({ createdAt }) => createdAt)).size).toBeLessThan(all.total);
    const first = await list(popular);
    expect([first.page, first.limit, first.attendees.length]).toEqual([1, 20, 20]);
    const second = await list(`${popular}?page=2&limit=7`);
    expect(second).toEqual({ attendees: all.attendees.slice(7, 14), page: 2, limit: 7, total: all.total });
    expect(await list(quiet)).toEqual({ attendees: [], page: 1, limit: 20, total: 0 });
  });

  test('names bad parameters', async () => {
    const response = await request(app.url).get(`${popular}?page=0&limit[$gt]=1`).set('Cookie', member);
    expect([response.status, response.body]).toEqual([
      400,
      {
        error: 'Validation failed',
        fields: { page: 'must be a whole number from 1 to 100000', limit: 'must be a whole number from 1 to 100' },
      },
    ]);
  });

  test('is for API keys of the account, too', async () => {
    const own = await request(app.url).get(popular).set('x-api-key', DEMO_API_KEY);
    expect([own.status, own.headers['set-cookie']]).toEqual([200, undefined]);
    const theirs = await request(app.url).get(foreign).set('x-api-key', DEMO_API_KEY);
    expect([theirs.status, theirs.text]).toEqual(NOT_FOUND);
  });
});

describe('who may', () => {
  const attendee = `${popular}/${DEMO_IDS.attendee(1).toHexString()}`;

  test.each([
    ['get', popular, {}],
    ['post', popular, {}],
    ['delete', attendee, {}],
    ['post', popular, { 'x-api-key': DEMO_API_KEY }],
    ['delete', attendee, { 'x-api-key': DEMO_API_KEY }],
  ] as const)('%s %s needs a user: %j', async (method, path, headers) => {
    const response = await request(app.url)[method](path).set(headers);
    expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
  });

  test.each([
    ['post', popular],
    ['delete', attendee],
  ] as const)('%s %s needs an organiser', async (method, path) => {
    const response = await request(app.url)[method](path).set('Cookie', member);
    expect([response.status, response.text]).toEqual([403, '{"error":"Not allowed"}']);
  });

  test('another account sees and changes nothing', async () => {
    const calls = [
      request(app.url).get(popular),
      request(app.url).post(popular).send({ name: 'Eve', email: 'eve@example.net' }),
    ];
    for (const call of calls) {
      const response = await call.set('Cookie', other);
      expect([response.status, response.text]).toEqual(NOT_FOUND);
    }
    const response = await request(app.url).delete(attendee).set('Cookie', other);
    expect([response.status, response.text]).toEqual([404, '{"error":"Attendee not found"}']);
    expect(await stored().findOne({ _id: DEMO_IDS.attendee(1) })).not.toBeNull();
  });
});

describe('adding', () => {
  test('answers with the attendee and where it is; the email is stored in lower case', async () => {
    const response = await add(quiet, {
      name: ' Ana María ',
      email: ' Ana@Example.ORG ',
      status: 'cancelled',
      id: 'x',
    });
    const { attendee } = response.body as { attendee: AttendeeJson };
    expect([response.status, response.text]).toEqual([
      201,
      JSON.stringify({
        attendee: {
          id: attendee.id,
          name: 'Ana María',
          email: 'ana@example.org',
          status: 'registered',
          createdAt: NOW.toISOString(),
        },
      }),
    ]);
    expect(response.headers['location']).toBe(`${quiet}/${attendee.id}`);
    expect(await stored().findOne({ _id: new ObjectId(attendee.id) })).toEqual({
      _id: new ObjectId(attendee.id),
      eventId: DEMO_IDS.event(10),
      customerAccountId: DEMO_IDS.account,
      name: 'Ana María',
      email: 'ana@example.org',
      status: 'registered',
      createdBy: DEMO_IDS.organiser,
      createdAt: NOW,
    });
  });

  test.each([
    [{}, { name: 'is required', email: 'is required' }],
    [
      { name: '  ', email: ' ' },
      { name: 'is required', email: 'is required' },
    ],
    [
      { name: 'x'.repeat(101), email: 'nobody' },
      { name: 'must be text of at most 100 characters', email: 'must be an email address' },
    ],
    [
      { name: { $ne: '' }, email: { $ne: '' } },
      { name: 'must be text of at most 100 characters', email: 'must be an email address' },
    ],
    [{ name: 'Ana', email: ['ana@example.org'] }, { email: 'must be an email address' }],
    [{ name: 'Ana', email: `${'x'.repeat(250)}@example.org` }, { email: 'must be an email address' }],
  ])('refuses %j', async (body, fields) => {
    const response = await add(quiet, body);
    expect([response.status, response.body]).toEqual([400, { error: 'Validation failed', fields }]);
  });

  test.each(['5eed', '%00', new ObjectId().toHexString()])('to event %s is not possible', async (id) => {
    const response = await add(`/api/events/${id}/attendees`, { name: 'Ana', email: 'ana@example.org' });
    expect([response.status, response.text]).toEqual(NOT_FOUND);
  });

  test('the same email twice is a conflict, in whatever case; for another event it is none', async () => {
    const before = await app.db.collection('notifications').countDocuments();
    expect((await add(quiet, { name: 'Bo', email: 'bo@example.org' })).status).toBe(201);
    const again = await add(quiet, { name: 'Bo II', email: 'BO@example.org' });
    expect([again.status, again.text]).toEqual([409, '{"error":"This email is already registered"}']);
    expect((await add(pathOf(11), { name: 'Bo', email: 'bo@example.org' })).status).toBe(201);
    expect(await app.db.collection('notifications').countDocuments()).toBe(before + 2);
  });

  test('of ten at the same time, through two instances, one wins', async () => {
    const second = await app.startInstance();
    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        request(index % 2 === 0 ? app.url : second.url)
          .post(quiet)
          .set('Cookie', organiser)
          .send({ name: 'Race', email: 'race@example.org' }),
      ),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    expect(await stored().countDocuments({ email: 'race@example.org' })).toBe(1);
  });
});

test('adding and removing reach streams and WebSockets, whichever instance they are at', async () => {
  const second = await app.startInstance();
  const stream = await openStream(`${app.url}/api/notifications/stream`, { Cookie: member });
  const foreignStream = await openStream(`${app.url}/api/notifications/stream`, { Cookie: other });
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, { headers: { Cookie: member } });
  await once(socket, 'open');
  const heard: unknown[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  const added = await request(second.url)
    .post(quiet)
    .set('Cookie', organiser)
    .send({ name: 'Mia', email: 'mia@example.org' });
  const { attendee } = added.body as { attendee: AttendeeJson };
  await stream.take(1);
  const removed = await request(second.url).delete(`${quiet}/${attendee.id}`).set('Cookie', organiser);
  expect([removed.status, removed.text]).toEqual([204, '']);

  const messages = await stream.take(2);
  const payload = { eventId: DEMO_IDS.event(10).toHexString(), attendeeId: attendee.id, name: 'Mia' };
  expect(messages.map(({ event }) => event)).toEqual(['attendee.added', 'attendee.removed']);
  expect(messages.map(({ data }) => (data as { payload: unknown }).payload)).toEqual([payload, payload]);
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  expect(heard).toEqual(messages.map(({ data }) => data));
  expect(foreignStream.messages).toEqual([]);
  stream.close();
  foreignStream.close();
});

describe('removing', () => {
  test('is once; then the email is free again', async () => {
    const body = { name: 'Once', email: 'once@example.org' };
    const { attendee } = (await add(quiet, body)).body as { attendee: AttendeeJson };
    const remove = () => request(app.url).delete(`${quiet}/${attendee.id}`).set('Cookie', organiser);
    expect((await remove()).status).toBe(204);
    const again = await remove();
    expect([again.status, again.text]).toEqual([404, '{"error":"Attendee not found"}']);
    expect((await add(quiet, body)).status).toBe(201);
  });

  test.each([
    [`${pathOf(2)}/${DEMO_IDS.attendee(1).toHexString()}`],
    [`${popular}/5eed`],
    [`/api/events/5eed/attendees/${DEMO_IDS.attendee(1).toHexString()}`],
    [`${popular}/%5B%24ne%5D`],
  ])('%s finds nobody', async (path) => {
    const response = await request(app.url).delete(path).set('Cookie', organiser);
    expect([response.status, response.text]).toEqual([404, '{"error":"Attendee not found"}']);
    expect(await stored().findOne({ _id: DEMO_IDS.attendee(1) })).not.toBeNull();
  });

  test('an event removes its attendees', async () => {
    const event = DEMO_IDS.event(2);
    const others = await stored().countDocuments({ eventId: { $ne: event } });
    expect(await stored().countDocuments({ eventId: event })).toBeGreaterThan(0);
    const removed = await request(app.url).delete(`/api/events/${event.toHexString()}`).set('Cookie', organiser);
    expect(removed.status).toBe(204);
    expect(await stored().countDocuments({ eventId: event })).toBe(0);
    expect(await stored().countDocuments()).toBe(others);
  });
});
