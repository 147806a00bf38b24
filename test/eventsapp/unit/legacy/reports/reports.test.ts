import { ObjectId } from 'mongodb';
import request from 'supertest';
import { reportCalculation } from '../../../../../legacy/reports/calculate';
import type { ReportDocument } from '../../../../../legacy/reports/store';
import { DEMO_API_KEY, DEMO_IDS } from '../../../seed';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';
import { startSqs, type LocalSqs } from '../support/sqs';
import { until } from '../support/until';

let app: Eventsapp;
let sqs: LocalSqs;
/** Of an instance that sends jobs and leaves them in the queue. */
let url: string;
let organiser: string;
let member: string;
let other: string;
beforeAll(async () => {
  // Express writes the error behind its 500 page there.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  app = await startEventsapp();
  await stored().deleteMany({});
  sqs = await startSqs();
  ({ url } = await app.startInstance({ ...sqs.env, REPORT_CONSUMER: 'lambda', DAILY_REPORT_RUNNER: 'lambda' }));
  organiser = (await app.login('organiser@example.com')).cookie;
  member = (await app.login('member@example.com')).cookie;
  other = (await app.login('other@example.net')).cookie;
});
afterAll(async () => {
  await app.close();
  await sqs.close();
});

interface ReportJson {
  readonly id: string;
  readonly status: string;
  readonly result: unknown;
}

const stored = () => app.db.collection<ReportDocument>('reports');
const order = (body: object = {}, base = url) => request(base).post('/api/reports').set('Cookie', organiser).send(body);

test('asking for a report answers 202 with where it will be, and puts a job into the queue', async () => {
  const response = await order({ day: '2026-11-15', kind: 'daily', id: 'mine' });
  const { report } = response.body as { report: ReportJson };
  expect([response.status, response.text]).toEqual([
    202,
    JSON.stringify({
      report: {
        id: report.id,
        kind: 'on-demand',
        day: '2026-11-15',
        status: 'queued',
        requestedBy: DEMO_IDS.organiser.toHexString(),
        result: null,
        createdAt: NOW.toISOString(),
        finishedAt: null,
      },
    }),
  ]);
  expect(report.id).toMatch(/^[0-9a-f]{24}$/);
  expect(response.headers['location']).toBe(`/api/reports/${report.id}`);
  expect(await sqs.drain()).toEqual([
    {
      jobId: report.id,
      customerAccountId: DEMO_IDS.account.toHexString(),
      day: '2026-11-15',
      kind: 'on-demand',
    },
  ]);
  const read = await request(url).get(`/api/reports/${report.id}`).set('Cookie', member);
  expect([read.status, read.text]).toEqual([200, response.text]);
});

test('without a day it is the last whole one', async () => {
  const response = await order();
  expect(response.body).toMatchObject({ report: { day: '2026-11-17' } });
  expect((await order({ day: '2026-11-18' })).status).toBe(202);
  await sqs.drain();
});

test.each([
  [{ day: '2026-11-19' }, 'must not be in the future'],
  [{ day: '2026-02-30' }, 'must be a date such as 2026-11-02'],
  [{ day: { $gt: '' } }, 'must be a date such as 2026-11-02'],
  [{ day: null }, 'must be a date such as 2026-11-02'],
])('%j is refused', async (body, message) => {
  const response = await order(body);
  expect([response.status, response.body]).toEqual([400, { error: 'Validation failed', fields: { day: message } }]);
  expect(await sqs.left()).toBe(0);
});

test('the list holds the last fifty of the own account, newest first', async () => {
  const report = (number: number, customerAccountId: ObjectId): ReportDocument => ({
    _id: `listed-${String(number).padStart(3, '0')}`,
    customerAccountId,
    kind: 'daily',
    day: '2026-11-01',
    status: 'done',
    requestedBy: null,
    result: { events: 1, views: 2, registrations: 3, shares: 4, attendees: 5 },
    // In pairs of the same moment, so that the id decides.
    createdAt: new Date(NOW.getTime() + 1000 * Math.floor(number / 2)),
    finishedAt: NOW,
  });
  await stored().insertMany(Array.from({ length: 60 }, (_, number) => report(number, DEMO_IDS.account)));
  await stored().insertOne(report(900, DEMO_IDS.otherAccount));
  const response = await request(url).get('/api/reports').set('Cookie', member);
  const { reports } = response.body as { reports: ReportJson[] };
  expect(reports.map(({ id }) => id)).toEqual(
    Array.from({ length: 50 }, (_, index) => `listed-${String(59 - index).padStart(3, '0')}`),
  );
  expect(reports[0]).toMatchObject({
    requestedBy: null,
    result: { events: 1, views: 2, registrations: 3, shares: 4, attendees: 5 },
    finishedAt: NOW.toISOString(),
  });
  const theirs = await request(url).get('/api/reports').set('Cookie', other);
  expect((theirs.body as { reports: ReportJson[] }).reports.map(({ id }) => id)).toEqual(['listed-900']);
  await stored().deleteMany({ _id: /^listed/ });
});

