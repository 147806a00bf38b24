import request from 'supertest';
import { startEventsapp, type Eventsapp } from './support/eventsapp';

let app: Eventsapp;
let cookie: string;
beforeAll(async () => {
  // Express writes every error that it answers there.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  app = await startEventsapp();
  ({ cookie } = await app.login('organiser@example.com'));
});
afterAll(async () => {
  await app.close();
});

const page = (message: string) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>${message}</pre>
</body>
</html>
`;

/** Without those of the connection and the clock. */
function ownHeaders(headers: Record<string, string>): Record<string, string> {
  const { date, connection, 'keep-alive': keepAlive, ...own } = headers;
  expect([typeof date, connection, keepAlive]).toEqual(['string', 'close', undefined]);
  return own;
}

const ERROR_PAGE_HEADERS = {
  'x-powered-by': 'Express',
  'content-security-policy': "default-src 'none'",
  'x-content-type-options': 'nosniff',
  'content-type': 'text/html; charset=utf-8',
};

test('an unknown path gets the default 404 page', async () => {
  const { status, text, headers } = await request(app.url).get('/nowhere?a=<b>').set('Connection', 'close');
  expect(status).toBe(404);
  expect(text).toBe(page('Cannot GET /nowhere'));
  expect(ownHeaders(headers as Record<string, string>)).toEqual({
    ...ERROR_PAGE_HEADERS,
    'content-length': String(text.length),
  });
});

test('so does another method of a known path', async () => {
  const { status, text } = await request(app.url).patch('/api/events/5eed').set('Cookie', cookie);
  expect([status, text]).toEqual([404, page('Cannot PATCH /api/events/5eed')]);
});

test('JSON answers have length, weak ETag and X-Powered-By', async () => {
  const { status, text, headers } = await request(app.url).get('/api/auth/me').set('Connection', 'close');
  expect([status, text]).toEqual([401, '{"error":"Not authenticated"}']);
  expect(ownHeaders(headers as Record<string, string>)).toEqual({
    'x-powered-by': 'Express',
    'content-type': 'application/json; charset=utf-8',
    'content-length': '29',
    etag: 'W/"1d-TthZhBRJQAzVgIhlWqxc3frMMMg"',
  });
});

test('If-None-Match is answered by 304 and the rolling cookie', async () => {
  const first = await request(app.url).get('/api/events').set('Cookie', cookie);
  const etag = String(first.headers['etag']);
  expect(etag).toMatch(/^W\/"[0-9a-f]+-[\w+/]{27}"$/);
  const second = await request(app.url).get('/api/events').set('Cookie', cookie).set('If-None-Match', etag);
  expect([second.status, second.text, second.headers['content-type']]).toEqual([304, '', undefined]);
  expect(second.headers['set-cookie']).toHaveLength(1);
});

test('HEAD is answered by the GET route, OPTIONS by Express', async () => {
  const get = await request(app.url).get('/api/events').set('Cookie', cookie);
  const head = await request(app.url).head('/api/events').set('Cookie', cookie);
  expect([head.status, head.text]).toEqual([200, undefined]);
  expect([head.headers['content-length'], head.headers['etag']]).toEqual([
    get.headers['content-length'],
    get.headers['etag'],
  ]);
  const options = await request(app.url).options('/api/events/5eed/metrics');
  expect([options.status, options.text, options.headers['allow']]).toEqual([200, 'GET,HEAD', 'GET,HEAD']);
  expect((await request(app.url).options('/api/events')).text).toBe('GET,HEAD,POST');
});

test('paths match in any case and with a trailing slash', async () => {
  const { status } = await request(app.url).get('/API/Events/').set('Cookie', cookie);
  expect(status).toBe(200);
});

test('a malformed path is a 400 page', async () => {
  const { status, text } = await request(app.url).get('/api/events/%E0%A4%A').set('Cookie', cookie);
  expect([status, text]).toEqual([400, page('Bad Request')]);
});

test('bad bodies are refused before anybody asks who sends them', async () => {
  const malformed = await request(app.url).post('/api/events').type('json').send('{"title":');
  expect([malformed.status, malformed.text]).toEqual([400, page('Bad Request')]);
  expect(ownHeadersOfPage(malformed.headers as Record<string, string>)).toEqual(ERROR_PAGE_HEADERS);
  const large = await request(app.url)
    .post('/api/events')
    .send({ title: 'x'.repeat(110_000) });
  expect([large.status, large.text]).toEqual([413, page('Payload Too Large')]);
});

function ownHeadersOfPage(headers: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(ERROR_PAGE_HEADERS).map((name) => [name, headers[name]]));
}

test('a forwarded https request gets a secure cookie: one proxy is trusted', async () => {
  const { headers } = await request(app.url)
    .get('/api/auth/me')
    .set('Cookie', cookie)
    .set('X-Forwarded-Proto', 'https');
  expect(String(headers['set-cookie'])).not.toContain('Secure');
  const fresh = await request(app.url)
    .post('/api/auth/login')
    .set('X-Forwarded-Proto', 'https')
    .send({ email: 'member@example.com', password: 'correct horse battery staple' });
  expect(String(fresh.headers['set-cookie'])).toContain('; HttpOnly; Secure; SameSite=Lax');
});

test('health and home', async () => {
  const health = await request(app.url).get('/healthz');
  expect([health.status, health.text]).toEqual([200, '{"status":"ok"}']);
  const home = await request(app.url).get('/');
  expect([home.status, home.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(home.text).toContain('<h1>eventsapp</h1>');
});

test('one log line for each request, without tokens, cookies or query strings', async () => {
  const { token } = await app.login('member@example.com');
  await request(app.url).get('/api/events?filter[q]=private').set('Authorization', `Bearer ${token}`);
  await request(app.url).get('/api/events').set('x-api-key', 'demo-key-51f0c7a2e98b4d36');
  const lines = app.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const requests = lines.filter(({ path, status }) => path === '/api/events' && status === 200).slice(-2);
  expect(requests).toEqual([
    expect.objectContaining({ method: 'GET', msg: 'request', ip: '127.0.0.1', aborted: false }),
    expect.objectContaining({ integration: 'Website calendar' }),
  ]);
  const secretParts = [token.slice(2, 20), token.slice(-20), 'private', 'demo-key', 'correct horse', 'eventsapp.sid'];
  for (const part of secretParts) expect(app.logLines.join('')).not.toContain(part);
});
