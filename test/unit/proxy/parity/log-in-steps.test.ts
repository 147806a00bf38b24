import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { logIn } from '../../../../proxy/parity/identities';
import { send } from '../../../../proxy/parity/send';
import { defineConfig, type ParityIdentity } from '../../../../shared/config';
import { ConfigError } from '../../../../shared/errors';
import { testBanyan } from '../../../support/test-banyan';

declare module 'express-session' {
  interface SessionData {
    secret?: string;
    user?: string;
  }
}

const PASSWORD = 'correct horse';

/** As csurf: a secret in the session, and another token of it in each form. */
const csrf: RequestHandler = (request, response, next) => {
  const secret = (request.session.secret ??= randomBytes(18).toString('base64url'));
  const tokenWith = (salt: string): string =>
    `${salt}-${createHash('sha1').update(`${salt}-${secret}`).digest('base64url')}`;
  response.locals['csrf'] = tokenWith(randomBytes(6).toString('base64url').replaceAll('-', 'x'));
  const body = request.body as Record<string, string> | undefined;
  const given = body?.['_csrf'] ?? request.get('x-csrf-token') ?? '';
  if (request.method === 'GET' || tokenWith(given.split('-', 1)[0] ?? '') === given) next();
  else response.status(403).send('invalid csrf token');
};

/** An Express app with a form login, secure cookies and a CSRF field, and the same by JSON. */
function shop(): express.Express {
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    session({ name: 'shop.sid', secret: 's', resave: false, saveUninitialized: false, cookie: { secure: true } }),
  );
  app.use(express.urlencoded({ extended: false }), express.json(), csrf);
  app.get('/login', (_request, response) => {
    response.send(`<form class="login box"><input type="hidden" name="_csrf" value="${String(response.locals['csrf'])}"><input name="email"></form>
      <script>window.csrf = "${String(response.locals['csrf'])}";</script>`);
  });
  app.get('/api/token', (_request, response) => {
    response.set('X-Next', String(response.locals['csrf'])).json({ csrf: { token: String(response.locals['csrf']) } });
  });
  app.post(['/login', '/api/login'], (request, response) => {
    const { email, password } = request.body as Record<string, string>;
    if (password !== PASSWORD) {
      response.redirect('/login?error=1');
      return;
    }
    request.session.regenerate(() => {
      request.session.user = String(email);
      if (request.path === '/login') response.redirect('/me');
      else response.json({ token: `t-${String(email)}` });
    });
  });
  app.get('/me', (request, response) => {
    response.json({ user: request.session.user ?? null, bearer: request.get('authorization') ?? null });
  });
  return app;
}

