import { InvokeCommand, LambdaClient, type InvokeCommandInput } from '@aws-sdk/client-lambda';

import type { Schedule } from '../../../../../shared/local/gateway/api';
import { parseFunctionName, startInvokeApi, type InvokeApi } from '../../../../../shared/local/invoke/invoke-api';
import { createFunction, type LambdaFunction } from '../../../../../shared/local/functions';
import { capturedLogger } from '../../../../support/captured-logger';

const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:banyan-dev-greet';
const SCHEDULES: Schedule[] = [{ name: 'nightly', ruleName: 'banyan-dev-nightly', functionName: 'greet' }];

let handler: (event: unknown) => Promise<unknown>;
let functions: LambdaFunction[];
let api: InvokeApi;
let client: LambdaClient;
const logger = capturedLogger();

function deploy(reservedConcurrency?: number): LambdaFunction {
  const name = { name: 'greet', functionName: 'banyan-dev-greet', handler: 'a/b.handler' };
  return createFunction(
    { ...name, root: '/', timeoutMs: 1_000, memorySize: 128, arn: ARN, reservedConcurrency },
    { load: () => ({ handler: (event: unknown) => handler(event) }) },
  );
}

beforeAll(async () => {
  const now = () => new Date('2026-11-23T02:00:00.123Z');
  api = await startInvokeApi({ functions: () => functions, schedules: SCHEDULES, logger, now });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new LambdaClient({ region: 'eu-west-1', endpoint: api.url, credentials, maxAttempts: 1 });
});
beforeEach(() => {
  handler = (event) => Promise.resolve({ event });
  functions = [deploy()];
});
afterAll(async () => {
  client.destroy();
  await api.close();
});

const invoke = (given: Partial<InvokeCommandInput> = {}) =>
  client.send(new InvokeCommand({ FunctionName: 'banyan-dev-greet', ...given }));
const textOf = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString('utf8');

describe('Invoke, by the SDK', () => {
  it.each(['banyan-dev-greet', ARN, `${ARN}:$LATEST`, '000000000000:function:banyan-dev-greet'])(
    'takes %s',
    async (FunctionName) => {
      const answer = await invoke({ FunctionName, Payload: Buffer.from('{"a":1}') });
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
      expect(answer.FunctionError).toBeUndefined();
      expect(textOf(answer.Payload)).toBe('{"event":{"a":1}}');
    },
  );

  it('gives an empty event for no payload', async () => {
    expect(textOf((await invoke()).Payload)).toBe('{"event":{}}');
  });

  it('answers 200 with FunctionError and the document of a thrown error', async () => {
    handler = () => Promise.reject(new TypeError('broken'));
    const { StatusCode, FunctionError, Payload } = await invoke();
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(textOf(Payload))).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'broken',
      trace: expect.arrayContaining(['TypeError: broken']) as unknown,
    });
    expect(logger.lines.at(-1)).toMatchObject({ message: 'FunctionError', fields: { function: 'greet' } });
  });

  it('runs an Event invocation behind its answer, and a DryRun not at all', async () => {
    const called = jest.fn(() => Promise.resolve(undefined));
    handler = called;
    expect((await invoke({ InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(called).not.toHaveBeenCalled();
    expect((await invoke({ InvocationType: 'Event' })).StatusCode).toBe(202);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it.each<[string, Partial<InvokeCommandInput>, string, number]>([
    ['an unknown function', { FunctionName: 'other' }, 'ResourceNotFoundException', 404],
    ['an unknown version', { Qualifier: '7' }, 'ResourceNotFoundException', 404],
    ['an unknown alias in the ARN', { FunctionName: `${ARN}:live` }, 'ResourceNotFoundException', 404],
    ['what is not JSON', { Payload: Buffer.from('{') }, 'InvalidRequestContentException', 400],
    ['more than 6 MB', { Payload: Buffer.alloc(6_291_457, 49) }, 'RequestTooLargeException', 413],
  ])('refuses %s', async (_name, given, name, httpStatusCode) => {
    await expect(invoke(given)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  });

  it('lets no more in than the reserved concurrency', async () => {
    functions = [deploy(1)];
    let leave = (): void => undefined;
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    handler = () => {
      entered();
      return new Promise<void>((resolve) => (leave = resolve));
    };
    const first = invoke();
    await inside;
    await expect(invoke()).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    leave();
    await first;
    handler = () => Promise.resolve('free again');
    expect(textOf((await invoke()).Payload)).toBe('"free again"');
  });
});

it.each([
  ['greet', 'greet', '$LATEST'],
  ['greet:live', 'greet', 'live'],
  ['000000000000:function:greet:2', 'greet', '2'],
  ['arn:aws:lambda:eu-west-1:000000000000:function:greet', 'greet', '$LATEST'],
])('reads the function name %s', (given, name, qualifier) => {
  expect(parseFunctionName(given, null)).toEqual({ name, qualifier });
});

describe('schedules on demand', () => {
  const post = (name: string) => fetch(`${api.url}/local/schedules/${name}`, { method: 'POST' });

  it('are listed, and run with the event of an EventBridge rule', async () => {
    expect(await (await fetch(`${api.url}/local/schedules`)).json()).toEqual({ schedules: ['nightly'] });
    const { event } = (await (await post('nightly')).json()) as { event: unknown };
    expect(event).toEqual({
      version: '0',
      id: expect.any(String) as unknown,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2026-11-23T02:00:00Z',
      region: 'eu-west-1',
      resources: ['arn:aws:events:eu-west-1:000000000000:rule/banyan-dev-nightly'],
      detail: {},
    });
  });

  it('that do not exist are told with those that do', async () => {
    const answer = await post('weekly');
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ schedules: ['nightly'] })]);
  });
});
