import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import express, { type Response } from 'express';
import fc from 'fast-check';

import { createHttpHandler, type HttpHandler, type Respond } from '../../../../lambda/http/create-http-handler';
import { notFound } from '../../../../lambda/http/errors';
import type { HttpRequest } from '../../../../lambda/http/request';
import { json, noContent, type HttpResponse } from '../../../../lambda/http/response';
import { expressJson } from '../../../../shared/config';
import { ValidationError } from '../../../../lambda/http/validation';
import { BanyanError } from '../../../../shared/errors';
import { createLogger } from '../../../../shared/logger';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { AUTHORIZER, gatewayEvent, IDENTITY, LAMBDA_CONTEXT, type EventParts } from './gateway-event';
import { parseTestIdentity, type TestIdentity } from '../../../support/test-identity';
import { waitFor } from '../../../support/wait-for';
import { startOracle, type Answer, type Oracle } from './monolith-oracle';

const NOW = new Date('2026-11-23T12:00:00.000Z');
const SESSION = resolveSession(
  completeSession({
    cookieName: 'sid',
    secrets: ['new secret', 'old secret'],
    store: { format: 'connect-mongo' },
    rolling: true,
  }),
  {},
);
const STORED_COOKIE = {
  originalMaxAge: 60_000,
  expires: '2026-11-01T00:00:00.000Z',
  httpOnly: true,
  path: '/',
  sameSite: 'lax',
};
const RENEWED = /^sid=s%3Asession-id\.[^;]+; Path=\/; Expires=Mon, 23 Nov 2026 12:01:00 GMT; HttpOnly; SameSite=Lax$/;

const lines: string[] = [];
const wrap = createHttpHandler({
  headers: { 'X-Powered-By': 'Express' },
  unauthorized: expressJson(401, { error: 'Not authenticated' }),
  internalError: {
    statusCode: 500,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: 'the monolith’s own page',
  },
  parseIdentity: parseTestIdentity,
  session: SESSION,
  logger: createLogger({ write: (line) => lines.push(line) }),
  now: () => NOW,
});
const httpHandler = (respond: Respond<TestIdentity>) => wrap({ auth: 'required' }, respond);

async function call(handler: HttpHandler, parts: EventParts = {}): Promise<Answer> {
  const { statusCode, headers = {}, multiValueHeaders = {}, body } = await handler(gatewayEvent(parts), LAMBDA_CONTEXT);
  const all = { ...headers, ...multiValueHeaders };
  const lowerCase = Object.entries(all).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.map(String) : String(value),
  ]);
  return { statusCode, headers: Object.fromEntries(lowerCase) as Answer['headers'], body };
}

/** Node and API Gateway write these themselves. */
const NOT_THE_HANDLERS = new Set(['date', 'connection', 'content-length', 'keep-alive', 'transfer-encoding']);

function comparable({ statusCode, headers, body }: Answer): Answer {
  const kept = Object.entries(headers).filter(([name]) => !NOT_THE_HANDLERS.has(name));
  return { statusCode, headers: Object.fromEntries(kept), body };
}

beforeEach(() => {
  lines.length = 0;
});

