import { LambdaClient, type InvokeCommand } from '@aws-sdk/client-lambda';

import type { RetryClock } from '../../../../lambda/backoff';
import { createVpcClient } from '../../../../lambda/vpc-proxy/client';
import { defineVpcFunction, type VpcContext } from '../../../../lambda/vpc-proxy/define';
import { count, listOf, objectOf, text } from '../../../../lambda/vpc-proxy/json';
import { startInvokeApi, type InvokeApi } from '../../../../shared/local/invoke/invoke-api';
import { createFunction, type LambdaFunction } from '../../../../shared/local/functions';
import { capturedLogger } from '../../../support/captured-logger';

const addUp = defineVpcFunction({
  name: 'add-up',
  input: objectOf({ numbers: listOf(count) }),
  output: objectOf({ sum: count }),
});
const other = defineVpcFunction({ name: 'other', input: objectOf({}), output: objectOf({ said: text }) });

type Handler = (event: never, context: VpcContext) => Promise<unknown>;
const sum: Handler = addUp.handler(({ numbers }) =>
  Promise.resolve({ sum: numbers.reduce((left, right) => left + right, 0) }),
);

/** A function as serverless.yml would define it, with any handler. */
function deploy(handler: Handler, { timeoutMs = 5_000, reservedConcurrency }: Deployment = {}): LambdaFunction {
  const functionName = 'banyan-test-add-up';
  return createFunction(
    {
      name: 'add-up',
      functionName,
      handler: 'inside/add-up.handler',
      root: '/',
      timeoutMs,
      memorySize: 512,
      arn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
      reservedConcurrency,
    },
    { load: () => ({ handler: (event: never, context: VpcContext) => handler(event, context) }) },
  );
}

interface Deployment {
  readonly timeoutMs?: number;
  readonly reservedConcurrency?: number;
}

/** Time that passes only while somebody sleeps. */
function fakeClock(
  remaining = 10_000,
): RetryClock & { readonly pauses: number[]; readonly remainingTimeMs: () => number } {
  const pauses: number[] = [];
  return {
    pauses,
    sleep: (ms) => Promise.resolve(pauses.push(ms)),
    // The longest pause that is allowed.
    random: () => 1,
    remainingTimeMs: () => remaining - pauses.reduce((all, ms) => all + ms, 0),
  };
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const logger = capturedLogger();
let api: InvokeApi;
let deployed: LambdaFunction[];
let lambda: LambdaClient;

beforeAll(async () => {
  api = await startInvokeApi({ functions: () => deployed, logger });
  lambda = new LambdaClient({ region: 'eu-west-1', endpoint: api.url, credentials, maxAttempts: 1 });
});
beforeEach(() => {
  deployed = [];
  logger.lines.length = 0;
});
afterAll(async () => {
  lambda.destroy();
  await api.close();
});

const clientOf = (clock = fakeClock(), send: Pick<LambdaClient, 'send'> = lambda) =>
  createVpcClient({ lambda: send, functions: [addUp], functionPrefix: 'banyan-test-', logger, clock });
const call = (clock = fakeClock(), numbers: readonly number[] = [1, 2]) =>
  clientOf(clock).call(addUp, { numbers }, { remainingTimeMs: clock.remainingTimeMs, about: { jobId: 'job-1' } });

/** Names of the causes, outermost first. */
function causesOf(error: unknown): string[] {
  return error instanceof Error ? [error.name, ...causesOf(error.cause)] : [];
}
const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('Expected a failure');
    },
    (error: unknown) => error,
  );

it('gives the typed result', async () => {
  deployed = [deploy(sum)];
  await expect(call()).resolves.toEqual({ sum: 3 });
});

it('hands a thrown error over with its name, message and trace, and never tries again', async () => {
  const calls = jest.fn(() => Promise.reject(new RangeError('no such account')));
  deployed = [deploy(calls)];
  const error = await failure(call());
  expect(error).toMatchObject({
    name: 'VpcFunctionError',
    code: 'vpc_function_failed',
    statusCode: 500,
    functionName: 'add-up',
    message: 'add-up: the function failed with RangeError',
    cause: { name: 'RangeError', message: 'no such account' },
  });
  expect((error as { cause: Error }).cause.stack).toContain('client.test.ts');
  expect(calls).toHaveBeenCalledTimes(1);
});

it('tells a timeout of the function, and never tries again', async () => {
  const calls = jest.fn(() => new Promise(() => undefined));
  deployed = [deploy(calls, { timeoutMs: 20 })];
  expect(await failure(call())).toMatchObject({
    name: 'VpcTimeoutError',
    message: 'add-up: the function ran out of time',
    cause: { message: expect.stringMatching(/Task timed out after 0\.02 seconds$/) as unknown },
  });
  expect(calls).toHaveBeenCalledTimes(1);
});

