import request from 'supertest';
import { DEMO_PASSWORD } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';

let app: Eventsapp;
beforeAll(async () => {
  app = await startEventsapp();
});
afterAll(() => app.close());

const me = (headers: Record<string, string>) => request(app.url).get('/api/auth/me').set(headers);

test('a login replaces the session id that the client came with', async () => {
  const before = await app.login('member@example.com');
  const again = await request(app.url)
    .post('/api/auth/login')
    .set('Cookie', before.cookie)
    .send({ email: 'member@example.com', password: DEMO_PASSWORD });
  expect((again.body as { token: string }).token).not.toBe(before.token);
  expect((await me({ Cookie: before.cookie })).status).toBe(401);
});

test.each([
  [{}, ['email', 'password']],
  [{ email: 'member@example.com' }, ['password']],
  [{ email: '  ', password: 'x' }, ['email']],
  [{ email: { $ne: '' }, password: { $ne: '' } }, ['email', 'password']],
  [{ email: ['member@example.com'], password: 'x' }, ['email']],
  [
    ['member@example.com', 'x'],
    ['email', 'password'],
  ],
])('login with %j is not valid', async (body, missing) => {
  const response = await request(app.url).post('/api/auth/login').send(body);
  expect([response.status, response.body]).toEqual([
    400,
    { error: 'Validation failed', fields: Object.fromEntries(missing.map((name) => [name, 'is required'])) },
  ]);
});

describe('the login limiter', () => {
  const tryWith = (url: string, email: string, password: string, ip: string) =>
    request(url).post('/api/auth/login').set('X-Forwarded-For', ip).send({ email, password });

  test('is shared by instances, counts failures only, and is per client and email', async () => {
    const second = await app.startInstance();
    const urls = [app.url, second.url];
    const url = (attempt: number) => urls[attempt % 2] ?? app.url;
    const email = 'other@example.net';
    const hits = async () =>
      (await app.db.collection<{ _id: string; hits: number }>('loginAttempts').findOne({ _id: `203.0.113.7 ${email}` }))
        ?.hits;

    for (let attempt = 0; attempt < 9; attempt += 1) {
      expect((await tryWith(url(attempt), email, 'wrong', '203.0.113.7')).status).toBe(401);
    }
    // Successes and invalid requests do not count. The success is taken back after its answer.
    expect((await tryWith(url(1), email, DEMO_PASSWORD, '203.0.113.7')).status).toBe(200);
    await until(async () => (await hits()) === 9);
    expect((await tryWith(url(1), email, '', '203.0.113.7')).status).toBe(400);
    expect((await tryWith(url(0), email.toUpperCase(), 'wrong', '203.0.113.7')).status).toBe(401);

    const refused = await tryWith(url(1), email, DEMO_PASSWORD, '203.0.113.7');
    expect([refused.status, refused.text]).toEqual([429, '{"error":"Too many failed logins, try again later"}']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await tryWith(url(0), email, DEMO_PASSWORD, '203.0.113.7')).status).toBe(429);
    expect((await tryWith(url(0), email, DEMO_PASSWORD, '203.0.113.8')).status).toBe(200);
    expect((await tryWith(url(1), 'member@example.com', DEMO_PASSWORD, '203.0.113.7')).status).toBe(200);
  });

  test('takes an IPv6 network for one client', async () => {
    const attempts = Array.from({ length: 11 }, (_, index) =>
      tryWith(app.url, 'organiser@example.com', 'wrong', `2001:db8:1:2::${index + 1}`),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  });

  test('opens again when the window is over', async () => {
    await app.db.collection<{ _id: string }>('loginAttempts').insertOne({
      _id: '203.0.113.9 member@example.com',
      hits: 50,
      expiresAt: new Date(Date.now() - 1_000),
    } as {
      _id: string;
    });
    expect((await tryWith(app.url, 'member@example.com', 'wrong', '203.0.113.9')).status).toBe(401);
  });
});
