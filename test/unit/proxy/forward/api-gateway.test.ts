import { exchangeRaw } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';

const routes = `routes:
  - {id: list, match: GET /api/events, stage: lambda, guard: false, unless: {header: x-api-key}}
  - {id: get, match: "GET /api/events/:eventId", stage: lambda}
  - {id: create, match: POST /api/events, stage: lambda}
`;

const close = 'Connection: close\r\n\r\n';

/** What the proxy absorbs between a client of Express and API Gateway (facts about traps 1, 5, 8, 21, 23, 26, 29, 30). */
describe('forward to API Gateway', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let proxy: RunningProxy;

  beforeEach(async () => {
    legacy = await recordingServer();
    legacy.answer((_request, response) => response.end('legacy'));
    gateway = await recordingServer();
    proxy = await runProxy({ legacyUrl: legacy.url, lambdaUrl: new URL('/prod', gateway.url), routes });
  });

  afterEach(async () => {
    await proxy.close();
    await legacy.close();
    await gateway.close();
  });

  it('spells the path as deployed: stage prefix, listed case, no trailing slash, parameters as sent', async () => {
    await exchangeRaw(proxy.port, `GET /API/Events/aB%20c/?x=1&x=2 HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(gateway.requests[0]?.url).toBe('/prod/api/events/aB%20c?x=1&x=2');
    expect(legacy.requests).toHaveLength(0);
  });

  it('encodes what Express takes raw in a query and API Gateway refuses', async () => {
    await exchangeRaw(proxy.port, `GET /api/events?a={1|2};b&filter[x]=%7C" HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(gateway.requests[0]?.url).toBe('/prod/api/events?a=%7B1%7C2%7D%3Bb&filter[x]=%7C%22');
  });

  it('tells Lambda the protocol of the client, and lets no client override method or protocol', async () => {
    await exchangeRaw(
      proxy.port,
      `GET /api/events HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\nX-Banyan-Forwarded-Proto: https\r\n${close}`,
    );
    expect(gateway.requests[0]?.headers).toMatchObject({ 'x-banyan-forwarded-proto': 'http' });
    expect(gateway.requests[0]?.headers).not.toHaveProperty('x-http-method-override');
  });

  it('sends nothing of a client’s that AWS would obey, and all of it to legacy', async () => {
    const special = [
      ...['x-apigw-api-id', 'x-apigateway-event', 'x-amz-date', 'X-Amz-Security-Token', 'x-amz-content-sha256'],
      ...['X-Amz-Cf-Id', 'x-amzn-trace-id', 'X-Amzn-Vpce-Id', 'X-HTTP-Method-Override'],
    ];
    const lines = special.map((name) => `${name}: of-client\r\n`).join('');
    for (const target of ['/api/events', '/elsewhere'])
      await exchangeRaw(proxy.port, `GET ${target} HTTP/1.1\r\nHost: a\r\nX-Amazing: kept\r\n${lines}${close}`);
    expect(gateway.requests[0]?.headers).toMatchObject({ 'x-amazing': 'kept' });
    expect(JSON.stringify(gateway.requests[0]?.rawHeaders)).not.toContain('of-client');
    const received = legacy.requests[0]?.rawHeaders ?? [];
    expect(special.filter((name) => !received.includes(name))).toEqual([]);
  });

  it('keeps what is signed for AWS on legacy, which decides by the Authorization header', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20261128/eu-west-1/execute-api/aws4_request, Signature=0f';
    const request = `GET /api/events HTTP/1.1\r\nHost: a\r\nCookie: s=1\r\nAuthorization: ${authorization}\r\n${close}`;
    expect(await exchangeRaw(proxy.port, request)).toContain('legacy');
    expect(legacy.requests[0]?.headers).toMatchObject({ authorization });
    expect(proxy.logger.lines.at(-1)?.fields).toMatchObject({ upstream: 'legacy', reason: 'aws-signature' });
    expect(gateway.requests).toHaveLength(0);
  });

  it('spells an absolute-form target in origin-form', async () => {
    await exchangeRaw(proxy.port, `GET http://shop.example/api/events?x HTTP/1.1\r\nHost: shop.example\r\n${close}`);
    expect(gateway.requests[0]?.url).toBe('/prod/api/events?x');
  });

  it('asks GET for HEAD and gives the client the headers alone', async () => {
    gateway.answer((_request, response) =>
      response.writeHead(200, { 'Content-Length': 5, ETag: 'W/"5"' }).end('hello'),
    );
    const answer = await exchangeRaw(proxy.port, `HEAD /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(gateway.requests[0]?.method).toBe('GET');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*Content-Length: 5[^]*\r\n\r\n$/);
    expect(answer).not.toContain('hello');
  });

  it("sends the gateway's own Host, the client's as X-Forwarded-Host, and repeated headers as Node joins them", async () => {
    await exchangeRaw(
      proxy.port,
      `GET /api/events HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\nCookie: b=2\r\nAuthorization: Bearer one\r\nAuthorization: Bearer two\r\nX-A: 1\r\nX-A: 2\r\nX-Forwarded-For: 6.6.6.6\r\n${close}`,
    );
    expect(gateway.requests[0]?.headers).toMatchObject({
      host: `127.0.0.1:${gateway.port}`,
      'x-forwarded-host': 'shop.example',
      'x-forwarded-for': '127.0.0.1',
      cookie: 'a=1; b=2',
      authorization: 'Bearer one',
      'x-a': '1, 2',
    });
    expect(gateway.requests[0]?.rawHeaders.filter((text) => /^(cookie|authorization)$/i.test(text))).toHaveLength(2);
  });

  it('keeps the chain of X-Forwarded-For behind a load balancer', async () => {
    const behind = await runProxy({ legacyUrl: legacy.url, lambdaUrl: gateway.url, routes, trustedHops: 1 });
    await exchangeRaw(
      behind.port,
      `GET /api/events HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n${close}`,
    );
    await behind.close();
    expect(gateway.requests[0]?.headers).toMatchObject({
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    });
  });

  it('removes what AWS adds and restores what it renames', async () => {
    gateway.answer((_request, response) => {
      response.writeHead(200, {
        'x-amzn-RequestId': '1',
        'x-amz-apigw-id': '2',
        'X-Amzn-Trace-Id': '3',
        Via: '1.1 cloudfront',
        'X-Cache': 'Miss',
        'x-amzn-Remapped-WWW-Authenticate': 'Bearer',
        'x-amzn-Remapped-Content-Length': '999',
        'Set-Cookie': ['a=1', 'b=2'],
        'X-Powered-By': 'Express',
      });
      response.end('ok');
    });
    const answer = await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(answer).not.toMatch(/x-amz|^via|x-cache|999/im);
    expect(answer).toMatch(/^WWW-Authenticate: Bearer\r$/m);
    expect(answer.match(/^Set-Cookie: /gm)).toHaveLength(2);
    expect(answer).toContain('X-Powered-By: Express');
  });

  it.each([
    ['https://GATEWAY/prod/api/x', undefined],
    ['/prod/api/events/1?a=b', '/api/events/1?a=b'],
    ['/prod', '/'],
    ['/product/1', '/product/1'],
    ['/api/events/1', '/api/events/1'],
    ['relative', 'relative'],
    ['https://other.example/prod/x', 'https://other.example/prod/x'],
  ])('makes Location %s the client’s', async (sent, expected) => {
    const location = expected === undefined ? new URL('/prod/api/x', gateway.url).href : sent;
    gateway.answer((_request, response) => response.writeHead(302, { Location: location }).end());
    const answer = await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(/^Location: (.*)\r$/m.exec(answer)?.[1]).toBe(expected ?? '/api/x');
  });

  it.each([204, 304])('sends %i without type and length, as Express does', async (status) => {
    gateway.answer((_request, response) =>
      response.writeHead(status, { 'Content-Type': 'application/json', ETag: '"1"' }).end(),
    );
    const answer = await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toMatch(/content-type|content-length/i);
  });

  it.each([
    [429, { 'x-amzn-ErrorType': 'TooManyRequestsException' }],
    [403, { 'x-amzn-ErrorType': 'MissingAuthenticationTokenException' }],
    [403, { 'x-amzn-ErrorType': 'AccessDeniedException', 'x-amzn-RequestId': '1' }],
    [414, { 'x-amzn-ErrorType': 'BadRequestException', 'x-amzn-RequestId': '1' }],
    [431, { 'Content-Type': 'text; charset=utf-8' }],
  ])('lets legacy answer a safe request that the gateway refused (%i %j)', async (status, headers) => {
    gateway.answer((_request, response) => response.writeHead(status, headers).end('{}'));
    const answer = await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*legacy/);
    expect(proxy.logger.lines.at(-1)?.fields).toMatchObject({
      upstream: 'legacy',
      reason: 'gateway-refused',
      status: 200,
    });
  });

  it.each([
    ['the function’s own 500', 'GET', 500, {}],
    ['the function’s own 403', 'GET', 403, { 'x-amzn-RequestId': '1', 'x-amz-apigw-id': '2' }],
    ['the function’s own 431', 'GET', 431, { 'x-amzn-RequestId': '1', 'x-amz-apigw-id': '2' }],
    ['an unsafe method', 'POST', 429, { 'x-amzn-ErrorType': 'TooManyRequestsException' }],
  ])('does not ask legacy after %s', async (_name, method, status, headers) => {
    gateway.answer((_request, response) => response.writeHead(status, headers).end('{}'));
    expect(await exchangeRaw(proxy.port, `${method} /api/events HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
      new RegExp(`^HTTP/1.1 ${status} `),
    );
    expect(legacy.requests).toHaveLength(0);
  });

  it('keeps on legacy what API Gateway would refuse or decode differently', async () => {
    const long = [`/api/events/${'x'.repeat(1_600)}`, `/api/events?q=${'x'.repeat(8_200)}`];
    for (const target of ['/api/events/%E0%A4%A', '/api/events/a%2Fb', ...long]) {
      expect(await exchangeRaw(proxy.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n${close}`)).toContain('legacy');
    }
    expect(
      await exchangeRaw(
        proxy.port,
        `GET /api/events HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(10_000)}\r\n${close}`,
      ),
    ).toContain('legacy');
    expect(
      await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n${close}x`),
    ).toContain('legacy');
    expect(await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\nX-API-Key: k\r\n${close}`)).toContain(
      'legacy',
    );
    expect(gateway.requests).toHaveLength(0);
    const requests = proxy.logger.lines.filter(({ message }) => message === 'request');
    expect(requests.map(({ fields }) => fields['reason'])).toEqual([
      'path-encoding',
      'path-encoding',
      'long-path',
      'long-url',
      'large-headers',
      'body-on-get',
      'unless',
    ]);
  });

  it('answers 502 and 504 in its own words, naming nobody', async () => {
    const alone = routes.replaceAll('stage: lambda', 'stage: lambda, fallback: false');
    const impatient = await runProxy({
      legacyUrl: legacy.url,
      lambdaUrl: gateway.url,
      routes: alone,
      lambdaTimeout: 100,
    });
    await proxy.saveRoutes(alone);
    gateway.answer(() => undefined);
    expect(await exchangeRaw(impatient.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
      /^HTTP\/1.1 504 /,
    );
    await impatient.close();
    await gateway.close();
    const answer = await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(answer).toMatch(/^HTTP\/1.1 502 [^]*upstream_refused/);
    expect(answer).not.toMatch(/127\.0\.0\.1|prod/);
  });

  it('moves a route while requests run, and none is lost', async () => {
    const answers: string[] = [];
    const stop = new AbortController();
    const client = (async () => {
      while (!stop.signal.aborted)
        answers.push(await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\nHost: a\r\n${close}`));
    })();
    for (const stage of ['legacy', 'lambda', 'legacy', 'lambda', 'legacy']) {
      await proxy.saveRoutes(routes.replaceAll('stage: lambda', `stage: ${stage}`));
    }
    stop.abort();
    await client;
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.every((answer) => answer.startsWith('HTTP/1.1 200 OK'))).toBe(true);
    expect(new Set(answers.map((answer) => answer.includes('legacy')))).toEqual(new Set([true, false]));
  });
});
