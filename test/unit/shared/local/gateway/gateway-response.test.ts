import { call, closeApis, startApi, type TestHandler } from './harness';

afterEach(closeApis);

const customised = (handlers: Record<string, TestHandler> = {}, options: object = {}) =>
  startApi(handlers, { fixture: 'gateway-responses.yml', ...options });

describe('built-in answers', () => {
  it.each([
    ['an unknown path', '/nothing', 'GET'],
    ['another case', '/API/events', 'GET'],
    ['a slash at the end', '/api/events/', 'GET'],
    ['another method', '/api/events', 'DELETE'],
    ['HEAD on a GET route', '/api/events', 'HEAD'],
    ['OPTIONS without cors', '/api/events', 'OPTIONS'],
  ])(
    '403 MISSING_AUTHENTICATION_TOKEN for %s (knowledge center: "403 errors from API Gateway")',
    async (_name, target, method) => {
      const reply = await call(await startApi(), target, { method });
      expect(reply).toMatchObject({
        status: 403,
        headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
      });
      if (method !== 'HEAD') expect(reply.text).toBe('{"message":"Missing Authentication Token"}');
      expect(reply.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
      expect(reply.headers['x-amzn-trace-id']).toBeUndefined();
    },
  );

  it('complains of the signature instead when there is an Authorization header (log statistics in azul#7470)', async () => {
    const reply = await call(await startApi(), '/nothing', { headers: [['Authorization', 'Bearer secret']] });
    expect(reply).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'IncompleteSignatureException' } });
    expect(reply.text).toMatch(/^\{"message":"Invalid key=value pair \(missing equal-sign\) in Authorization header/);
    expect(reply.text).not.toContain('secret');
  });

  it('403 Forbidden for another stage (knowledge center: "403 errors from API Gateway")', async () => {
    const gateway = await startApi();
    for (const target of ['/', '/prod/api/events', '/devs', '/DEV/api/events']) {
      const reply = await fetch(new URL(target, gateway.url));
      expect([reply.status, reply.headers.get('x-amzn-errortype')]).toStrictEqual([403, 'ForbiddenException']);
      expect(await reply.text()).toBe('{"message":"Forbidden"}');
    }
  });
});

describe('customised answers (developer guide: "Set up a gateway response")', () => {
  it('use the definition of their own type: status, headers, template', async () => {
    const reply = await call(await customised(), '/nothing?lang=de', { headers: [['X-Client', 'abc']] });
    expect(reply).toMatchObject({
      status: 404,
      headers: {
        'content-type': 'text/html',
        'x-literal': "it is 'quoted'".replaceAll("'", ''),
        'x-client': 'abc',
        'x-lang': 'de',
        'x-type': 'MISSING_AUTHENTICATION_TOKEN',
      },
    });
    expect(reply.headers['x-absent']).toBeUndefined();
    expect(reply.text).toBe(
      `<p>GET /dev/nothing Missing Authentication Token ${String(reply.headers['x-amzn-requestid'])} </p>`,
    );
  });

  it('use DEFAULT_4XX when their own is not defined, and then nothing of other types', async () => {
    const gateway = await customised({ authorizer: () => Promise.reject(new Error('Unauthorized')) });
    expect(await call(gateway, '/private')).toMatchObject({
      status: 418,
      text: '{"error":"Unauthorized","type":"UNAUTHORIZED"}',
      headers: { 'x-family': '4' },
    });
    expect(await call(gateway, '/nothing')).toMatchObject({
      headers: expect.not.objectContaining({ 'x-family': '4' }) as object,
    });
  });

  it('keep their status under DEFAULT_5XX without one; messageString keeps the space that API Gateway puts there', async () => {
    const gateway = await customised({ echo: () => Promise.reject(new Error('x')), authorizer: () => null });
    expect(await call(gateway, '/echo')).toMatchObject({ status: 502, text: '{"error": "Internal server error"}' });
    expect(await call(gateway, '/private')).toMatchObject({ status: 500, text: '{"error":null}' });
  });

  it('keep the type’s status when a definition has none', async () => {
    const gateway = await customised(
      { echo: () => new Promise(() => undefined) },
      { limits: { integrationTimeoutMs: 20 } },
    );
    expect(await call(gateway, '/echo')).toMatchObject({ status: 504, text: 'slow' });
  });

  it('cannot change 413 (developer guide: "Important notes")', async () => {
    const body = 'x'.repeat(6_300_000);
    const reply = await call(await customised(), '/echo', { method: 'POST', body });
    expect(reply).toMatchObject({ status: 413, text: '{"message": "Request Too Long"}' });
  });

  it('leave out headers that the client made unsendable', async () => {
    const reply = await call(await customised(), '/nothing?lang=a%0D%0ASet-Cookie:x');
    expect(reply.status).toBe(404);
    expect(reply.headers['x-lang']).toBeUndefined();
    expect(reply.headers['set-cookie']).toBeUndefined();
  });
});

describe('preflight (Serverless Framework: "Enabling CORS"; a MOCK integration)', () => {
  const preflight = async (origin: string) =>
    call(await startApi(), '/cors', { method: 'OPTIONS', headers: [['Origin', origin]] });

  it('answers OPTIONS where cors is configured', async () => {
    expect(await preflight('https://app.example.com')).toMatchObject({
      status: 200,
      text: '',
      headers: {
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-methods': 'OPTIONS,PUT',
        'access-control-allow-headers':
          'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,X-Amzn-Trace-Id',
        'access-control-max-age': '60',
      },
    });
  });

  it.each(['https://evil.org', 'https://example.com.evil.org', 'http://app.example.com', 'https://app-example.com'])(
    'does not echo %s',
    async (origin) =>
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBe('https://*.example.com'),
  );

  it('does not add headers to the method itself: those are the function’s', async () => {
    const reply = await call(await startApi(), '/cors', {
      method: 'PUT',
      headers: [['Origin', 'https://example.org']],
    });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });
});
