import request from 'supertest';
import { DEMO_IDS, DEMO_PASSWORD } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';

let app: Eventsapp;
beforeAll(async () => {
  app = await startEventsapp();
});
afterAll(() => app.close());

const SET_COOKIE =
  /^eventsapp\.sid=s%3A[\w-]{32}\.[\w%]+; Path=\/; Expires=\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT; HttpOnly; SameSite=Lax$/;

const MEMBER = {
  userId: DEMO_IDS.member.toHexString(),
  customerAccountId: DEMO_IDS.account.toHexString(),
  fullName: 'Sam Okafor',
  roles: ['member'],
};

interface StoredSession {
  _id: string;
  session: string;
  expires: Date;
  lastModified: Date;
}

const sessions = () => app.db.collection<StoredSession>('sessions');
const me = (headers: Record<string, string>) => request(app.url).get('/api/auth/me').set(headers);

test('a login answers with the user, the token and the session cookie', async () => {
  const response = await request(app.url)
    .post('/api/auth/login')
    .send({ email: ' Member@Example.com ', password: DEMO_PASSWORD });
  const setCookie = String(response.headers['set-cookie']);
  const { token } = response.body as { token: string };
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ user: MEMBER, token });
  expect(setCookie).toMatch(SET_COOKIE);
  expect(setCookie).toContain(`eventsapp.sid=${encodeURIComponent(token)};`);
});

test('the session is stored as connect-mongo does by default, with the user as data', async () => {
  const { token } = await app.login('member@example.com');
  const stored = await sessions().findOne({ _id: token.slice(2, token.lastIndexOf('.')) });
  expect(Object.keys(stored ?? {}).sort()).toEqual(['_id', 'expires', 'lastModified', 'session']);
  expect(JSON.parse(stored?.session ?? '')).toEqual({
    cookie: {
      originalMaxAge: 1_209_600_000,
      expires: stored?.expires.toISOString(),
      secure: false,
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
    },
    passport: { user: MEMBER },
  });
});

test('forms may log in too', async () => {
  const response = await request(app.url)
    .post('/api/auth/login')
    .type('form')
    .send({ email: 'member@example.com', password: DEMO_PASSWORD });
  expect(response.status).toBe(200);
});

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

test.each(['member@example.com', 'nobody@example.com'])(
  'a wrong password of %s is a 401 without cookie',
  async (email) => {
    const response = await request(app.url).post('/api/auth/login').send({ email, password: 'wrong' });
    expect([response.status, response.text]).toEqual([401, '{"error":"Wrong email or password"}']);
    expect(response.headers['set-cookie']).toBeUndefined();
  },
);

describe('a session', () => {
  test('by cookie, by bearer token raw and encoded: the same answer with the rolling cookie', async () => {
    const { cookie, token } = await app.login('member@example.com');
    const credentials = [
      { Cookie: cookie },
      { Authorization: `Bearer ${token}` },
      { Authorization: `bearer ${encodeURIComponent(token)}` },
      { Authorization: `Bearer ${token}`, Cookie: 'eventsapp.sid=s%3Aother.nonsense' },
    ];
    for (const headers of credentials) {
      const response = await me(headers);
      expect([response.status, response.text]).toEqual([200, JSON.stringify({ user: MEMBER })]);
      expect(String(response.headers['set-cookie'])).toMatch(SET_COOKIE);
      expect(String(response.headers['set-cookie'])).toContain(`${cookie};`);
    }
  });

  test('Authorization that is no session decides, even beside a good cookie', async () => {
    const { cookie, token } = await app.login('member@example.com');
    for (const authorization of ['Basic abc', `Bearer ${token}x`, `Bearer ${token.slice(2)}`, '']) {
      const response = await me({ Cookie: cookie, Authorization: authorization });
      expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
      expect(response.headers['set-cookie']).toBeUndefined();
    }
  });

  test('signed with the older secret is accepted, and its cookie signed anew', async () => {
    const older = await app.startInstance({ SESSION_SECRET: 'older-secret-of-the-tests' });
    const { cookie } = await app.login('member@example.com', { url: older.url });
    const response = await me({ Cookie: cookie });
    expect(response.status).toBe(200);
    expect(String(response.headers['set-cookie'])).toMatch(SET_COOKIE);
    expect(String(response.headers['set-cookie'])).not.toContain(cookie);
  });

  test('that has expired is none', async () => {
    const { cookie, token } = await app.login('member@example.com');
    const _id = token.slice(2, token.lastIndexOf('.'));
    await sessions().updateOne({ _id }, { $set: { expires: new Date(Date.now() - 1) } });
    expect((await me({ Cookie: cookie })).status).toBe(401);
  });

  test('is touched at most every five minutes', async () => {
    const { cookie, token } = await app.login('member@example.com');
    const _id = token.slice(2, token.lastIndexOf('.'));
    const expiryAfterRequest = async (lastModified: Date) => {
      const expires = new Date(Date.now() + 60_000);
      await sessions().updateOne({ _id }, { $set: { expires, lastModified } });
      await me({ Cookie: cookie });
      const stored = await sessions().findOne({ _id });
      return stored?.expires.getTime() === expires.getTime() ? 'kept' : 'extended';
    };
    expect(await expiryAfterRequest(new Date(Date.now() - 290_000))).toBe('kept');
    expect(await expiryAfterRequest(new Date(Date.now() - 301_000))).toBe('extended');
  });

  test('ends with logout: the document is gone and the cookie is cleared', async () => {
    const { cookie, token } = await app.login('member@example.com');
    const response = await request(app.url).post('/api/auth/logout').set('Cookie', cookie);
    expect([response.status, response.text]).toEqual([204, '']);
    expect(response.headers['set-cookie']).toEqual([
      'eventsapp.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ]);
    expect(await sessions().findOne({ _id: token.slice(2, token.lastIndexOf('.')) })).toBeNull();
    expect((await me({ Cookie: cookie })).status).toBe(401);
    expect((await me({ Authorization: `Bearer ${token}` })).status).toBe(401);
  });

  test('that never was may be logged out too', async () => {
    expect((await request(app.url).post('/api/auth/logout')).status).toBe(204);
  });
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
