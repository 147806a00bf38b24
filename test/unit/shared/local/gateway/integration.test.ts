import { call, closeApis, signal, startApi, type Reply } from './harness';

afterEach(closeApis);

const returning = async (result: unknown, headers: readonly (readonly [string, string])[] = []): Promise<Reply> =>
  call(await startApi({ echo: () => result }), '/api/events', { headers });

const INTERNAL = '{"message": "Internal server error"}';

describe('proxy responses (developer guide: "Output format of a Lambda function for proxy integration")', () => {
  it('default to JSON and carry the headers of the gateway', async () => {
    const reply = await returning({ statusCode: 201, body: '{}' });
    expect(reply).toMatchObject({
      status: 201,
      text: '{}',
      headers: { 'content-type': 'application/json', 'content-length': '2' },
    });
    expect(reply.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers['x-amz-apigw-id']).toMatch(/^\w{15}=$/);
    expect(reply.headers['x-amzn-trace-id']).toMatch(/^Root=1-/);
    expect(reply.headers['x-amzn-errortype']).toBeUndefined();
  });

  it('keep the function’s own headers: texts, numbers and booleans', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'X-Number': 1, 'X-Yes': true };
    expect((await returning({ statusCode: 200, headers, body: '<p>ü' })).headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': '5',
      'x-number': '1',
      'x-yes': 'true',
    });
  });

  it.each([
    ['no body', { statusCode: 200 }],
    ['null everywhere', { statusCode: 200, headers: null, multiValueHeaders: null, body: null }],
    ['a status as text (recorded in LocalStack)', { statusCode: '200', body: '' }],
    ['isBase64Encoded false', { statusCode: 200, isBase64Encoded: false }],
  ])('may have %s', async (_name, result) => expect(await returning(result)).toMatchObject({ status: 200, text: '' }));

  it('have no body and no length with 204 and 304', async () => {
    for (const statusCode of [204, 304]) {
      const reply = await returning({ statusCode, body: 'ignored' });
      expect(reply).toMatchObject({ status: statusCode, text: '' });
      expect(reply.headers['content-length']).toBeUndefined();
    }
  });
});

describe('502 for malformed results (knowledge center: "Malformed Lambda proxy response")', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'hello'],
    ['a list', [200]],
    ['no statusCode', { body: 'x' }],
    ['an empty object', {}],
    ['a statusCode that is no number', { statusCode: 'OK' }],
    ['a fraction', { statusCode: 200.5 }],
    ['statusCode 0 (AWS’s own tests in aws-lambda-dotnet)', { statusCode: 0, body: '' }],
    ['statusCode 1000', { statusCode: 1000 }],
    ['an informational status', { statusCode: 101 }],
    ['a body that is an object', { statusCode: 200, body: { a: 1 } }],
    ['a body that is a number', { statusCode: 200, body: 1 }],
    ['headers that are a text', { statusCode: 200, headers: 'x' }],
    ['headers that are a list', { statusCode: 200, headers: [] }],
    ['a header that is an object', { statusCode: 200, headers: { a: {} } }],
    ['a header that is null', { statusCode: 200, headers: { a: null } }],
    ['a multi-value header that is no list', { statusCode: 200, multiValueHeaders: { a: 'x' } }],
    ['a field of payload format 2.0', { statusCode: 200, cookies: ['a=1'] }],
    ['isBase64Encoded that is no boolean', { statusCode: 200, isBase64Encoded: 'false' }],
    ['a line break in a header', { statusCode: 200, headers: { a: 'x\r\nSet-Cookie: y' } }],
    ['a header name that is none', { statusCode: 200, headers: { 'a b': 'x' } }],
    ['a header outside Latin-1', { statusCode: 200, headers: { a: '☕' } }],
  ])('%s', async (_name, result) => {
    expect(await returning(result)).toMatchObject({
      status: 502,
      text: INTERNAL,
      headers: { 'x-amzn-errortype': 'InternalServerErrorException', 'access-control-allow-origin': '*' },
    });
  });
});

