import { ObjectId } from 'mongodb';
import request from 'supertest';
import { DEMO_API_KEY, DEMO_IDS } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';

let app: Eventsapp;
let member: string;
const event = DEMO_IDS.event(5);

/** Around the turn of an ISO year: 2020-12-31 and 2021-01-03 are in week 53 of 2020, 2021-01-04 in week 1 of 2021. */
const ACTIVITY = [
  ['2020-12-30T23:59:59.999Z', 'view'],
  ['2020-12-31T00:00:00.000Z', 'view'],
  ['2020-12-31T12:00:00.000Z', 'registration'],
  ['2021-01-03T23:59:59.999Z', 'view'],
  ['2021-01-04T00:00:00.000Z', 'share'],
  ['2021-01-05T00:00:00.000Z', 'view'],
] as const;

beforeAll(async () => {
  app = await startEventsapp();
  member = (await app.login('member@example.com')).cookie;
  const common = { eventId: event, customerAccountId: DEMO_IDS.account };
  await app.db
    .collection('eventActivity')
    .insertMany(ACTIVITY.map(([at, type]) => ({ ...common, type, at: new Date(at) })));
});
afterAll(() => app.close());

const get = (path: string) => request(app.url).get(path).set('Cookie', member);
const metricsOf = (id: ObjectId) => `/api/events/${id.toHexString()}/metrics`;

test('by day: from is part of the range, to is not, quiet days are left out', async () => {
  const response = await get(`${metricsOf(event)}?from=2020-12-31&to=2021-01-05`);
  expect(response.status).toBe(200);
  expect(response.text).toBe(
    JSON.stringify({
      eventId: event.toHexString(),
      interval: 'day',
      from: '2020-12-31',
      to: '2021-01-05',
      buckets: [
        { period: '2020-12-31', views: 1, registrations: 1, shares: 0 },
        { period: '2021-01-03', views: 1, registrations: 0, shares: 0 },
        { period: '2021-01-04', views: 0, registrations: 0, shares: 1 },
      ],
      totals: { views: 2, registrations: 1, shares: 1 },
    }),
  );
});

test('by ISO week, across the turn of the year', async () => {
  const response = await get(`${metricsOf(event)}?interval=week&from=2020-12-31&to=2021-01-05`);
  expect(response.body).toMatchObject({
    interval: 'week',
    buckets: [
      { period: '2020-W53', views: 2, registrations: 1, shares: 0 },
      { period: '2021-W01', views: 0, registrations: 0, shares: 1 },
    ],
  });
});

test('the last 30 days by default, counted as the documents say', async () => {
  const response = await get(metricsOf(DEMO_IDS.event(1)));
  const { from, to, totals, buckets } = response.body as {
    from: string;
    to: string;
    totals: { views: number };
    buckets: { period: string; views: number }[];
  };
  expect([from, to]).toEqual(['2026-10-20', '2026-11-19']);
  const views = await app.db.collection('eventActivity').countDocuments({
    eventId: DEMO_IDS.event(1),
    type: 'view',
    at: { $gte: new Date('2026-10-20T00:00:00Z'), $lt: new Date('2026-11-19T00:00:00Z') },
  });
  expect(views).toBeGreaterThan(5);
  expect(totals.views).toBe(views);
  expect(buckets.reduce((total, bucket) => total + bucket.views, 0)).toBe(views);
  expect(buckets.map(({ period }) => period)).toEqual(buckets.map(({ period }) => period).sort());
});

test('an event without activity has no buckets', async () => {
  const response = await get(`${metricsOf(DEMO_IDS.event(10))}?from=2019-01-01&to=2019-02-01`);
  expect(response.body).toMatchObject({ buckets: [], totals: { views: 0, registrations: 0, shares: 0 } });
});

test('all events of the account by title and id, quiet ones included', async () => {
  const response = await get('/api/metrics/all?from=2020-12-31&to=2021-01-05&interval=week');
  const body = response.body as { events: { eventId: string; title: string; views: number }[] };
  expect(Object.keys(body)).toEqual(['interval', 'from', 'to', 'events', 'totals']);
  expect(body).toMatchObject({ interval: 'week', totals: { views: 2, registrations: 1, shares: 1 } });
  expect(body.events).toHaveLength(20);
  expect(body.events.filter(({ title }) => title === 'Quiz Night')).toEqual([
    { eventId: DEMO_IDS.event(4).toHexString(), title: 'Quiz Night', views: 0, registrations: 0, shares: 0 },
    { eventId: event.toHexString(), title: 'Quiz Night', views: 2, registrations: 1, shares: 1 },
  ]);
});

test('activity of other accounts is nowhere', async () => {
  const count = (account: ObjectId) =>
    app.db.collection('eventActivity').countDocuments({ customerAccountId: account, type: 'view' });
  const { totals } = (await get('/api/metrics/all?from=2000-01-01&to=2030-01-01')).body as {
    totals: { views: number };
  };
  expect(await count(DEMO_IDS.otherAccount)).toBeGreaterThan(0);
  expect(totals.views).toBe(await count(DEMO_IDS.account));
});

test('an API key reads metrics; strangers do not', async () => {
  for (const path of [metricsOf(event), '/api/metrics/all']) {
    expect((await request(app.url).get(path).set('x-api-key', DEMO_API_KEY)).status).toBe(200);
    const stranger = await request(app.url).get(path);
    expect([stranger.status, stranger.text]).toEqual([401, '{"error":"Not authenticated"}']);
  }
});

test('bad parameters are named; a missing event comes first', async () => {
  const bad = 'interval=year&from[$gt]=&to=2021-02-29';
  const fields = {
    interval: 'must be one of day, week',
    from: 'must be a date such as 2026-11-02',
    to: 'must be a date such as 2026-11-02',
  };
  for (const path of [metricsOf(event), '/api/metrics/all']) {
    const response = await get(`${path}?${bad}`);
    expect([response.status, response.body]).toEqual([400, { error: 'Validation failed', fields }]);
  }
  for (const id of [DEMO_IDS.event(21), new ObjectId()]) {
    const response = await get(`${metricsOf(id)}?${bad}`);
    expect([response.status, response.text]).toEqual([404, '{"error":"Event not found"}']);
  }
});
