import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import type { RunningGateway } from '../../../../../shared/local/gateway';
import { call, closeApis, raw, startApi, textOf } from './harness';

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await startApi({}, { now: () => Date.UTC(2026, 10, 3, 4, 5, 6, 7) });
});
afterEach(closeApis);

type Headers = readonly (readonly [string, string])[];
const eventOf = async (target: string, options: Parameters<typeof call>[2] = {}) =>
  (await call(gateway, target, options)).json() as APIGatewayProxyEvent;

describe('shape (developer guide: "Input format of a Lambda function for proxy integration")', () => {
  it('has exactly the fields of an event recorded on AWS', async () => {
    const event = await eventOf('/api/events/42/metrics?interval=day', {
      headers: [
        ['User-Agent', 'test'],
        ['X-MiXed', 'v'],
      ],
    });
    const uuid: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const trace: unknown = expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const host = `127.0.0.1:${gateway.port}`;
    expect(event).toStrictEqual({
      resource: '/api/events/{eventId}/metrics',
      path: '/api/events/42/metrics',
      httpMethod: 'GET',
      headers: {
        'User-Agent': 'test',
        'X-MiXed': 'v',
        Host: host,
        'X-Amzn-Trace-Id': trace,
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Port': String(gateway.port),
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: {
        'User-Agent': ['test'],
        'X-MiXed': ['v'],
        Host: [host],
        'X-Amzn-Trace-Id': [trace],
        'X-Forwarded-For': ['127.0.0.1'],
        'X-Forwarded-Port': [String(gateway.port)],
        'X-Forwarded-Proto': ['http'],
      },
      queryStringParameters: { interval: 'day' },
      multiValueQueryStringParameters: { interval: ['day'] },
      pathParameters: { eventId: '42' },
      stageVariables: null,
      requestContext: {
        accountId: '000000000000',
        apiId: 'localrest1',
        deploymentId: 'local0',
        domainName: '127.0.0.1',
        domainPrefix: '127',
        extendedRequestId: expect.stringMatching(/^[\w]{15}=$/) as string,
        httpMethod: 'GET',
        identity: {
          accessKey: null,
          accountId: null,
          caller: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: null,
          userAgent: 'test',
          userArn: null,
        },
        path: '/dev/api/events/42/metrics',
        protocol: 'HTTP/1.1',
        requestId: uuid,
        requestTime: '03/Nov/2026:04:05:06 +0000',
        requestTimeEpoch: Date.UTC(2026, 10, 3, 4, 5, 6, 7),
        resourceId: expect.stringMatching(/^[0-9a-f]{6}$/) as string,
        resourcePath: '/api/events/{eventId}/metrics',
        stage: 'dev',
      },
      body: null,
      isBase64Encoded: false,
    });
  });

  it('has null for maps without entries', async () => {
    expect(await eventOf('/api/events?')).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
    });
  });

  it('serves the root of the stage with and without a slash', async () => {
    expect(await eventOf('')).toMatchObject({ path: '/', requestContext: { path: '/dev' } });
    expect(await eventOf('/')).toMatchObject({ path: '/', requestContext: { path: '/dev/' } });
  });
});

describe('path parameters are not decoded (AWS’s own tests of REST APIs in aws-lambda-dotnet; recorded events in LocalStack)', () => {
  it.each([
    ['a%2Fb', 'a%2Fb'],
    ['Summer%20Sale', 'Summer%20Sale'],
    ['a+b', 'a+b'],
    ['test%2Balias@example.com', 'test%2Balias@example.com'],
    ['%E2%98%95', '%E2%98%95'],
    ['%2e%2e', '%2e%2e'],
  ])('%s', async (sent, received) => {
    const event = await eventOf(`/api/events/${sent}`);
    expect(event).toMatchObject({ path: `/api/events/${sent}`, pathParameters: { eventId: received } });
  });

  it('greedy parameters keep their slashes', async () => {
    expect(await eventOf('/files/a/b%2Fc/')).toMatchObject({
      path: '/files/a/b%2Fc/',
      pathParameters: { proxy: 'a/b%2Fc' },
    });
  });

  it('several slashes after the stage are one, but not in requestContext.path (recorded in LocalStack)', async () => {
    expect(await eventOf('//api/events')).toMatchObject({
      path: '/api/events',
      requestContext: { path: '/dev//api/events' },
    });
  });
});

