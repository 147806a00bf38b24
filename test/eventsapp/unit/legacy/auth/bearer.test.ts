import express from 'express';
import request from 'supertest';
import { bearerToCookie, signedSessionId } from '../../../../../legacy/auth/bearer';

const app = express();
app.use(bearerToCookie('sid'));
app.get('/', (req, res) => {
  res.json({ cookie: req.headers.cookie ?? null });
});
const server = app.listen(0, '127.0.0.1');
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function cookieFor(authorization: string | undefined): Promise<unknown> {
  const call = request(server).get('/').set('Cookie', 'sid=s%3Agood.cookie');
  if (authorization !== undefined) call.set('Authorization', authorization);
  const { body } = (await call) as { body: { cookie: unknown } };
  return body.cookie;
}

test('without Authorization the cookie stays', async () => {
  expect(await cookieFor(undefined)).toBe('sid=s%3Agood.cookie');
});

test.each([
  'Bearer s:id.si+g/x',
  'bearer s:id.si+g/x',
  'BEARER   s:id.si+g/x',
  'Bearer s%3Aid.si%2Bg%2Fx',
  'Bearer s%3aid.si+g/x',
])('%j becomes the cookie', async (authorization) => {
  expect(await cookieFor(authorization)).toBe('sid=s%3Aid.si%2Bg%2Fx');
});

test.each([
  '',
  'Bearer',
  'Bearer ',
  'Bearer id.sig',
  'Bearer S:id.sig',
  'Bearer s%253Aid.sig',
  'Bearer s%3Aid%E0%A4%A',
  'Bearer s:id.sig extra',
  'Basic czppZC5zaWc=',
  's:id.sig',
  'Bearers:id.sig',
])('%j is no credential, and the cookie beside it is none either', async (authorization) => {
  expect(await cookieFor(authorization)).toBeNull();
});

interface CookieSignature {
  unsign: (value: string, secret: string) => string | false;
}

test('the signed value is what the cookie-signature package writes', () => {
  const { unsign } = jest.requireActual<CookieSignature>('cookie-signature');
  for (const id of ['abc', 'with.dots', 'ünïcode']) {
    expect(unsign(signedSessionId(id, 'secret').slice(2), 'secret')).toBe(id);
  }
});
