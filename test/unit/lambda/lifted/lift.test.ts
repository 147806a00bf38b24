import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { APIGatewayProxyResult } from 'aws-lambda';
import { build } from 'esbuild';

import { lambdaEnvironment } from '../../../../shared/lambda-environment';
import {
  bundledProgram,
  startFunctionProcess,
  type FunctionProcess,
  type Invocation,
} from '../../../../shared/local/functions';
import { capturedLogger } from '../../../support/captured-logger';
import { gatewayEvent, type EventParts } from '../http/gateway-event';

const ROOT = path.join(__dirname, '../../../..');
const APPS = path.join(__dirname, 'apps');
const LIFTED = path.join(__dirname, '../../../../lambda/lifted/index.ts');
const running: FunctionProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

type Ask = (parts?: EventParts) => Promise<Invocation>;

/** One of apps/functions.ts, in a process of its own as in Lambda. */
function runApp(name: string, { timeoutMs = 10_000, environment = {} } = {}): Ask {
  const handler = `test/unit/lambda/lifted/apps/functions.${name}`;
  const definition = { name, functionName: name, handler, root: ROOT, timeoutMs, memorySize: 512, arn: 'arn' };
  const process = startFunctionProcess({
    definitions: [definition],
    program: bundledProgram({ root: ROOT, definitions: [definition], options: {} }),
    environment: { ...lambdaEnvironment(APPS, 'eu-west-1'), ...environment },
    logger: capturedLogger(),
    // Express prints the errors that it answers.
    print: () => undefined,
  });
  running.push(process);
  return (parts) => {
    const [target] = process.functions;
    if (target === undefined) throw new Error('no function');
    return target.invoke(gatewayEvent({ ...parts, authorizer: null }));
  };
}

async function answerOf(asked: Promise<Invocation>): Promise<APIGatewayProxyResult> {
  const outcome = await asked;
  if (!outcome.ok) throw new Error(outcome.error.errorMessage, { cause: outcome.error });
  return JSON.parse(outcome.payload) as APIGatewayProxyResult;
}

const bodyOf = async (asked: Promise<Invocation>): Promise<unknown> => JSON.parse((await answerOf(asked)).body);

describe('an app that listens, run as a program', () => {
  const ask = () => runApp('listens');

  it('sees the client as the proxy saw it, not the gateway', async () => {
    const headers = Object.entries({
      Host: 'abc.execute-api.eu-west-1.amazonaws.com',
      'X-Forwarded-For': '203.0.113.7, 198.51.100.1',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'shop.example.com',
      'X-Banyan-Forwarded-Proto': 'http',
    });
    const event = gatewayEvent({ path: '/who', headers });
    const sourceIp = event.requestContext.identity.sourceIp;
    const forwarded = headers.map(([name, value]) => [name, value.replace('198.51.100.1', sourceIp)] as const);
    expect(await bodyOf(ask()({ path: '/who', headers: forwarded }))).toMatchObject({
      ip: '203.0.113.7',
      protocol: 'http',
      hostname: 'shop.example.com',
      headers: expect.not.objectContaining({ 'x-banyan-forwarded-proto': 'http' }) as unknown,
      cwd: APPS,
      argv: [path.join(APPS, 'listens.cjs')],
    });
  });

  it('parses bodies, of forms with files too', async () => {
    const app = ask();
    const json = { method: 'POST', path: '/echo', headers: [['Content-Type', 'application/json']] } as const;
    expect(await bodyOf(app({ ...json, body: '{"a":1}' }))).toEqual({ body: { a: 1 } });
    expect(await bodyOf(app({ method: 'POST', path: '/echo' }))).toEqual({ body: {} });
    expect((await answerOf(app({ ...json, body: '{' }))).statusCode).toBe(400);
    const form = '--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nhello\r\n--x--\r\n';
    const upload = {
      method: 'POST',
      path: '/upload',
      headers: [['Content-Type', 'multipart/form-data; boundary=x']],
    } as const;
    expect(await bodyOf(app({ ...upload, body: form }))).toEqual(['hello']);
  });

  it('answers bytes as base64, cookies each, its own pages, and hears the end of its answers', async () => {
    const app = ask();
    expect(await answerOf(app({ path: '/latin1' }))).toMatchObject({ isBase64Encoded: true, body: '6Q==' });
    expect(await answerOf(app({ path: '/pdf' }))).toMatchObject({ isBase64Encoded: true, body: 'Jf8=' });
    expect((await answerOf(app({ path: '/cookies' }))).multiValueHeaders).toMatchObject({
      'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
      location: ['/who'],
    });
    const missing = await answerOf(app({ path: '/none' }));
    expect(missing).toMatchObject({ statusCode: 404, body: expect.stringContaining('Cannot GET /none') as unknown });
    const broken = await answerOf(app({ path: '/broken' }));
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('not for clients');
    expect(await bodyOf(app({ path: '/closed' }))).toEqual({ closed: 5 });
  });
});