describe('a login in steps', () => {
  let server: Server;
  let url: string;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-login-'));
    server = shop().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const SECURE = { 'X-Forwarded-Proto': 'https' };
  const configOf = (identity: ParityIdentity) =>
    defineConfig({
      ...testBanyan,
      session: {
        cookieName: 'shop.sid',
        secrets: ['0123456789abcdef0123456789abcdef'],
        store: { format: 'connect-mongo' },
      },
      parity: { identities: { member: identity } },
    });
  const me = async (identity: ParityIdentity): Promise<unknown> => {
    const credentials = (await logIn(configOf(identity), url)).get('member') ?? {};
    const { response } = await send(url, { method: 'GET', path: '/me', headers: Object.entries(credentials) });
    return JSON.parse(Buffer.isBuffer(response.body) ? response.body.toString() : 'null');
  };
  const faultOf = (identity: ParityIdentity): Promise<string> =>
    me(identity).then(
      (answer) => `none: ${JSON.stringify(answer)}`,
      (error: unknown) => (error instanceof ConfigError ? error.faults.join() : String(error)),
    );
  const form = (more: object = {}, first: object = { selector: 'form.login input[name=_csrf]' }): ParityIdentity =>
    ({
      kind: 'steps',
      headers: SECURE,
      steps: [
        { request: 'GET /login', extract: { csrf: first } },
        {
          request: 'POST /login',
          form: { _csrf: '{{csrf}}', email: 'a@b.c', password: PASSWORD },
          status: 302,
          location: '/me',
          ...more,
        },
      ],
    }) as ParityIdentity;

  it.each([
    ['a selector', { selector: 'form.login input[name=_csrf]' }],
    ['a selector with an attribute', { selector: '.box [type="hidden"]', attribute: 'value' }],
    ['a pattern', { pattern: /csrf = "([^"]+)"/ }],
  ])('gets through a form with a CSRF field and a secure cookie, by %s', async (_name, first) => {
    expect(await me(form({}, first))).toMatchObject({ user: 'a@b.c' });
  });

  it.each([
    ['a JSON path', { jsonPath: '$.csrf.token' }],
    ['a header', { header: 'X-Next' }],
  ])('gets through JSON, by %s, and sends a bearer token', async (_name, first) => {
    const answer = await me({
      kind: 'steps',
      headers: SECURE,
      credentials: { authorization: 'Bearer {{token}}' },
      steps: [
        { request: 'GET /api/token', extract: { csrf: first } },
        {
          request: 'POST /api/login',
          headers: { 'X-CSRF-Token': '{{csrf}}' },
          json: { email: 'a@b.c', password: PASSWORD },
          extract: { token: { jsonPath: '$.token' } },
        },
      ],
    });
    expect(answer).toEqual({ user: 'a@b.c', bearer: 'Bearer t-a@b.c' });
  });

  it.each<[string, ParityIdentity, string]>([
    [
      'a token that is not sent',
      form({ form: { email: 'a@b.c', password: PASSWORD } }),
      'step 2 of 2 (POST /login): expected status 302, got 403',
    ],
    [
      'a wrong password',
      form({ form: { _csrf: '{{csrf}}', email: 'a@b.c', password: 'wrong-secret' } }),
      'step 2 of 2 (POST /login): expected Location /me, got 302 with Location /login;',
    ],
    [
      'another page',
      form({}, { selector: 'input[name=token]' }),
      'step 1 of 2 (GET /login): csrf: expected an element input[name=token], got 200, text/html',
    ],
    ['no match', form({}, { pattern: /nonce="(\w+)"/ }), 'csrf: expected something that fits /nonce="(\\w+)"/'],
    ['no JSON', form({}, { jsonPath: '$.csrf' }), 'csrf: expected JSON, got 200, text/html'],
    [
      'a name that nothing extracts',
      form({ form: { _csrf: '{{token}}' } }),
      '{{token}} has not been extracted by an earlier step',
    ],
    [
      'no HTTPS',
      { kind: 'steps', steps: [{ request: 'GET /login' }] },
      'after 1 steps there is no cookie shop.sid; where the app sets it over HTTPS only, add headers: {"X-Forwarded-Proto": "https"}',
    ],
  ])('says which step failed, what was expected and what came: %s', async (_name, identity, expected) => {
    const fault = await faultOf(identity);
    expect(fault).toContain(expected);
    expect(fault).not.toMatch(/wrong-secret|correct horse|a@b\.c/);
  });

  const har = async (password: string): Promise<string> => {
    const file = path.join(folder, `${password.length}.har`);
    const page = '<form><input name="_csrf" value="old-token"><input name="email"></form>';
    const entry = (method: string, target: string, status: number, text: string, more = {}) => ({
      startedDateTime: `2026-11-28T10:00:0${status === 200 ? 0 : 1}.000Z`,
      time: 1,
      request: {
        ...{ method, url: `https://shop.example${target}`, httpVersion: 'HTTP/1.1', cookies: [], headers: [] },
        ...{ queryString: [], headersSize: -1, bodySize: -1, ...more },
      },
      response: {
        ...{ status, statusText: '', httpVersion: 'HTTP/1.1', cookies: [], headers: [], redirectURL: '' },
        ...{
          content: { size: text.length, mimeType: 'text/html; charset=utf-8', text },
          headersSize: -1,
          bodySize: -1,
        },
      },
      cache: {},
      timings: { send: 0, wait: 1, receive: 0 },
    });
    const text = new URLSearchParams({ _csrf: 'old-token', email: 'a@b.c', password }).toString();
    const postData = { mimeType: 'application/x-www-form-urlencoded', text };
    const entries = [entry('GET', '/login', 200, page), entry('POST', '/login', 302, '', { postData })];
    await writeFile(file, JSON.stringify({ log: { version: '1.2', creator: { name: 't', version: '1' }, entries } }));
    return file;
  };

  it('may be taken from a recording, with a token of the form as it is now', async () => {
    expect(await me({ kind: 'recorded', har: await har(PASSWORD), headers: SECURE })).toMatchObject({ user: 'a@b.c' });
    const redacted = await har('[redacted]');
    expect(
      await me({ kind: 'recorded', har: redacted, headers: SECURE, values: { password: PASSWORD } }),
    ).toMatchObject({ user: 'a@b.c' });
    expect(await faultOf({ kind: 'recorded', har: redacted, headers: SECURE })).toContain(
      'has no value for the field password, which was redacted',
    );
    expect(await faultOf({ kind: 'recorded', har: path.join(folder, 'none.har') })).toContain('cannot be read');
  });

  it('is checked with the configuration', () => {
    const steps = [
      { request: 'login', from: 1 },
      {
        request: 'GET /a',
        form: { a: 1 },
        json: {},
        status: 'ok',
        extract: { a: { selector: 'a', header: 'b' }, b: { pattern: 'x' } },
      },
    ];
    expect(() => configOf({ kind: 'steps', steps } as never)).toThrow(ConfigError);
    try {
      configOf({ kind: 'steps', steps } as never);
    } catch (error) {
      expect(error instanceof ConfigError ? error.faults.map((fault) => fault.split(':', 1)[0]) : []).toEqual(
        ['[0].from', '[0].request', '[1].form', '[1].status', '[1].extract.a', '[1].extract.b.pattern', '[1]'].map(
          (at) => `parity.identities.member.steps${at}`,
        ),
      );
    }
  });
});