describe('answers as Express sends them', () => {
  let oracle: Oracle;
  let respondWith: (res: Response) => void;

  beforeAll(async () => {
    oracle = await startOracle(express().get('/', (_req, res) => respondWith(res)));
  });
  afterAll(() => oracle.close());

  const expectSame = async (
    respond: Respond,
    express: (res: Response) => void,
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<Answer> => {
    respondWith = express;
    const expected = comparable(await oracle.get('/', headers));
    const actual = await call(httpHandler(respond), { headers });
    expect(actual).toEqual(expected);
    return actual;
  };

  it.each([
    ['an object', { b: 1, a: [null, true, 'é ✓ 🌳'] }],
    ['dates, undefined, NaN and -0', { at: NOW, gone: undefined, nan: Number.NaN, zero: -0, list: [undefined] }],
    ['markup', { html: '<script>&</script>\u2028' }],
    ['an empty list', []],
    ['a long text', { text: 'x'.repeat(5_000) }],
  ])('sends %s', async (_name, value) => {
    await expectSame(
      () => json(200, value),
      (res) => res.json(value),
    );
  });

  it.each([201, 400, 404, 409])('sends status %i', async (statusCode) => {
    await expectSame(
      () => json(statusCode, { a: 1 }),
      (res) => res.status(statusCode).json({ a: 1 }),
      [['If-None-Match', '*']],
    );
  });

  it('sends 204 without a body', async () => {
    await expectSame(
      () => noContent(),
      (res) => res.status(204).end(),
    );
  });

  const body = { a: 1 };
  const etag = json(200, body).headers['ETag'] ?? '';
  const strong = etag.slice(2);

  it.each([
    ['the same tag', 304, [['If-None-Match', etag]]],
    ['the strong form', 304, [['If-None-Match', strong]]],
    ['one of a list', 304, [['If-None-Match', `"x", ${etag} ,"y"`]]],
    [
      'several headers',
      304,
      [
        ['If-None-Match', '"x"'],
        ['If-None-Match', etag],
      ],
    ],
    ['a star', 304, [['If-None-Match', '*']]],
    ['a star in a list', 200, [['If-None-Match', '*, "x"']]],
    ['another tag', 200, [['If-None-Match', '"x"']]],
    ['an empty header', 200, [['If-None-Match', '']]],
    [
      'a date beside the tag',
      200,
      [
        ['If-None-Match', etag],
        ['If-Modified-Since', NOW.toUTCString()],
      ],
    ],
    ['only a date', 200, [['If-Modified-Since', NOW.toUTCString()]]],
    [
      'no-cache',
      200,
      [
        ['If-None-Match', etag],
        ['Cache-Control', 'no-cache'],
      ],
    ],
    [
      'no-cache among others',
      200,
      [
        ['If-None-Match', etag],
        ['Cache-Control', 'max-age=0, no-cache ,x'],
      ],
    ],
    [
      'a word that contains no-cache',
      304,
      [
        ['If-None-Match', etag],
        ['Cache-Control', 'x-no-cache'],
      ],
    ],
  ] as const)('answers If-None-Match with %s', async (_name, statusCode, headers) => {
    const actual = await expectSame(
      () => json(200, body),
      (res) => res.json(body),
      headers,
    );
    expect(actual.statusCode).toBe(statusCode);
  });

  it('agrees with Express for any conditional request', async () => {
    const tag = fc.constantFrom(etag, strong, `W/${etag}`, '*', '"x"', 'W/', '', ' ', '\t', ',', `"a,${strong}"`);
    const list = fc
      .array(tag, { minLength: 1, maxLength: 3 })
      .chain((tags) => fc.constantFrom(tags.join(','), tags.join(' , ')));
    const header = fc.oneof(
      fc.tuple(fc.constant('If-None-Match'), list),
      fc.tuple(fc.constant('If-Modified-Since'), fc.constantFrom('', 'nonsense', NOW.toUTCString())),
      fc.tuple(
        fc.constant('Cache-Control'),
        fc.constantFrom('no-cache', 'No-Cache', ' no-cache', 'private,no-cache', 'no-cache="x"', 'no-store'),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 4 }), async (headers) => {
        // The server trims header values, API Gateway likewise.
        const trimmed = headers.map(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')] as const);
        await expectSame(
          () => json(200, body),
          (res) => res.json(body),
          trimmed,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('tags any JSON value as Express does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.object({ withDate: true, maxDepth: 2 }), async (value) => {
        await expectSame(
          () => json(200, value),
          (res) => res.json(value),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('answers validation and other client errors in the JSON of the monolith', async () => {
    const fields = { title: 'is required' };
    await expectSame(
      () => Promise.reject(new ValidationError(fields)),
      (res) => res.status(400).json({ error: 'Validation failed', fields }),
    );
    await expectSame(
      () => {
        throw notFound('Event not found');
      },
      (res) => res.status(404).json({ error: 'Event not found' }),
    );
    expect(lines).toEqual([]);
  });
});

describe('errors of our own', () => {
  it.each([
    ['an error', new Error('secret detail')],
    ['one of 500 or more', new BanyanError('secret detail', { code: 'x', statusCode: 503 })],
    ['something that is no error', 'secret detail'],
  ])('answers %s with the monolith’s 500 and logs it', async (_name, error) => {
    const failing = httpHandler(jest.fn().mockRejectedValue(error));
    const headers = [
      ['Cookie', 'sid=secret-token'],
      ['Authorization', 'Bearer secret-token'],
    ] as const;
    const answer = await call(failing, { headers });
    expect(answer).toEqual({
      statusCode: 500,
      headers: { 'x-powered-by': 'Express', 'content-type': 'text/html; charset=utf-8' },
      body: 'the monolith’s own page',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', requestId: 'request-1', resource: '/{proxy}' });
    expect(lines[0]).not.toContain('secret-token');
  });

  it.each([
    ['is missing', null],
    ['lacks the identity', { ...AUTHORIZER, identity: undefined }],
    ['has an identity that is no text', { ...AUTHORIZER, identity: IDENTITY }],
    ['has an identity that is not JSON', { ...AUTHORIZER, identity: 'organiser' }],
    ['has an identity without a claim that the parser wants', { ...AUTHORIZER, identity: '{"userId":"u1"}' }],
    ['has an identity of another type', { ...AUTHORIZER, identity: '[1]' }],
  ])('answers 500 when the authorizer’s context %s', async (_name, authorizer) => {
    const called = jest.fn(() => noContent());
    expect((await call(httpHandler(called), { authorizer })).statusCode).toBe(500);
    expect(called).not.toHaveBeenCalled();
    expect(lines[0]).toContain('authorizer_context_invalid');
  });
});

describe('who is let in', () => {
  const key = { ...AUTHORIZER, authenticatedBy: 'api-key' };
  const anonymous = { authenticatedBy: 'nobody' };
  const readers = { auth: 'required', accepts: ['session', 'api-key'] } as const;
  const identities = jest.fn<HttpResponse, [HttpRequest<TestIdentity | undefined>]>(() => noContent());
  beforeEach(() => identities.mockClear());

  const lastIdentity = () => identities.mock.lastCall?.[0].identity;

  it.each([
    ['an API key where only sessions count', { auth: 'required' }, key],
    ['an anonymous client, although the authorizer let it through', { auth: 'required' }, anonymous],
    ['a key of a kind that is not named', { auth: 'required', accepts: ['session', 'partner-key'] }, key],
    ['a session where only keys count', { auth: 'required', accepts: ['api-key'] }, AUTHORIZER],
  ] as const)('gets the monolith’s 401 otherwise: %s', async (_case, access, authorizer) => {
    const { body, headers } = expressJson(401, { error: 'Not authenticated' });
    const answer = await call(wrap(access, identities), { authorizer, headers: [['If-None-Match', '*']] });
    expect(answer).toEqual({ statusCode: 401, body, headers: { 'x-powered-by': 'Express', ...headers } });
    expect(identities).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it('gets its body refused first, as by the monolith', async () => {
    const request = { method: 'POST', headers: [['Content-Type', 'application/json']], body: '{' } as const;
    expect((await call(wrap({ auth: 'required' }, identities), { ...request, authorizer: anonymous })).statusCode).toBe(
      400,
    );
  });

  it.each([
    ['a session', AUTHORIZER],
    ['an API key', key],
  ])('is %s where both count', async (_case, authorizer) => {
    expect((await call(wrap(readers, identities), { authorizer })).statusCode).toBe(204);
    expect(lastIdentity()).toEqual(IDENTITY);
  });

  it.each([
    ['a session', AUTHORIZER, IDENTITY],
    ['an anonymous client', anonymous, undefined],
    ['an API key that does not count here', key, undefined],
  ])('is everybody where it is optional: %s', async (_case, authorizer, identity) => {
    expect((await call(wrap({ auth: 'optional' }, identities), { authorizer })).statusCode).toBe(204);
    expect(lastIdentity()).toEqual(identity);
  });

  it('is nobody in particular where there is no authorizer', async () => {
    expect((await call(wrap({ auth: 'none' }, identities), { authorizer: null })).statusCode).toBe(204);
    expect(lastIdentity()).toBeUndefined();
  });

  it('cannot be told when an optional route has lost its authorizer: 500', async () => {
    expect((await call(wrap({ auth: 'optional' }, identities), { authorizer: null })).statusCode).toBe(500);
    expect(lines[0]).toContain('authorizer_context_invalid');
  });

  it('does not matter to the cookie of a session of nobody, which rolls as the monolith’s', async () => {
    const authorizer = { ...anonymous, sessionCookie: JSON.stringify(STORED_COOKIE) };
    const cookie = ['Cookie', `sid=${encodeURIComponent(`s:${sign('session-id', 'new secret')}`)}`] as const;
    const { headers } = await call(wrap({ auth: 'optional' }, identities), { authorizer, headers: [cookie] });
    expect(headers['set-cookie']).toEqual([expect.stringMatching(RENEWED)]);
  });
});

describe('what a handler receives', () => {
  it('is typed identity, nested query and path parameters', async () => {
    const respond = jest.fn<ReturnType<Respond>, Parameters<Respond>>(() => noContent());
    await call(httpHandler(respond), { query: 'filter[status]=draft', params: { eventId: 'a/b' } });
    expect(respond).toHaveBeenCalledWith({
      identity: IDENTITY,
      query: { filter: { status: 'draft' } },
      params: { eventId: 'a/b' },
      body: {},
    });
  });

  it.each([
    ['a%20b%2Fc', 'a b/c'],
    ['caf%C3%A9', 'café'],
    ['a+b', 'a+b'],
    ['%2541', '%41'],
    ['%E0%A4%A', '%E0%A4%A'],
  ])('decodes the path parameter %s once, to %s', async (sent, decoded) => {
    const respond = jest.fn<ReturnType<Respond>, Parameters<Respond>>(() => noContent());
    await call(httpHandler(respond), { params: { id: sent } });
    expect(respond.mock.calls[0]?.[0].params).toEqual({ id: decoded });
  });
});

describe('a request with a body', () => {
  const type = ['Content-Type', 'application/json'] as const;

  it('reaches the handler parsed', async () => {
    const respond = jest.fn<ReturnType<Respond>, Parameters<Respond>>(() => noContent());
    await call(httpHandler(respond), { method: 'POST', headers: [type], body: '{"title":"é"}' });
    expect(respond.mock.calls[0]?.[0].body).toEqual({ title: 'é' });
  });

  it.each([
    ['malformed', '{"title":', 400],
    ['too large', `["${'x'.repeat(102_400)}"]`, 413],
  ])('is answered as Express answers one that is %s, before any session', async (_name, body, statusCode) => {
    const app = express();
    app.set('env', 'production');
    app.use(express.json());
    const log = jest.spyOn(console, 'error').mockReturnValue();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const respond = jest.fn(() => noContent());
    const expected = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers: [[...type]], body });
    const cookie = ['Cookie', `sid=${encodeURIComponent(`s:${sign('session-id', 'new secret')}`)}`] as const;
    const authorizer = { ...AUTHORIZER, sessionCookie: JSON.stringify(STORED_COOKIE) };
    const answer = await call(httpHandler(respond), { method: 'POST', headers: [type, cookie], body, authorizer });
    const { headers } = comparable({ statusCode, headers: Object.fromEntries(expected.headers), body: '' });
    expect(answer).toEqual({ statusCode: expected.status, headers, body: await expected.text() });
    expect(answer.statusCode).toBe(statusCode);
    expect(respond).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    // A moment after it has answered.
    await waitFor('Express to print what was wrong', () => log.mock.calls.length > 0);
    log.mockRestore();
  });

  it('is never answered 304, whatever tag the client has', async () => {
    const answer = await call(
      httpHandler(() => json(201, { a: 1 }, { Location: '/a' })),
      { method: 'POST', headers: [['If-None-Match', '*']] },
    );
    expect(answer).toMatchObject({ statusCode: 201, headers: { location: '/a' }, body: '{"a":1}' });
  });
});

describe('the rolling session cookie', () => {
  const authorizer = { ...AUTHORIZER, sessionCookie: JSON.stringify(STORED_COOKIE) };
  const cookie = (secret: string) =>
    ['Cookie', `sid=${encodeURIComponent(`s:${sign('session-id', secret)}`)}`] as const;
  const ok = httpHandler(() => json(200, { a: 1 }));
  const etag = json(200, { a: 1 }).headers['ETag'] ?? '';

  it.each([
    ['200', ok, 200, []],
    ['304', ok, 304, [['If-None-Match', etag]]],
    ['204', httpHandler(() => noContent()), 204, []],
    ['404', httpHandler(() => Promise.reject(notFound('gone'))), 404, []],
    ['500', httpHandler(() => Promise.reject(new Error('x'))), 500, []],
  ] as const)('comes with a %s', async (_name, handler, statusCode, extra) => {
    const answer = await call(handler, { authorizer, headers: [cookie('new secret'), ...extra] });
    expect(answer.statusCode).toBe(statusCode);
    expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(RENEWED)]);
  });

  it('comes for a bearer token, and signed with the newest secret', async () => {
    const bearer = ['Authorization', `Bearer s:${sign('session-id', 'old secret')}`] as const;
    const { headers } = await call(ok, { authorizer, headers: [bearer] });
    expect(headers['set-cookie']).toEqual([
      expect.stringContaining(`sid=${encodeURIComponent(`s:${sign('session-id', 'new secret')}`)};`),
    ]);
  });

  it('does not come when the authorizer hands over none, as for an API key', async () => {
    const { headers } = await call(ok, { headers: [cookie('new secret')] });
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    [undefined, false],
    ['http', false],
    ['https', true],
    ['https, http', true],
    [' https ,http', true],
    ['http, https', false],
    ['HTTPS', false],
  ])('if it is Secure, X-Forwarded-Proto %p lets it through: %p', async (protocol, sent) => {
    const secure = { ...authorizer, sessionCookie: JSON.stringify({ ...STORED_COOKIE, secure: true }) };
    const forwarded = protocol === undefined ? [] : [['X-Forwarded-Proto', protocol] as const];
    const { headers } = await call(ok, { authorizer: secure, headers: [cookie('new secret'), ...forwarded] });
    expect('set-cookie' in headers).toBe(sent);
  });

  it('goes by the protocol that the routing proxy names, because API Gateway puts its own https in X-Forwarded-Proto', async () => {
    const secure = { ...authorizer, sessionCookie: JSON.stringify({ ...STORED_COOKIE, secure: true }) };
    const forwarded = [
      ['X-Forwarded-Proto', 'https'],
      ['X-Banyan-Forwarded-Proto', 'http'],
    ] as const;
    const { headers } = await call(ok, { authorizer: secure, headers: [cookie('new secret'), ...forwarded] });
    expect(headers).not.toHaveProperty('set-cookie');
  });
});
