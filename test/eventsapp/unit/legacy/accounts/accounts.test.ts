import request from 'supertest';
import { DEMO_IDS } from '../../../seed';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';

let app: Eventsapp;
let organiser: string;
let member: string;
beforeAll(async () => {
  app = await startEventsapp();
  organiser = (await app.login('organiser@example.com')).cookie;
  member = (await app.login('member@example.com')).cookie;
});
afterAll(() => app.close());

const ACCOUNT = {
  id: DEMO_IDS.account.toHexString(),
  name: 'Harbour Events',
  plan: 'team',
  billingEmail: 'billing@example.com',
  timezone: 'Europe/Copenhagen',
  createdAt: '2025-10-14T12:00:00.000Z',
  updatedAt: '2025-10-14T12:00:00.000Z',
};

test('members read their own account', async () => {
  const response = await request(app.url).get('/api/account').set('Cookie', member);
  expect([response.status, response.body]).toEqual([200, { account: ACCOUNT }]);
});

test('organisers change it, and the plan stays what it was', async () => {
  const response = await request(app.url)
    .patch('/api/account')
    .set('Cookie', organiser)
    .send({ name: ' Harbour & Co ', billingEmail: 'Billing@Example.org', timezone: 'Europe/Oslo', plan: 'business' });
  const changed = {
    ...ACCOUNT,
    name: 'Harbour & Co',
    billingEmail: 'billing@example.org',
    timezone: 'Europe/Oslo',
    updatedAt: NOW.toISOString(),
  };
  expect([response.status, response.body]).toEqual([200, { account: changed }]);
  const read = await request(app.url).get('/api/account').set('Cookie', member);
  expect(read.body).toEqual({ account: changed });
});

test('bad fields are named, all at once', async () => {
  const response = await request(app.url)
    .patch('/api/account')
    .set('Cookie', organiser)
    .send({ name: '', billingEmail: { $ne: '' }, timezone: 'Mars/Olympus' });
  expect([response.status, response.body]).toEqual([
    400,
    {
      error: 'Validation failed',
      fields: {
        name: 'must be text of 1 to 100 characters',
        billingEmail: 'must be an email address',
        timezone: 'must be a time zone such as Europe/Copenhagen',
      },
    },
  ]);
});

test('users of the account, for organisers', async () => {
  const response = await request(app.url).get('/api/account/users').set('Cookie', organiser);
  const { users } = response.body as { users: { email: string }[] };
  expect(users.map(({ email }) => email)).toEqual(['member@example.com', 'organiser@example.com']);
  expect(response.text).not.toMatch(/password|\$2/);
});

test.each([
  ['patch', '/api/account'],
  ['get', '/api/account/users'],
] as const)('%s %s is not for members', async (method, path) => {
  const response = await request(app.url)[method](path).set('Cookie', member);
  expect([response.status, response.text]).toEqual([403, '{"error":"Not allowed"}']);
});

test.each([
  ['get', '/api/account'],
  ['patch', '/api/account'],
  ['get', '/api/account/users'],
] as const)('%s %s is not for strangers or integrations', async (method, path) => {
  const response = await request(app.url)[method](path).set('x-api-key', 'demo-key-51f0c7a2e98b4d36');
  expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
});
