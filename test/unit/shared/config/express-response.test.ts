import express from 'express';
import request from 'supertest';
import { expressErrorPage, expressJson } from '../../../../shared/config';

describe('fixed responses', () => {
  const app = express();
  app.set('env', 'production');
  app.get('/json', (_req, res) => {
    res.status(401).json({ error: 'Not authenticated — nicht angemeldet' });
  });
  app.get('/error', () => {
    throw new Error('private');
  });

  it.each([
    ['res.json', '/json', expressJson(401, { error: 'Not authenticated — nicht angemeldet' })],
    ['the default error page', '/error', expressErrorPage(500)],
  ])('are those of Express: %s', async (_case, path, fixed) => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const response = await request(app).get(path);
    const {
      date,
      connection,
      'content-length': length,
      'x-powered-by': poweredBy,
      ...headers
    } = response.headers as Record<string, string>;
    expect(response.status).toBe(fixed.statusCode);
    expect(response.text).toBe(fixed.body);
    expect(headers).toEqual(fixed.headers);
    expect(Number(length)).toBe(Buffer.byteLength(fixed.body));
    expect([poweredBy, typeof date, connection]).toEqual(['Express', 'string', 'close']);
    // Express logs the error after it has answered.
    await new Promise(setImmediate);
    logged.mockRestore();
  });
});
