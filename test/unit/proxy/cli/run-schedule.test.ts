import { runBanyan } from '../../../support/run-banyan';
import { startInvokeApi, type InvokeApi } from '../../../../shared/local/invoke/invoke-api';
import { createFunction } from '../../../../shared/local/functions';
import { capturedLogger } from '../../../support/captured-logger';

let api: InvokeApi;
let handler: () => Promise<unknown>;

beforeAll(async () => {
  const target = createFunction(
    {
      name: 'f',
      functionName: 'f',
      handler: 'f.handler',
      root: '/',
      timeoutMs: 1_000,
      memorySize: 128,
      arn: 'a:b:c:d:e:f',
    },
    { load: () => ({ handler: () => handler() }) },
  );
  const schedules = [
    { name: 'daily-report', ruleName: 'x-daily-report', functionName: 'f', expressions: ['rate(1 day)'] },
  ];
  api = await startInvokeApi({ functions: () => [target], schedules, logger: capturedLogger() });
});
afterAll(() => api.close());

async function banyan(argv: readonly string[], port = api.port) {
  const { exitCode, out, err } = await runBanyan(argv, { INVOKE_PORT: String(port) });
  return { exitCode, text: out + err };
}

it('runs a schedule in the local system and says what came of it', async () => {
  handler = () => Promise.resolve({ outcome: 'ran', day: '2026-11-22', jobs: 2 });
  expect(await banyan(['run-schedule', 'daily-report'])).toEqual({
    exitCode: 0,
    text: 'daily-report: outcome ran, day 2026-11-22, jobs 2\n',
  });
  const { text } = await banyan(['run-schedule', 'daily-report', '--json']);
  expect(JSON.parse(text)).toMatchObject({ schedule: 'daily-report', failed: false, answer: { jobs: 2 } });
});

it('says when the function failed, with exit code 1', async () => {
  handler = () => Promise.reject(new Error('no queue'));
  expect(await banyan(['run-schedule', 'daily-report'])).toEqual({
    exitCode: 1,
    text: 'daily-report: failed: errorType Error, errorMessage no queue\n',
  });
});

it('names the schedules that there are', async () => {
  expect(await banyan(['run-schedule', 'weekly'])).toEqual({
    exitCode: 2,
    text: 'banyan: no schedule weekly in serverless.yml; it has daily-report\n',
  });
});

it('says what to do when nothing runs', async () => {
  const { exitCode, text } = await banyan(['run-schedule', 'daily-report'], 1);
  expect(exitCode).toBe(2);
  expect(text).toMatch(/^banyan: nothing answers at http:\/\/127\.0\.0\.1:1; start the system with "banyan dev"/);
});
