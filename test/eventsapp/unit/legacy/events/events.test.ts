import { ObjectId } from 'mongodb';
import request from 'supertest';
import type { EventJson } from '../../../../../legacy/events/event-json';
import { DEMO_API_KEY, DEMO_IDS } from '../../../seed';
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

interface EventList {
  readonly events: EventJson[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

async function list(query: string, cookie = member): Promise<EventList> {
  const response = await request(app.url).get(`/api/events?${query}`).set('Cookie', cookie);
  expect(response.status).toBe(200);
  return response.body as EventList;
}

const titles = ({ events }: EventList) => events.map(({ title }) => title);
const firstEvent = DEMO_IDS.event(1).toHexString();
const foreignEvent = DEMO_IDS.event(21).toHexString();
const NOT_FOUND = [404, '{"error":"Event not found"}'];

describe('the list', () => {
  test('has every field in order, nulls kept', async () => {
    const response = await request(app.url).get('/api/events?filter[q]=50%25%20off').set('Cookie', member);
    expect(response.text).toBe(
      JSON.stringify({
        events: [
          {
            id: DEMO_IDS.event(6).toHexString(),
            title: '50% off (members only) [beta]',
            description: '',
            status: 'published',
            tags: ['sale', 'members'],
            venue: null,
            startsAt: '2026-11-26T18:00:00.000Z',
            endsAt: '2026-11-26T20:00:00.000Z',
            capacity: null,
            createdBy: DEMO_IDS.organiser.toHexString(),
            createdAt: '2026-07-26T12:00:00.000Z',
            updatedAt: '2026-07-26T12:00:00.000Z',
          },
        ],
        page: 1,
        limit: 20,
        total: 1,
      }),
    );
  });

  test('holds the own account only, by start', async () => {
    const own = await list('limit=100');
    expect([own.total, own.events.length]).toEqual([20, 20]);
    expect(titles(own)[0]).toBe('Annual Meeting');
    expect(own.events.map(({ startsAt }) => startsAt)).toEqual(own.events.map(({ startsAt }) => startsAt).sort());
    expect((await list('', other)).total).toBe(5);
  });

  test('filters by status, any of the tags and part of the title, in any case and literally', async () => {
    expect((await list('filter[status]=draft')).total).toBe(2);
    expect((await list('filter[tags][]=tech&filter[tags][]=dance')).total).toBe(3);
    expect((await list('filter[tags]=tech')).total).toBe(2);
    expect(titles(await list('filter[q]=QUIZ'))).toEqual(['Quiz Night', 'Quiz Night']);
    expect(titles(await list('filter[q]=é'))).toEqual(['Café & <Friends>', 'Élan: dance for everyone']);
    expect(titles(await list(`filter[q]=${encodeURIComponent('only) [beta]')}`))).toHaveLength(1);
    expect(titles(await list('filter[q]=.*'))).toEqual([]);
    expect(titles(await list('filter[status]=cancelled&filter[tags][]=food&filter[q]=market'))).toEqual([
      'Cancelled: Night Market',
    ]);
  });

  test('sorts both ways, equal values by id in the same direction', async () => {
    const rising = await list('sort=title&limit=100');
    const falling = await list('sort=-title&limit=100');
    expect(falling.events.map(({ id }) => id)).toEqual(rising.events.map(({ id }) => id).reverse());
    const quizzes = rising.events.filter(({ title }) => title === 'Quiz Night').map(({ id }) => id);
    expect(quizzes).toEqual([DEMO_IDS.event(4).toHexString(), DEMO_IDS.event(5).toHexString()]);
    expect(titles(await list('sort=-createdAt&limit=1'))).toEqual(['مهرجان الميناء']);
    // By code point, not by alphabet: upper case before lower case, accents at the end.
    expect(titles(rising).indexOf('annual lowercase meetup')).toBeGreaterThan(titles(rising).indexOf('Winter Concert'));
  });

  test('comes in pages', async () => {
    const all = await list('limit=100&sort=title');
    const second = await list('limit=7&page=2&sort=title');
    expect([second.page, second.limit, second.total]).toEqual([2, 7, 20]);
    expect(second.events).toEqual(all.events.slice(7, 14));
    expect((await list('limit=7&page=9')).events).toEqual([]);
  });

  test('names bad parameters, also what would be an operator', async () => {
    const response = await request(app.url)
      .get('/api/events?filter[status][$ne]=x&filter[tags][$gt]=&sort=venue&page=0&limit=500')
      .set('Cookie', member);
    expect([response.status, response.body]).toEqual([
      400,
      {
        error: 'Validation failed',
        fields: {
          'filter.status': 'must be one of draft, published, cancelled',
          'filter.tags': 'must be a tag or up to 20 tags',
          sort: 'must be one of startsAt, -startsAt, title, -title, createdAt, -createdAt',
          page: 'must be a whole number from 1 to 100000',
          limit: 'must be a whole number from 1 to 100',
        },
      },
    ]);
  });
});

describe('one event', () => {
  test('of the own account', async () => {
    const response = await request(app.url).get(`/api/events/${firstEvent.toUpperCase()}`).set('Cookie', member);
    expect([response.status, (response.body as { event: EventJson }).event.title]).toEqual([200, 'Winter Concert']);
  });

  test.each([foreignEvent, '5eed', 'twelve-bytes', new ObjectId().toHexString(), '%00', '[object%20Object]'])(
    '%s is not found, whatever the reason',
    async (id) => {
      for (const call of [
        request(app.url).get(`/api/events/${id}`),
        request(app.url).put(`/api/events/${id}`).send({ title: 'Mine now', startsAt: '2026-12-01T18:00:00Z' }),
        request(app.url).delete(`/api/events/${id}`),
        request(app.url).post(`/api/events/${id}/activity`).send({ type: 'view' }),
      ]) {
        const response = await call.set('Cookie', organiser);
        expect([response.status, response.text]).toEqual(NOT_FOUND);
      }
    },
  );
});

describe('an API key', () => {
  test('reads its account without a session, and no cookie comes of it', async () => {
    const response = await request(app.url).get('/api/events?limit=100').set('x-api-key', DEMO_API_KEY);
    expect([response.status, (response.body as EventList).total]).toEqual([200, 20]);
    expect(response.headers['set-cookie']).toBeUndefined();
    const one = await request(app.url).get(`/api/events/${firstEvent}`).set('x-api-key', DEMO_API_KEY);
    expect(one.status).toBe(200);
    const foreign = await request(app.url).get(`/api/events/${foreignEvent}`).set('x-api-key', DEMO_API_KEY);
    expect([foreign.status, foreign.text]).toEqual(NOT_FOUND);
  });

  test('is outranked by a session', async () => {
    const response = await request(app.url).get('/api/events').set('x-api-key', DEMO_API_KEY).set('Cookie', other);
    expect((response.body as EventList).total).toBe(5);
  });

  test.each(['', 'wrong', `${DEMO_API_KEY} `, DEMO_API_KEY.toUpperCase()])('%j: trimmed or unknown', async (key) => {
    const response = await request(app.url).get('/api/events').set('x-api-key', key);
    expect(response.status).toBe(key.trim() === DEMO_API_KEY ? 200 : 401);
  });

  test('changes nothing', async () => {
    for (const call of [
      request(app.url).post('/api/events').send({ title: 'x', startsAt: '2026-12-01T18:00:00Z' }),
      request(app.url).put(`/api/events/${firstEvent}`),
      request(app.url).delete(`/api/events/${firstEvent}`),
      request(app.url).post(`/api/events/${firstEvent}/activity`).send({ type: 'view' }),
    ]) {
      const response = await call.set('x-api-key', DEMO_API_KEY);
      expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
    }
  });
});

describe('changes', () => {
  const input = {
    title: 'Lantern <Walk>',
    description: 'Bring a lantern.',
    status: 'draft',
    tags: ['family'],
    venue: null,
    startsAt: '2026-12-13T16:00:00.000Z',
    endsAt: null,
    capacity: 0,
  };
  const notifications = () => app.db.collection('notifications').find({ createdAt: NOW }).sort({ _id: 1 }).toArray();

  test('create, replace, delete; each writes a notification for the account', async () => {
    const created = await request(app.url).post('/api/events').set('Cookie', organiser).send(input);
    const { event } = created.body as { event: EventJson };
    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`/api/events/${event.id}`);
    const own = { id: event.id, createdBy: DEMO_IDS.organiser.toHexString() };
    const written = { createdAt: NOW.toISOString(), updatedAt: NOW.toISOString() };
    expect(event).toEqual({ ...input, ...own, ...written });

    const path = `/api/events/${event.id}`;
    const replaced = await request(app.url)
      .put(path)
      .set('Cookie', organiser)
      .send({ title: 'Lantern Walk', startsAt: '2026-12-14T16:00:00Z', status: 'published' });
    expect([replaced.status, replaced.body]).toEqual([
      200,
      {
        event: {
          ...own,
          ...written,
          title: 'Lantern Walk',
          description: '',
          status: 'published',
          tags: [],
          venue: null,
          startsAt: '2026-12-14T16:00:00.000Z',
          endsAt: null,
          capacity: null,
        },
      },
    ]);

    const counted = await request(app.url).post(`${path}/activity`).set('Cookie', member).send({ type: 'share' });
    expect([counted.status, counted.text]).toEqual([202, '{"counted":true}']);
    const activity = { eventId: new ObjectId(event.id) };
    expect(await app.db.collection('eventActivity').findOne(activity)).toEqual({
      _id: expect.any(ObjectId) as ObjectId,
      ...activity,
      customerAccountId: DEMO_IDS.account,
      type: 'share',
      at: NOW,
    });

    const deleted = await request(app.url).delete(path).set('Cookie', organiser);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await request(app.url).get(path).set('Cookie', organiser)).status).toBe(404);
    expect(await app.db.collection('eventActivity').findOne(activity)).toBeNull();

    const payload = { eventId: event.id, title: 'Lantern Walk', status: 'published' };
    const common = { _id: expect.any(ObjectId) as ObjectId, customerAccountId: DEMO_IDS.account, createdAt: NOW };
    expect(await notifications()).toEqual([
      { ...common, type: 'event.created', payload: { ...payload, title: input.title, status: 'draft' } },
      { ...common, type: 'event.updated', payload },
      { ...common, type: 'event.deleted', payload },
    ]);
  });