test.each(['listed-900', '5eed', new ObjectId().toHexString(), '%00', '[object%20Object]', '%7B%22$ne%22:1%7D'])(
  '%s is not found',
  async (id) => {
    const response = await request(url).get(`/api/reports/${id}`).set('Cookie', member);
    expect([response.status, response.text]).toEqual([404, '{"error":"Report not found"}']);
  },
);

describe('who may', () => {
  test.each([
    ['get', '/api/reports'],
    ['post', '/api/reports'],
    ['get', '/api/reports/x'],
  ] as const)('%s %s needs a user, an API key is none', async (method, path) => {
    const response = await request(url)[method](path).set('x-api-key', DEMO_API_KEY);
    expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
  });

  test('members read, organisers order', async () => {
    const response = await request(url).post('/api/reports').set('Cookie', member);
    expect([response.status, response.text]).toEqual([403, '{"error":"Not allowed"}']);
    expect((await request(url).get('/api/reports').set('Cookie', member)).status).toBe(200);
  });

  test("another account's report is as good as none", async () => {
    const { report } = (await order()).body as { report: ReportJson };
    const response = await request(url).get(`/api/reports/${report.id}`).set('Cookie', other);
    expect([response.status, response.text]).toEqual([404, '{"error":"Report not found"}']);
    await sqs.drain();
  });
});

test('without a queue reports can be read, not ordered', async () => {
  const response = await order({ day: 'bad' }, app.url);
  expect([response.status, response.text]).toEqual([503, '{"error":"Reports are not available"}']);
  const anonymous = await request(app.url).post('/api/reports');
  expect(anonymous.status).toBe(401);
  expect((await request(app.url).get('/api/reports').set('Cookie', member)).status).toBe(200);
});

test('a queue that takes nothing is the 500 page, and the report says that it failed', async () => {
  const missing = { ...sqs.env, REPORT_QUEUE_URL: sqs.queueUrl.replace('reports', 'missing') };
  const broken = await app.startInstance({ ...missing, REPORT_CONSUMER: 'lambda', DAILY_REPORT_RUNNER: 'lambda' });
  const response = await order({ day: '2026-11-01' }, broken.url);
  expect([response.status, response.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  expect(await stored().findOne({ day: '2026-11-01' })).toMatchObject({ status: 'failed', finishedAt: NOW });
});

test('the calculation counts what happened on the day, from its first moment to its last', async () => {
  const calculate = reportCalculation(app.db);
  const [events, activity, attendees] = await Promise.all(
    ['events', 'eventActivity', 'attendees'].map((name) => app.db.collection(name).find().toArray()),
  );
  const days = Array.from({ length: 25 }, (_, index) => new Date(NOW.getTime() - index * 86_400_000));
  const totals = { events: 0, views: 0, registrations: 0, shares: 0, attendees: 0 };
  for (const account of [DEMO_IDS.account, DEMO_IDS.otherAccount]) {
    for (const date of days) {
      const day = date.toISOString().slice(0, 10);
      const count = (list: typeof events, field: string, also: object = {}) =>
        (list ?? []).filter(
          (document) =>
            (document['customerAccountId'] as ObjectId).equals(account) &&
            (document[field] as Date).toISOString().startsWith(day) &&
            Object.entries(also).every(([name, value]) => document[name] === value),
        ).length;
      const expected = {
        events: count(events, 'startsAt'),
        views: count(activity, 'at', { type: 'view' }),
        registrations: count(activity, 'at', { type: 'registration' }),
        shares: count(activity, 'at', { type: 'share' }),
        attendees: count(attendees, 'createdAt', { status: 'registered' }),
      };
      expect({ day, ...(await calculate(account, day)) }).toEqual({ day, ...expected });
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += expected[name];
    }
  }
  // Nothing was compared with nothing only.
  for (const total of Object.values(totals)) expect(total).toBeGreaterThan(3);
});

test('an instance that takes jobs from the queue finishes the report', async () => {
  const worker = await app.startInstance({ ...sqs.env, DAILY_REPORT_RUNNER: 'lambda' });
  const { report } = (await order({ day: '2026-11-13' })).body as { report: ReportJson };
  const read = async () => {
    const response = await request(url).get(`/api/reports/${report.id}`).set('Cookie', member);
    return (response.body as { report: ReportJson }).report;
  };
  await until(async () => (await read()).status === 'done');
  expect(await read()).toEqual({
    ...report,
    status: 'done',
    result: await reportCalculation(app.db)(DEMO_IDS.account, '2026-11-13'),
    finishedAt: NOW.toISOString(),
  });
  await until(async () => (await sqs.left()) === 0);
  const started = performance.now();
  await worker.close();
  expect(performance.now() - started).toBeLessThan(5_000);
});
