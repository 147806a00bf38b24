import { IncomingMessage, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { createUpstream, type Upstream } from '../../../../proxy/forward/upstream';
import { parseRequestTarget } from '../../../../proxy/request-target';
import { createShadow } from '../../../../proxy/shadow/shadow';
import { readMark } from '../../../../shared/signed-mark';
import { testBanyan as banyan } from '../../../support/test-banyan';
import { resolveSession } from '../../../../shared/session/session-config';
import { capturedLogger } from '../../../support/captured-logger';
import { capturedObservations } from '../../../support/captured-observations';
import { clientOf } from '../../../support/client';
import { exchangeRaw, rawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { lambdaSide } from '../../../support/lambda-side';
import { routeWith } from '../../../support/route';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const routes = `routes:
  - {id: list, match: GET /api/events, stage: shadow, timeout: 0.3}
  - {id: none, match: GET /api/none, stage: shadow, shadow: {sample: 0}}
  - {id: small, match: GET /api/small, stage: shadow, shadow: {maxBodyBytes: 10}}
`;
const json =
  (text: string): RequestListener =>
  (_request, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
const SECRET = 'a secret';

describe('shadow', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let proxy: RunningProxy;
  let observed: ReturnType<typeof capturedObservations>;

  beforeEach(async () => {
    legacy = await recordingServer();
    gateway = await recordingServer();
    observed = capturedObservations();
    for (const side of [legacy, gateway]) side.answer(json('{"a":1}'));
    const session = resolveSession(banyan.session, { SESSION_SECRET: SECRET });
    const lambdaUrl = new URL('/prod', gateway.url);
    proxy = await runProxy({ legacyUrl: legacy.url, lambdaUrl, routes, observers: [observed], session });
  });
  afterEach(async () => {
    await proxy.close();
    await legacy.close();
    await gateway.close();
  });

  const ask = (target: string, method = 'GET', headers = ''): Promise<string> =>
    exchangeRaw(proxy.port, `${method} ${target} HTTP/1.1\r\nHost: a\r\n${headers}Connection: close\r\n\r\n`);
  const compared = (count = 1) => waitFor('a comparison', () => observed.comparisons.length === count);

  it('answers by legacy and compares with Lambda, which gets the copy as it would get the request', async () => {
    expect(await ask('/API/events/?x=1&a=2', 'GET', 'Cookie: a=b\r\n')).toContain('{"a":1}');
    await compared();
    expect(observed.comparisons).toMatchObject([
      { routeId: 'list', equal: true, differences: [], statusCode: 200, identity: 'anonymous', queryForm: 'a&x' },
    ]);
    expect(gateway.requests).toHaveLength(1);
    expect(gateway.requests[0]).toMatchObject({
      method: 'GET',
      url: '/prod/api/events?x=1&a=2',
      headers: { cookie: 'a=b' },
    });
  });

  it('signs its copies, and passes on no mark that a client made', async () => {
    await ask('/api/events', 'GET', 'X-Banyan-Shadow: forged\r\n');
    await compared();
    const mark = gateway.requests[0]?.headers['x-banyan-shadow'];
    expect(readMark('shadow', String(mark), [SECRET], new Date())).toBe('copy');
    expect(legacy.requests[0]?.headers).not.toHaveProperty('x-banyan-shadow');
  });

  it('counts a difference that asking again repeats, by its place and kind alone', async () => {
    gateway.answer(json('{"a":2}'));
    await ask('/api/events');
    await compared();
    expect(observed.comparisons[0]?.equal).toBe(false);
    const types = { controlType: 'number', candidateType: 'number' };
    expect(observed.comparisons[0]?.differences).toContainEqual({ path: 'body $.a', kind: 'value', ...types });
    expect([legacy.requests.length, gateway.requests.length]).toEqual([2, 2]);
  });

  it('tells paths and types, never values, and no keys that may be data', async () => {
    legacy.answer(json('{"users":{"ann@example.com":["secret one"]}}'));
    gateway.answer(json('{"users":{"ann@example.com":[17]}}'));
    await ask('/api/events');
    await compared();
    expect(observed.comparisons[0]?.differences).toContainEqual({
      path: 'body $.users[*][*]',
      kind: 'type',
      controlType: 'string',
      candidateType: 'number',
    });
    expect(JSON.stringify(observed.comparisons)).not.toMatch(/ann@|secret/);
  });

  it('forgives what the parity rules of banyan.config.ts accept', async () => {
    // test/support/parity-rules.yml: the monolith parses bodies before it looks at tokens, the gateway looks at tokens first.
    legacy.answer((_request, response) => response.writeHead(400).end('bad body'));
    gateway.answer((_request, response) => response.writeHead(401).end('bad token'));
    await ask('/api/events', 'GET', 'Authorization: Bearer x\r\n');
    await compared();
    await ask('/api/events');
    await compared(2);
    expect(observed.comparisons.map(({ equal }) => equal)).toEqual([true, false]);
  });

  it('counts a difference that Lambda does not repeat, and marks it', async () => {
    let asked = 0;
    gateway.answer((request, response) => json((asked += 1) === 1 ? '{"a":2}' : '{"a":1}')(request, response));
    await ask('/api/events');
    await compared();
    expect(observed.comparisons[0]?.differences).toContainEqual(
      expect.objectContaining({ path: 'body $.a', kind: 'value', intermittent: true }),
    );
  });

  it('does not count a difference where legacy differs from itself', async () => {
    let asked = 0;
    legacy.answer((request, response) => json(`{"a":${(asked += 1)}}`)(request, response));
    gateway.answer(json('{"a":0}'));
    await ask('/api/events');
    await waitFor('the drop', () => observed.dropped.length === 1);
    expect(observed.dropped).toEqual(['noise']);
    expect(observed.comparisons).toEqual([]);
  });

  it('says once, and soon, where legacy does not repeat itself, and which rules would help: no values', async () => {
    const page = (token: string): string =>
      `<form><input name="_csrf" value="${token}"></form><p class="user">Ann Secret</p><p>${Date.now()} x</p>`;
    const token = (i: number): string => `tokenSecret${String(i).padStart(5, '0')}-abcDEF_12345`;
    let asked = 0;
    const html: RequestListener = (_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page(token((asked += 1))));
    legacy.answer(html);
    gateway.answer(html);
    for (let i = 1; i <= 7; i += 1) {
      await ask('/api/events');
      await waitFor('the drop', () => observed.dropped.length === i);
    }
    expect(new Set(observed.dropped)).toEqual(new Set(['noise']));
    expect(observed.noise[0]).toEqual({
      path: 'body form input[name=_csrf] @value',
      kind: 'token',
      pattern: String.raw`[A-Za-z0-9]{11}\d{5}-[A-Za-z0-9]{6}_[0-9]{5}`,
    });
    const warnings = proxy.logger.lines.filter(({ message }) => message.includes('no comparison of this route counts'));
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain('-[A-Za-z0-9]{6}_[0-9]{5}');
    expect(JSON.stringify([observed.noise, warnings])).not.toContain('Secret');
  });

  it('does not count what API Gateway refuses', async () => {
    gateway.answer((_request, response) =>
      response.writeHead(429, { 'x-amzn-ErrorType': 'TooManyRequestsException' }).end('{}'),
    );
    await ask('/api/events');
    await waitFor('the drop', () => observed.dropped.length === 1);
    expect(observed.dropped).toEqual(['gateway-refused']);
    expect(observed.comparisons).toEqual([]);
  });

  it.each([
    ['breaks', (server: RecordingServer) => server.answer((request) => request.socket.destroy())],
    ['is silent', (server: RecordingServer) => server.answer(() => undefined)],
  ])('counts it as a mismatch when Lambda %s; the client has its answer', async (_name, fail) => {
    fail(gateway);
    expect(await ask('/api/events')).toContain('{"a":1}');
    await compared();
    expect(observed.comparisons[0]).toMatchObject({ equal: false, differences: [{ path: 'answer', kind: 'missing' }] });
  });

  it('compares HEAD without a body', async () => {
    gateway.answer((_request, response) => response.writeHead(200, { 'Content-Length': 7 }).end('{"a":1}'));
    legacy.answer((_request, response) => response.writeHead(200, { 'Content-Length': 7 }).end());
    await ask('/api/events', 'HEAD');
    await compared();
    expect(observed.comparisons[0]).toMatchObject({ equal: true });
    expect(gateway.requests[0]?.method).toBe('GET');
  });

  it('tells a client that goes from a legacy that fails', async () => {
    legacy.answer((_request, response) => void response.write('part'));
    const client = await rawConnection(proxy.port);
    client.send('GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until(/part/);
    client.destroy();
    await waitFor('the drop', () => observed.dropped.length === 1);
    expect(observed.dropped).toEqual(['client-gone']);
  });

  it('sends no copy outside the sample, of large answers, of failed ones, or of what Lambda cannot take', async () => {
    await ask('/api/none');
    await ask('/api/events/');
    await compared();
    gateway.requests.length = 0;
    legacy.answer((_request, response) => response.end('x'.repeat(11)));
    await ask('/api/small');
    legacy.answer((_request, response) => response.writeHead(500).end());
    await ask('/api/events');
    await ask('/api/events?a=%E0%A4%A');
    await waitFor('two drops', () => observed.dropped.length === 2);
    expect(observed.dropped).toEqual(['answer-too-large', 'legacy-failed']);
    expect(gateway.requests).toHaveLength(0);
  });

  it('drops what is too much, and holds no client up', async () => {
    gateway.answer(() => undefined);
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask('/api/events')));
    expect(answers.every((answer) => answer.includes('{"a":1}'))).toBe(true);
    expect(observed.dropped.filter((reason) => reason === 'busy').length).toBeGreaterThan(20);
  });
});

describe('places for copies', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let upstreams: Upstream[];
  beforeEach(async () => {
    legacy = await recordingServer();
    gateway = await recordingServer();
    upstreams = [];
  });
  afterEach(async () => {
    for (const upstream of upstreams) upstream.close();
    await legacy.close();
    await gateway.close();
  });

  /** A mirror with four places, and answers of legacy that end when the test says so. */
  function mirror() {
    const observed = capturedObservations();
    const clock = { now: 0 };
    let begun = 0;
    const upstream = (name: Upstream['name'], { url }: RecordingServer): Upstream => {
      const made = createUpstream(name, url, { answerTimeout: 5_000, bodyTimeout: 5_000 });
      upstreams.push(made);
      return made;
    };
    const shadow = createShadow({
      legacy: upstream('legacy', legacy),
      lambda: lambdaSide(upstream('lambda', gateway), gateway.url),
      trustedHops: 0,
      secrets: [],
      observer: observed,
      logger: capturedLogger(),
      maxConcurrent: 4,
      timeout: 10_000,
      clock: () => clock.now,
    });
    /** By one of several clients, in turns; or by a given one. */
    const begin = (id: string, n = (begun += 1)) => {
      const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/api/events' });
      const route = routeWith({ id, path: '/api/events', stage: 'shadow', shadow: { sample: 1, maxBodyBytes: 1_000 } });
      return shadow.begin(request, parseRequestTarget('/api/events'), route, {
        about: { identity: 'anonymous', queryForm: '' },
        client: clientOf(n),
      });
    };
    return { observed, clock, shadow, begin };
  }

  it('are three of four for one route, so that a slow one does not end the comparing of the others', () => {
    const { begin, observed } = mirror();
    const begun = [1, 2, 3, 4].map(() => begin('stream') !== undefined);
    expect(begun).toEqual([true, true, true, false]);
    expect(observed.dropped).toEqual(['busy']);
    expect(begin('other')).toBeDefined();
  });

  it('are two of four for one client, so that it does not choose what is compared', () => {
    const { begin, observed } = mirror();
    const begun = [1, 1, 1].map((client) => begin('stream', client) !== undefined);
    expect(begun).toEqual([true, true, false]);
    expect(observed.dropped).toEqual(['busy']);
    expect(begin('stream', 2)).toBeDefined();
  });

  it('go to others when legacy’s answer takes too long, as that of a stream or of a client that reads slowly', async () => {
    const { begin, observed, clock, shadow } = mirror();
    const streams = [begin('stream'), begin('stream'), begin('stream')];
    for (const tap of streams) {
      tap?.onHead({ statusCode: 200, headers: [] });
      tap?.onData(Buffer.from('first'));
    }
    clock.now = 9_999;
    expect(begin('stream')).toBeUndefined();
    clock.now = 10_000;
    for (let i = 0; i < 3; i += 1) expect(begin('stream')).toBeDefined();
    expect(observed.dropped).toEqual(['busy', 'slow', 'slow', 'slow']);
    // What comes later of the old ones frees nothing a second time.
    for (const tap of streams) {
      tap?.onData(Buffer.from('late'));
      tap?.onEnd('complete');
    }
    expect(begin('stream')).toBeUndefined();
    expect(observed.dropped).toEqual(['busy', 'slow', 'slow', 'slow', 'busy']);
    clock.now = 30_000;
    for (const tap of [begin('stream'), begin('stream')]) tap?.onEnd('broken');
    await shadow.idle();
    expect(gateway.requests).toEqual([]);
  });
});
