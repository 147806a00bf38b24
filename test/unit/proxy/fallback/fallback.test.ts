import { testBanyan as banyan } from '../../../support/test-banyan';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { capturedObservations } from '../../../support/captured-observations';
import { exchangeRaw, rawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const routes = `routes:
  - {id: list, match: GET /api/events, stage: lambda, guard: false}
  - {id: own, match: GET /api/own, stage: lambda, fallback: false}
  - {id: slow, match: GET /api/slow, stage: lambda, timeout: 0.2}
  - {id: teapot, match: GET /api/teapot, stage: lambda, fallback: {statuses: [599]}}
  - {id: writes, match: GET /api/writes, stage: lambda, safe: false}
  - {id: create, match: POST /api/events, stage: lambda, auth: none}
  - {id: gone, match: GET /api/gone, stage: retired}
`;

const SECRET = 'a-secret';

describe('fallback to legacy', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let proxy: RunningProxy;
  const observed = capturedObservations();

  beforeEach(async () => {
    legacy = await recordingServer();
    legacy.answer((request, response) => {
      request.resume();
      request.on('end', () => response.end('legacy'));
    });
    gateway = await recordingServer();
    observed.requests.length = 0;
    observed.refusals.length = 0;
    const session = resolveSession(completeSession({ ...banyan.session, secrets: [SECRET] }), {});
    const urls = { legacyUrl: legacy.url, lambdaUrl: gateway.url };
    proxy = await runProxy({ ...urls, session, routes, observers: [observed], trustedHops: 1 });
  });
  afterEach(async () => {
    await proxy.close();
    await legacy.close();
    await gateway.close();
  });

  const ask = (line: string, body = ''): Promise<string> =>
    exchangeRaw(
      proxy.port,
      `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${body && `Content-Length: ${body.length}\r\n`}\r\n${body}`,
    );

  it('does not wait for the rest of an answer that it has declined', async () => {
    gateway.answer((_request, response) => {
      response.writeHead(503);
      response.write('a body that never ends');
    });
    expect(await ask('GET /api/events')).toMatch(/^HTTP\/1.1 200 OK[^]*legacy$/);
  });

  it.each([
    ['502', (status = 502) => status],
    ['503', () => 503],
    ['504', () => 504],
    ['429', () => 429],
  ])('answers a safe request by legacy after a %s', async (_name, status) => {
    gateway.answer((_request, response) => response.writeHead(status()).end('{}'));
    expect(await ask('GET /api/events')).toMatch(/^HTTP\/1.1 200 OK[^]*legacy$/);
    expect(observed.requests).toMatchObject([
      {
        upstream: 'legacy',
        reason: 'fallback',
        statusCode: 200,
        lambda: { outcome: 'answered', statusCode: status() },
      },
    ]);
  });

  it('answers a safe request by legacy when the connection breaks before an answer, or none comes in time', async () => {
    gateway.answer((request) => request.socket.destroy());
    expect(await ask('GET /api/events')).toContain('legacy');
    gateway.answer(() => undefined);
    expect(await ask('GET /api/slow')).toContain('legacy');
    expect(observed.requests.map(({ lambda }) => lambda?.code)).toEqual(['upstream_broken', 'upstream_timeout']);
  });

  it('takes the statuses that the route lists instead', async () => {
    gateway.answer((_request, response) => response.writeHead(503).end('{}'));
    expect(await ask('GET /api/teapot')).toMatch(/^HTTP\/1.1 503 /);
    gateway.answer((_request, response) => response.writeHead(599).end('{}'));
    expect(await ask('GET /api/teapot')).toContain('legacy');
  });

  it.each([
    ['a route without fallback', 'GET /api/own'],
    ['a GET that changes something', 'GET /api/writes'],
    ['a retired route', 'GET /api/gone'],
    ['an unsafe method', 'POST /api/events'],
  ])('never asks legacy after a 503 to %s', async (_name, line) => {
    gateway.answer((_request, response) => response.writeHead(503).end('{}'));
    expect(await ask(line)).toMatch(/^HTTP\/1.1 503 /);
    expect(legacy.requests).toHaveLength(0);
  });

  it('never sends an unsafe request again that Lambda may have seen', async () => {
    gateway.answer((request) => request.socket.destroy());
    expect(await ask('POST /api/events', '{}')).toMatch(/^HTTP\/1.1 502 /);
    expect(legacy.requests).toHaveLength(0);
    expect(gateway.requests).toHaveLength(1);
  });

  it('answers an unsafe request by legacy, body included, when it was certainly never sent', async () => {
    await gateway.close();
    expect(await ask('POST /api/events', '{"title":"a"}')).toContain('legacy');
    expect(legacy.requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"title":"a"}']]);
  });

  describe('of refusals', () => {
    const withSession = (line: string, token: string, from = '192.0.2.1'): Promise<string> =>
      exchangeRaw(
        proxy.port,
        `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: ${from}\r\nCookie: ${banyan.session.cookieName}=${encodeURIComponent(token)}\r\n\r\n`,
      );
    const token = `s:${sign('an-id', SECRET)}`;

    it.each([401, 403])('lets legacy decide on a %i to a session that is well signed', async (status) => {
      gateway.answer((_request, response) => response.writeHead(status).end('{}'));
      expect(await withSession('GET /api/events', token)).toMatch(/^HTTP\/1.1 200 OK[^]*legacy$/);
      expect(observed.requests).toMatchObject([
        { upstream: 'legacy', reason: 'session-refused', lambda: { statusCode: status } },
      ]);
      expect(observed.refusals).toEqual([{ routeId: 'list', statusCode: status, isShared: false, isSession: true }]);
    });

    it('gives the client legacy’s own refusal', async () => {
      gateway.answer((_request, response) => response.writeHead(401).end('lambda'));
      legacy.answer((_request, response) => response.writeHead(401).end('legacy'));
      expect(await withSession('GET /api/events', token)).toMatch(/^HTTP\/1.1 401 [^]*legacy/);
      expect(observed.refusals).toEqual([{ routeId: 'list', statusCode: 401, isShared: true, isSession: true }]);
    });

    it('asks legacy once about a session that has ended', async () => {
      gateway.answer((_request, response) => response.writeHead(401).end('lambda'));
      legacy.answer((_request, response) => response.writeHead(401).end('legacy'));
      expect(await withSession('GET /api/events', token)).toMatch(/401 [^]*legacy/);
      expect(await withSession('GET /api/events', token)).toMatch(/401 [^]*lambda/);
      const another = `s:${sign('another-id', SECRET)}`;
      expect(await withSession('GET /api/events', another)).toMatch(/401 [^]*legacy/);
    });

    it.each([
      ['a token that somebody else signed', 'GET /api/events', `s:${sign('an-id', 'another')}`],
      ['no token', 'GET /api/events', ''],
      ['a route without fallback', 'GET /api/own', token],
      ['a GET that changes something', 'GET /api/writes', token],
      ['an unsafe method', 'POST /api/events', token],
      ['a retired route', 'GET /api/gone', token],
    ])('leaves Lambda’s 401 as it is: %s', async (_name, line, presented) => {
      gateway.answer((_request, response) => response.writeHead(401).end('lambda'));
      expect(await withSession(line, presented)).toMatch(/^HTTP\/1.1 401 [^]*lambda/);
    });
  });

  it('does not hold against Lambda what the client takes to send its request', async () => {
    gateway.answer((request, response) => {
      request.resume();
      request.on('end', () => response.end('lambda'));
    });
    const client = await rawConnection(proxy.port);
    client.send('POST /api/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab');
    const begun = performance.now();
    await waitFor('the first half', () => gateway.requests.length === 1 && performance.now() - begun > 300);
    client.send('cd');
    await client.closed();
    const { ms = 0, lambda } = observed.requests[0] ?? {};
    expect(ms - (lambda?.ms ?? ms)).toBeGreaterThan(200);
  });

  it('gives up when the budget is spent', async () => {
    gateway.answer((_request, response) => response.writeHead(503).end('{}'));
    const answers: string[] = [];
    // The burst is 500; every request pays one and earns a fifth.
    await Promise.all(
      Array.from({ length: 20 }, async (_, client) => {
        const line = `GET /api/events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.${client}\r\n`;
        for (let i = 0; i < 45; i += 1)
          answers.push((await exchangeRaw(proxy.port, `${line}Connection: close\r\n\r\n`)).slice(9, 12));
      }),
    );
    expect(answers.filter((status) => status === '503').length).toBeGreaterThan(0);
    expect(answers.filter((status) => status === '200').length).toBeGreaterThan(500);
  }, 30_000);
});