it.each<[string, unknown, string]>([
  ['its process ended', { errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' }, 'VpcFunctionError'],
  ['its memory was full', { errorType: 'Runtime.OutOfMemory', errorMessage: 'signal: killed' }, 'VpcFunctionError'],
  ['its module cannot be loaded', { errorType: 'Runtime.ImportModuleError', errorMessage: 'x' }, 'VpcFunctionError'],
  ['its time ran out, told in words alone', { errorMessage: 'x Task timed out after 3.00 seconds' }, 'VpcTimeoutError'],
  [
    'its answer is too large',
    { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'x' },
    'VpcPayloadTooLargeError',
  ],
  ['an error document that is none', 'rubbish', 'VpcFunctionError'],
  ['a null', null, 'VpcFunctionError'],
])('tells from Lambda’s own error documents: %s', async (_name, document, expected) => {
  const send = jest
    .fn()
    .mockResolvedValue({ FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(document)) });
  const clock = fakeClock();
  const error = await failure(clientOf(clock, { send }).call(addUp, { numbers: [] }, clock));
  expect(error).toMatchObject({ name: expected, functionName: 'add-up', cause: expect.any(Error) as unknown });
  expect(send).toHaveBeenCalledTimes(1);
});

it('ends with the caller’s own time', async () => {
  deployed = [deploy(() => new Promise(() => undefined))];
  expect(await failure(call(fakeClock(280)))).toMatchObject({
    name: 'VpcTimeoutError',
    message: 'add-up: the caller ran out of time',
  });
  expect(await failure(call(fakeClock(200)))).toMatchObject({ name: 'VpcTimeoutError' });
});

it.each([
  ['something else', { total: 3 }],
  ['a part of another type', { sum: '3' }],
  ['nothing', undefined],
  ['a text', 'rubbish'],
])('refuses %s as an answer', async (_name, answer) => {
  deployed = [deploy(() => Promise.resolve(answer))];
  expect(causesOf(await failure(call()))).toEqual(['VpcOutputError', 'ShapeError']);
});

it('refuses an answer that is not even JSON', async () => {
  const send = jest.fn().mockResolvedValue({ Payload: Buffer.from('<html>') });
  const clock = fakeClock();
  const promise = clientOf(clock, { send }).call(addUp, { numbers: [] }, clock);
  expect(causesOf(await failure(promise))).toEqual(['VpcOutputError', 'SyntaxError']);
});

it('checks the input before the call', async () => {
  const calls = jest.fn(sum);
  deployed = [deploy(calls)];
  const error = await failure(call(fakeClock(), [-1]));
  expect(causesOf(error)).toEqual(['VpcInputError', 'ShapeError']);
  expect(error).toMatchObject({ cause: { message: 'numbers[0]: expected a whole number, found number' } });
  expect(calls).not.toHaveBeenCalled();
});

it('knows its input again when the function inside is of another version', async () => {
  const inside = defineVpcFunction({ ...addUp, input: objectOf({ numbers: listOf(count), unit: text }) });
  const implementation = jest.fn(() => Promise.resolve({ sum: 0 }));
  deployed = [deploy(inside.handler(implementation))];
  expect(await failure(call())).toMatchObject({
    name: 'VpcInputError',
    cause: { name: 'VpcInvalidInput', message: 'Input of add-up: unit: expected a text, found undefined' },
  });
  expect(implementation).not.toHaveBeenCalled();
});

it('does not send more than 6 MB, and says when the answer is more', async () => {
  const calls = jest.fn(() => Promise.resolve('x'.repeat(6_291_557)));
  deployed = [deploy(calls)];
  const tooMany = Array.from({ length: 3_145_730 }, () => 1);
  expect(await failure(call(fakeClock(), tooMany))).toMatchObject({
    name: 'VpcPayloadTooLargeError',
    direction: 'input',
  });
  expect(calls).not.toHaveBeenCalled();
  expect(await failure(call())).toMatchObject({ name: 'VpcPayloadTooLargeError', direction: 'output' });
});

it('calls nothing that is not on its list', async () => {
  const clock = fakeClock();
  const outdated: { call: (...given: readonly unknown[]) => Promise<unknown> } = clientOf(clock) as never;
  expect(await failure(outdated.call(other, {}, clock))).toMatchObject({ name: 'VpcNotAllowedError' });
});

it('tells a function that does not exist, without trying again', async () => {
  const clock = fakeClock();
  expect(await failure(call(clock))).toMatchObject({
    name: 'VpcRefusedError',
    message: 'add-up: Lambda refused the call: ResourceNotFoundException',
  });
  expect(clock.pauses).toEqual([]);
});

describe('what is tried again', () => {
  it('a throttle, with pauses that double, until it is let in', async () => {
    let leave = (): void => undefined;
    const gate = new Promise<void>((resolve) => (leave = resolve));
    const clock = fakeClock();
    const first = jest.fn(async (event: never, context: VpcContext) => {
      await gate;
      return sum(event, context);
    });
    deployed = [deploy(first, { reservedConcurrency: 1 })];
    const running = call();
    while (first.mock.calls.length === 0) await new Promise(setImmediate);
    const sleep = async (ms: number) => {
      await clock.sleep(ms);
      if (clock.pauses.length < 3) return;
      // The third pause lets the first caller out.
      leave();
      await running;
    };
    await expect(clientOf({ ...clock, sleep }).call(addUp, { numbers: [4] }, clock)).resolves.toEqual({
      sum: 4,
    });
    expect(clock.pauses).toEqual([100, 200, 400]);
    const reported = logger.lines.filter(({ message }) => message === 'VPC call retried');
    expect(reported).toHaveLength(3);
  });

  it('a throttle as often as agreed, then it is told with its cause', async () => {
    const clock = fakeClock();
    deployed = [deploy(sum, { reservedConcurrency: 0 })];
    const error = await failure(call(clock));
    expect(causesOf(error)).toEqual(['VpcThrottledError', 'TooManyRequestsException']);
    expect(clock.pauses).toEqual([100, 200, 400, 800, 1_600]);
    expect(logger.lines[0]).toMatchObject({
      level: 'warn',
      fields: { jobId: 'job-1', vpcFunction: 'add-up', attempt: 1, pause: 100 },
    });
  });

  it('never beyond the caller’s time', async () => {
    const clock = fakeClock(1_000);
    deployed = [deploy(sum, { reservedConcurrency: 0 })];
    expect(await failure(call(clock))).toMatchObject({
      name: 'VpcThrottledError',
      message: 'add-up: throttled 3 times',
    });
    // A third pause of 400 would leave less than half a second.
    expect(clock.pauses).toEqual([100, 200]);
  });

  it('a connection that broke: the function may run twice', async () => {
    const calls = jest.fn(sum);
    deployed = [deploy(calls)];
    const invoke = (command: InvokeCommand): Promise<unknown> => lambda.send(command);
    const send = jest.fn(invoke).mockImplementationOnce(async (command) => {
      // It ran; its answer was lost on the way.
      await invoke(command);
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    });
    const clock = fakeClock();
    const client = clientOf(clock, { send: send as never });
    await expect(client.call(addUp, { numbers: [2] }, clock)).resolves.toEqual({ sum: 2 });
    expect(calls).toHaveBeenCalledTimes(2);
  });

  it('with what is left of the caller’s time, to the millisecond or finer', async () => {
    deployed = [deploy(sum)];
    await expect(clientOf().call(addUp, { numbers: [2] }, { remainingTimeMs: () => 1_000.25 })).resolves.toEqual({
      sum: 2,
    });
  });

  it('network faults and the service’s own', async () => {
    const clock = fakeClock();
    const nowhere = new LambdaClient({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1',
      credentials,
      maxAttempts: 1,
    });
    const error = await failure(clientOf(clock, nowhere).call(addUp, { numbers: [] }, clock));
    nowhere.destroy();
    expect(error).toMatchObject({
      name: 'VpcUnavailableError',
      cause: { message: expect.stringContaining('ECONNREFUSED') as unknown },
    });
    expect(clock.pauses).toHaveLength(5);

    const failing = { send: jest.fn().mockRejectedValue(serviceError('ServiceException', 500)) };
    const later = fakeClock();
    const again = clientOf(later, failing).call(addUp, { numbers: [] }, later);
    expect(await failure(again)).toMatchObject({ name: 'VpcUnavailableError' });
    expect(failing.send).toHaveBeenCalledTimes(6);
  });

  it.each([
    ['no permission', serviceError('AccessDeniedException', 403), 'VpcRefusedError'],
    ['too large for the service', serviceError('RequestTooLargeException', 413), 'VpcPayloadTooLargeError'],
    [
      'no credentials',
      Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }),
      'VpcRefusedError',
    ],
  ])('but not %s', async (_name, thrown, expected) => {
    const send = jest.fn().mockRejectedValue(thrown);
    const clock = fakeClock();
    expect(causesOf(await failure(clientOf(clock, { send }).call(addUp, { numbers: [] }, clock)))).toEqual([
      expected,
      thrown.name,
    ]);
    expect(send).toHaveBeenCalledTimes(1);
  });
});

function serviceError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