describe('502 for functions that fail (INTEGRATION_FAILURE with 502: access logs published in azul#6624)', () => {
  it.each([
    [
      'throw',
      () => {
        throw new Error('secret detail');
      },
    ],
    ['reject', () => Promise.reject(new Error('secret detail'))],
    ['answer with too much', () => ({ statusCode: 200, body: 'x'.repeat(6_291_556) })],
    ['take longer than their own timeout', () => new Promise(() => undefined)],
  ])('%s', async (_name, handler) => {
    const lines: string[] = [];
    const gateway = await startApi({ echo: handler }, { limits: { functionTimeoutMs: 300 }, lines });
    const reply = await call(gateway, '/api/events?token=secret', { headers: [['Cookie', 'secret=1']] });
    expect(reply).toMatchObject({ status: 502, text: INTERNAL });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      type: 'INTEGRATION_FAILURE',
      resource: '/api/events',
    });
    expect(lines[0]).not.toMatch(/token=secret|secret=1/);
  });

  it('leaves the next request unharmed', async () => {
    let broken = true;
    const gateway = await startApi({ echo: () => (broken ? Promise.reject(new Error('x')) : { statusCode: 200 }) });
    expect(await call(gateway, '/api/events')).toMatchObject({ status: 502 });
    broken = false;
    expect(await call(gateway, '/api/events')).toMatchObject({ status: 200 });
  });
});

it('504 after 29 s (REST API quotas: integration timeout), here shortened', async () => {
  const gateway = await startApi(
    { echo: () => new Promise(() => undefined) },
    { limits: { integrationTimeoutMs: 30 } },
  );
  expect(await call(gateway, '/api/events')).toMatchObject({
    status: 504,
    text: '{"message": "Endpoint request timed out"}',
    headers: { 'x-amzn-errortype': 'InternalServerErrorException' },
  });
});

describe('base64 (developer guide: "Return binary media from a Lambda proxy integration")', () => {
  const image = { statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'AP8Q', isBase64Encoded: true };

  it.each([
    ['image/png', true],
    ['image/webp,image/*,*/*;q=0.8', true],
    ['text/html,image/png', false],
    ['*/*', false],
  ])('Accept: %s decodes: %s (only the first media type counts)', async (accept, decoded) => {
    const { bytes } = await returning(image, [['Accept', accept]]);
    expect(bytes).toStrictEqual(decoded ? Buffer.from([0x00, 0xff, 0x10]) : Buffer.from('AP8Q'));
  });

  it('leaves text alone that only looks like base64', async () => {
    expect(await returning({ ...image, isBase64Encoded: false }, [['Accept', 'image/png']])).toMatchObject({
      text: 'AP8Q',
    });
  });

  it('500 for what is not base64 (gateway response type API_CONFIGURATION_ERROR)', async () => {
    const reply = await returning({ ...image, body: 'no base64!' }, [['Accept', 'image/png']]);
    expect(reply).toMatchObject({ status: 500, text: INTERNAL });
  });
});

describe('a client that goes away', () => {
  it('does not stop the function', async () => {
    const started = signal();
    const released = signal();
    const completed = signal();
    const gateway = await startApi({
      echo: async () => {
        started.give();
        await released.given;
        completed.give();
        return { statusCode: 200 };
      },
    });
    const controller = new AbortController();
    const request = fetch(`${gateway.url}/api/events`, { signal: controller.signal });
    await started.given;
    controller.abort();
    await expect(request).rejects.toThrow();
    released.give();
    await completed.given;
    expect(await call(gateway, '/api/events')).toMatchObject({ status: 200 });
  });
});

describe('compression (developer guide: "Receive an API response with a compressed payload")', () => {
  it('follows Accept-Encoding for answers that are large enough', async () => {
    const gateway = await startApi(
      { greeting: () => ({ statusCode: 200, body: 'x'.repeat(100) }) },
      { fixture: 'compressed.yml' },
    );
    const encodingOf = async (accept: string, target = '/big') =>
      (await call(gateway, target, { headers: [['Accept-Encoding', accept]] })).headers['content-encoding'];
    expect(await encodingOf('gzip, deflate')).toBe('gzip');
    expect(await encodingOf('br, deflate')).toBe('deflate');
    expect(await encodingOf('gzip;q=0, br')).toBeUndefined();
    expect((await fetch(`${gateway.url}/big`)).headers.get('content-encoding')).toBe('gzip');
    expect(await (await fetch(`${gateway.url}/big`)).text()).toBe('x'.repeat(100));
    expect(await encodingOf('gzip', '/nowhere')).toBeUndefined();
  });

  it('decompresses requests', async () => {
    const { gzipSync } = await import('node:zlib');
    const gateway = await startApi({}, { fixture: 'compressed.yml' });
    const headers = [['Content-Encoding', 'gzip']] as const;
    const reply = await call(gateway, '/big', { method: 'POST', headers, body: gzipSync('hello') });
    expect(reply.json()).toMatchObject({ body: 'hello' });
    expect(await call(gateway, '/big', { method: 'POST', headers, body: 'no gzip' })).toMatchObject({ status: 400 });
  });
});