describe('other ways to have an app', () => {
  it.each([
    ['imported', 'a module'],
    ['exported', 'an export'],
    ['made', 'a factory'],
  ])('%s', async (name, from) => {
    expect(await bodyOf(runApp(name)())).toEqual({ from });
  });

  it('an export that is no app is refused by name', async () => {
    expect(await runApp('none')()).toMatchObject({
      ok: false,
      error: {
        errorMessage: expect.stringMatching(
          /exported\.cjs: its export settings is no app; expected an Express app/,
        ) as unknown,
      },
    });
  });

  it('one that takes long to load says so before the function is ended, too', async () => {
    expect(await runApp('loadsLong', { timeoutMs: 2_500 })()).toMatchObject({
      ok: false,
      error: { errorType: 'LiftedStartError' },
    });
  });

  it('one that never listens says so before the function is ended', async () => {
    expect(await runApp('exportsOnly', { timeoutMs: 1_500 })()).toMatchObject({
      ok: false,
      error: { errorType: 'LiftedStartError', errorMessage: expect.stringMatching(/only exports its app/) as unknown },
    });
  });
});

describe('a start that fails', () => {
  it('is tried again by the next request, with modules that know nothing of the first', async () => {
    const app = runApp('failsFirst');
    expect(await app()).toMatchObject({ ok: false, error: { errorMessage: 'the first start fails' } });
    expect((await answerOf(app())).body).toBe('attempt 2');
    expect((await answerOf(app())).body).toBe('attempt 2');
  });

  it('ends the process of an ES module that would fail for ever', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lifted-'));
    try {
      // Without tsx, which makes CommonJS of modules.
      const outfile = path.join(folder, 'lifted.js');
      await build({ entryPoints: [LIFTED], bundle: true, platform: 'node', outfile, logLevel: 'error' });
      const twice = `
        const handler = require(${JSON.stringify(outfile)}).lift('fails-first.mjs');
        const context = { getRemainingTimeInMillis: () => 5_000 };
        const ask = () => handler({}, context).catch((error) => console.log(error.message));
        ask().then(ask).then(() => console.log('went on'));`;
      const { stdout, status } = spawnSync(process.execPath, ['-e', twice], { cwd: APPS, encoding: 'utf8' });
      expect(stdout).toBe('fails for as long as this process lives\n');
      expect(status).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it.each([
  [
    'pools',
    {
      sizes: [
        [1, 0],
        [1, 0],
      ],
      third: { poolSize: 1, maxPoolSize: 1 },
    },
  ],
  ['poolsImported', { sizes: [3] }],
])('pools of every driver are capped, whatever the app says: %s', async (name, expected) => {
  expect(await bodyOf(runApp(name)())).toEqual(expected);
});

describe('what an app starts by itself', () => {
  it('runs when nothing is said of it', async () => {
    const { ticks } = (await bodyOf(runApp('background')())) as { ticks: number };
    expect(ticks).toBeGreaterThan(0);
  });

  it('never starts when it is listed as stopped', async () => {
    expect(await bodyOf(runApp('backgroundListed')())).toEqual({ ticks: 0 });
  });
});

describe('the first answer of an instance says that it was cold', () => {
  const MARK = 'X-Banyan-Cold-Start';
  it('in Lambda only', async () => {
    const inLambda = runApp('imported', { environment: { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' } });
    expect((await answerOf(inLambda())).headers).toEqual({ [MARK]: '1' });
    expect((await answerOf(inLambda())).headers).toBeUndefined();
    expect((await answerOf(runApp('imported')())).headers).toBeUndefined();
  });
});
