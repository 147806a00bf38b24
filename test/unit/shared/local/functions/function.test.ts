import path from 'node:path';
import {
  createFunction,
  FunctionInitError,
  requireModule,
  type FunctionDefinition,
  type Invocation,
} from '../../../../../shared/local/functions';

const definition: FunctionDefinition = {
  name: 'list-events',
  functionName: 'eventsapp-dev-list-events',
  handler: 'lambda/list-events.handler',
  root: path.join(__dirname, 'nowhere'),
  timeoutMs: 3_000,
  memorySize: 256,
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:eventsapp-dev-list-events',
};

const withExports = (exports: unknown, changes: Partial<FunctionDefinition> = {}, now = () => 0) =>
  createFunction({ ...definition, ...changes }, { load: () => exports, now });

const payloadOf = (invocation: Invocation): unknown => (invocation.ok ? JSON.parse(invocation.payload) : invocation);

/** The error type with which a function refuses to start. */
const codeOf = (start: () => unknown): string | undefined => {
  try {
    start();
  } catch (error) {
    return error instanceof FunctionInitError ? error.code : String(error);
  }
  return undefined;
};

describe('loading (Lambda developer guide: "Define Lambda function handler in Node.js")', () => {
  it.each([
    ['no export of that name', { other: () => 1 }, {}, 'Runtime.HandlerNotFound'],
    ['an export that is not a function', { handler: {} }, {}, 'Runtime.HandlerNotFound'],
    ['no dot in the handler', {}, { handler: 'lambda' }, 'Runtime.MalformedHandlerName'],
    ['a handler outside the root', {}, { handler: '../x.handler' }, 'Runtime.MalformedHandlerName'],
    [
      'a callback (Node.js 24)',
      { handler: (a: number, b: number, c: number) => a + b + c },
      {},
      'Runtime.CallbackHandlerDeprecated',
    ],
  ])('refuses %s', (_name, exports, changes, code) => {
    expect(codeOf(() => withExports(exports, changes))).toBe(code);
  });

  it('names the handler whose file is missing, and keeps what a module threw', () => {
    expect(() => createFunction(definition, { load: requireModule })).toThrow(
      /Cannot find module .*lambda\/list-events/,
    );
    const load = () => {
      throw new Error('MONGODB_URI is missing');
    };
    expect(() => createFunction(definition, { load })).toThrow(
      'list-events.handler failed to load: MONGODB_URI is missing',
    );
  });

  it('loads TypeScript through the running process, once for all functions of the file', async () => {
    const root = path.join(__dirname, '..', 'gateway', 'fixtures');
    const handler = 'lambda/greeting.handler';
    const [first, second] = [
      createFunction({ ...definition, root, handler }, { load: requireModule }),
      createFunction({ ...definition, root, handler }, { load: requireModule }),
    ];
    await first.invoke({});
    const counted = payloadOf(await second.invoke({}));
    expect(JSON.parse((counted as { body: string }).body)).toMatchObject({ calls: 2 });
  });
});

describe('invoking', () => {
  it('passes event and result through JSON: undefined and functions vanish, dates become texts', async () => {
    let seen: unknown;
    const handler = (event: unknown) => {
      seen = event;
      return { kept: 1, gone: undefined, fn: () => 1, at: new Date(0), nan: NaN };
    };
    const event = { a: undefined, b: new Date(0), list: [undefined] };
    const invocation = await withExports({ handler }).invoke(event);
    expect(seen).toStrictEqual({ b: '1970-01-01T00:00:00.000Z', list: [null] });
    expect(payloadOf(invocation)).toStrictEqual({ kept: 1, at: '1970-01-01T00:00:00.000Z', nan: null });
  });

  it('does not hand out the caller’s own event', async () => {
    const event = { list: [1] };
    await withExports({ handler: (copy: { list: number[] }) => copy.list.push(2) }).invoke(event);
    expect(event).toStrictEqual({ list: [1] });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
  ])('turns a result of %s into null', async (_name, result) => {
    expect(await withExports({ handler: () => result }).invoke({})).toMatchObject({ ok: true, payload: 'null' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('broken');
      },
      { errorType: 'TypeError', errorMessage: 'broken' },
    ],
    ['rejects', () => Promise.reject(new Error('Unauthorized')), { errorType: 'Error', errorMessage: 'Unauthorized' }],
    [
      'throws a text',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers do such things
        throw 'text';
      },
      { errorType: 'string', errorMessage: 'text' },
    ],
    ['returns what JSON cannot hold', () => ({ big: 1n }), { errorType: 'TypeError' }],
  ])('reports a handler that %s', async (_name, handler, error) => {
    expect(await withExports({ handler }).invoke({})).toMatchObject({ ok: false, error });
  });

  it('gives a context without the callback-era members (Lambda developer guide: "context object in Node.js")', async () => {
    let now = 1_000;
    const handler = (_event: unknown, context: { getRemainingTimeInMillis: () => number }) => {
      now += 500;
      const { getRemainingTimeInMillis, ...rest } = context;
      const half = getRemainingTimeInMillis();
      now += 10_000;
      return { ...rest, half, late: getRemainingTimeInMillis() };
    };
    const invocation = await withExports({ handler }, {}, () => now).invoke({});
    expect(payloadOf(invocation)).toStrictEqual({
      functionName: 'eventsapp-dev-list-events',
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: '256',
      awsRequestId: invocation.requestId,
      logGroupName: '/aws/lambda/eventsapp-dev-list-events',
      logStreamName: expect.any(String) as string,
      half: 2_500,
      late: 0,
    });
    expect(invocation.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives up on a function after its timeout', async () => {
    const invocation = await withExports({ handler: () => new Promise(() => undefined) }, { timeoutMs: 20 }).invoke({});
    const errorMessage = `${invocation.requestId} Task timed out after 0.02 seconds`;
    expect(invocation).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout', errorMessage } });
  });
});

describe('payload quotas (Lambda quotas; the service’s own error texts)', () => {
  const echo = { handler: (event: { size?: number }) => ({ text: 'x'.repeat(event.size ?? 0) }) };

  it('refuses an event over 6,291,456 bytes and takes one of exactly that', async () => {
    const overhead = JSON.stringify({ pad: '' }).length;
    const sized = (bytes: number) => ({ pad: 'x'.repeat(bytes - overhead) });
    expect(await withExports(echo).invoke(sized(6_291_456))).toMatchObject({ ok: true });
    await expect(withExports(echo).invoke(sized(6_291_457))).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    });
  });

  it('fails a result over 6,291,556 bytes', async () => {
    const overhead = JSON.stringify({ text: '' }).length;
    expect(await withExports(echo).invoke({ size: 6_291_556 - overhead })).toMatchObject({ ok: true });
    expect(await withExports(echo).invoke({ size: 6_291_557 - overhead })).toMatchObject({
      ok: false,
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });
});