describe('query strings are decoded (recorded events in LocalStack; "Important notes")', () => {
  it.each([
    ['tag=a&tag=b', { tag: ['a', 'b'] }],
    ['a=1+2&b=1%2B2', { a: ['1 2'], b: ['1+2'] }],
    ['filter[status]=published&filter%5Btags%5D[]=x', { 'filter[status]': ['published'], 'filter[tags][]': ['x'] }],
    ['x=&y', { x: [''], y: [''] }],
    ['a=b=c&&', { a: ['b=c'] }],
    ['a=1;b=2', { a: ['1'], b: ['2'] }],
    ['q=%E2%98%95', { q: ['☕'] }],
    [
      '__proto__=1&constructor=2',
      Object.fromEntries([
        ['__proto__', ['1']],
        ['constructor', ['2']],
      ]),
    ],
    ['A=1&a=2', { A: ['1'], a: ['2'] }],
  ])('%s', async (query, expected) => {
    const event = await eventOf(`/api/events?${query}`);
    // Entries, because Jest cannot compare an own property called __proto__.
    expect(Object.entries(event.multiValueQueryStringParameters ?? {})).toStrictEqual(Object.entries(expected));
    const last = Object.entries(expected).map(([name, values]) => [name, values.at(-1)]);
    expect(Object.entries(event.queryStringParameters ?? {})).toStrictEqual(last);
  });

  it('agrees with URLSearchParams on anything that it wrote', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), async (pairs) => {
        const event = await eventOf(`/api/events?${new URLSearchParams(pairs).toString()}`);
        const names = [...new Set(pairs.map(([name]) => name))];
        const all = names.map((name) => [name, pairs.flatMap(([key, value]) => (key === name ? [value] : []))]);
        expect(event.multiValueQueryStringParameters).toStrictEqual(Object.fromEntries(all));
      }),
      { numRuns: 50 },
    );
  });

  it.each(['a=%', 'a=%E0%A4%A', 'a=%zz', '%=1', 'a=|', 'a={1}'])('400 for %s', async (query) => {
    const reply = await raw(gateway, `GET /dev/api/events?${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 400 [^]*\{"message":"Bad Request"\}$/);
  });
});

describe('headers (developer guide: "Important notes"; "Support for multi-value headers")', () => {
  it('keeps names as sent; the single value is the last', async () => {
    const headers: Headers = [
      ['Cookie', 'a=1'],
      ['Cookie', 'b=2'],
      ['cookie', 'c=3'],
      ['X-One', '1'],
    ];
    const event = await eventOf('/api/events', { headers });
    expect(event.multiValueHeaders).toMatchObject({ Cookie: ['a=1', 'b=2'], cookie: ['c=3'], 'X-One': ['1'] });
    expect(event.headers).toMatchObject({ Cookie: 'b=2', cookie: 'c=3', 'X-One': '1' });
  });

  it('keeps all values of all names in their order', async () => {
    const header = fc.tuple(fc.constantFrom('X-A', 'x-a', 'X-B', 'Cookie'), textOf('ab;=,"%', { maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 8 }), async (headers) => {
        const event = await eventOf('/api/events', { headers });
        for (const name of new Set(headers.map(([key]) => key))) {
          const values = headers.flatMap(([key, value]) => (key === name ? [value] : []));
          expect(event.multiValueHeaders[name]).toStrictEqual(values);
          expect(event.headers[name]).toBe(values.at(-1));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('replaces Host, appends to X-Forwarded-For and overwrites the rest of that family', async () => {
    const headers: Headers = [
      ['x-forwarded-for', '203.0.113.9'],
      ['X-Forwarded-For', '198.51.100.1, 198.51.100.2'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Port', '443'],
      ['X-Forwarded-Host', 'app.example.com'],
    ];
    const event = await eventOf('/api/events', { headers });
    expect(event.multiValueHeaders).toMatchObject({
      Host: [`127.0.0.1:${gateway.port}`],
      'X-Forwarded-For': ['203.0.113.9, 198.51.100.1, 198.51.100.2, 127.0.0.1'],
      'X-Forwarded-Proto': ['http'],
      'X-Forwarded-Port': [String(gateway.port)],
      'X-Forwarded-Host': ['app.example.com'],
    });
    expect(event.requestContext.identity.sourceIp).toBe('127.0.0.1');
  });

  it('continues the trace of the client', async () => {
    const root = '1-5fec3f70-199e54b832fe683a7cb6f98c';
    const reply = await call(gateway, '/api/events', {
      headers: [['X-Amzn-Trace-Id', `Self=1;Root=${root};Sampled=1`]],
    });
    expect((reply.json() as APIGatewayProxyEvent).headers['X-Amzn-Trace-Id']).toBe(`Root=${root}`);
    expect(reply.headers['x-amzn-trace-id']).toBe(`Root=${root}`);
  });

  it.each(['Content-MD5', 'Max-Forwards', 'Proxy-Authenticate', 'Server', 'TE', 'WWW-Authenticate', 'Connection'])(
    'drops %s',
    async (name) =>
      expect(Object.keys((await eventOf('/api/events', { headers: [[name, 'x']] })).headers)).not.toContain(name),
  );

  it.each([
    'Accept',
    'Accept-Encoding',
    'Authorization',
    'Content-Type',
    'Date',
    'If-None-Match',
    'Range',
    'Referer',
    'Via',
    'Origin',
  ])('passes %s', async (name) =>
    expect((await eventOf('/api/events', { headers: [[name, 'x']] })).headers[name]).toBe('x'),
  );

  it('drops an AWS signature', async () => {
    const event = await eventOf('/api/events', { headers: [['Authorization', 'AWS4-HMAC-SHA256 Credential=x']] });
    expect(Object.keys(event.headers)).not.toContain('Authorization');
  });

  it('lets X-HTTP-Method-Override choose the method', async () => {
    const event = await eventOf('/api/events', { headers: [['X-HTTP-Method-Override', 'post']] });
    expect(event.httpMethod).toBe('POST');
    expect(Object.keys(event.headers)).not.toContain('X-HTTP-Method-Override');
    expect(await call(gateway, '/api/events', { headers: [['X-HTTP-Method-Override', 'DELETE']] })).toMatchObject({
      status: 403,
    });
  });
});

describe('bodies (developer guide: "Binary media types for REST APIs", "Content type conversions")', () => {
  const post = (body: string | Buffer, type?: string) =>
    eventOf('/api/events', { method: 'POST', body, headers: type === undefined ? [] : [['content-type', type]] });

  it('are texts', async () => {
    expect(await post('{"a":"ü"}', 'application/json')).toMatchObject({ body: '{"a":"ü"}', isBase64Encoded: false });
    expect(await post('{broken', 'application/json')).toMatchObject({ body: '{broken' });
    expect(await post('a=1')).toMatchObject({ body: 'a=1' });
  });

  it('are null when empty', async () => expect(await post('')).toMatchObject({ body: null, isBase64Encoded: false }));

  it.each([
    ['image/png', true],
    ['IMAGE/PNG; q=1', true],
    ['application/octet-stream', true],
    ['application/octet-streams', false],
    ['text/plain', false],
  ])('of %s are base64: %s', async (type, binary) => {
    const event = await post(Buffer.from('ab'), type);
    expect(event).toMatchObject({ isBase64Encoded: binary, body: binary ? 'YWI=' : 'ab' });
  });
});