  test('with bad fields are refused and write nothing', async () => {
    const before = await app.db.collection('events').countDocuments();
    for (const call of [request(app.url).post('/api/events'), request(app.url).put(`/api/events/${firstEvent}`)]) {
      const response = await call.set('Cookie', organiser).send({ title: '', capacity: -1 });
      expect([response.status, response.body]).toEqual([
        400,
        {
          error: 'Validation failed',
          fields: {
            title: 'is required',
            startsAt: 'is required',
            capacity: 'must be a whole number from 0 to 1000000, or null',
          },
        },
      ]);
    }
    expect(await app.db.collection('events').countDocuments()).toBe(before);
    const activity = await request(app.url)
      .post(`/api/events/${firstEvent}/activity`)
      .set('Cookie', member)
      .send({ type: { $ne: '' } });
    expect([activity.status, activity.body]).toEqual([
      400,
      { error: 'Validation failed', fields: { type: 'must be one of view, registration, share' } },
    ]);
  });

  test.each([
    ['post', '/api/events'],
    ['put', `/api/events/${firstEvent}`],
    ['delete', `/api/events/${firstEvent}`],
  ] as const)('%s %s is not for members', async (method, path) => {
    const response = await request(app.url)[method](path).set('Cookie', member).send(input);
    expect([response.status, response.text]).toEqual([403, '{"error":"Not allowed"}']);
  });
});
