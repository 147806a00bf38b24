import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireModule } from '../../../../../shared/local/functions';
import { startGateway, type RunningGateway, type StartGatewayOptions } from '../../../../../shared/local/gateway';
import { createLogger } from '../../../../../shared/logger';
import { waitFor } from '../../../../support/wait-for';
import { call, closeApis, signal, startApi } from './harness';

afterEach(closeApis);

describe('functions in processes of their own', () => {
  const GREETING = path.join(__dirname, 'fixtures/greeting.yml');
  const started: RunningGateway[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((gateway) => gateway.close()));
  });
  const start = async (options: Partial<StartGatewayOptions> & { readonly lines?: string[] } = {}) => {
    const { lines = [], ...others } = options;
    const logger = createLogger({ level: 'info', write: (line) => lines.push(line) });
    const gateway = await startGateway({ serverlessFile: GREETING, stage: 'dev', port: 0, logger, ...others });
    started.push(gateway);
    return gateway;
  };

  it('have the variables that the file declares, what Lambda sets, and nothing of this process’s', async () => {
    const gateway = await start({ environment: { PERSON: 'Ada', UNDECLARED: '1' }, platform: { SQS_ENDPOINT: 'x' } });
    const { greeting, names } = (await call(gateway, '/greeting')).json() as { greeting: string; names: string[] };
    expect(greeting).toBe('Ada');
    const ofLambda = ['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY'];
    expect(names).toEqual([...ofLambda, 'GREETING', 'LAMBDA_TASK_ROOT', 'LANG', 'PATH', 'SQS_ENDPOINT', 'TZ'].sort());
  });

  it('one that cannot be loaded fails alone, with its reason', async () => {
    const lines: string[] = [];
    const gateway = await start({ serverlessFile: path.join(__dirname, 'fixtures/one-broken.yml'), lines });
    expect((await call(gateway, '/greeting')).status).toBe(200);
    expect((await call(gateway, '/broken')).status).toBe(502);
    expect(lines.join('')).toMatch(/"function":"broken".*Cannot find module 'not-installed'/);
  });

  it('one that ends or blocks its process answers 502, and the next request has another', async () => {
    const gateway = await start({ serverlessFile: path.join(__dirname, 'fixtures/one-broken.yml') });
    expect((await call(gateway, '/greeting?exit')).status).toBe(502);
    expect((await call(gateway, '/greeting')).json()).toMatchObject({ calls: 1 });
    expect((await call(gateway, '/greeting?block')).status).toBe(502);
    expect((await call(gateway, '/greeting')).json()).toMatchObject({ calls: 1 });
  });

  it('are loaded anew once they are edited, at the next request, also one that was broken', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gateway-'));
    try {
      await mkdir(path.join(folder, 'lambda'));
      const file = path.join(folder, 'lambda/greeting.js');
      const write = (text: string) =>
        writeFile(file, `exports.handler = async () => ({ statusCode: 200, body: ${JSON.stringify(text)} });`);
      await writeFile(path.join(folder, 'serverless.yml'), await readFile(GREETING));
      await writeFile(file, 'this is no program');
      const gateway = await start({ serverlessFile: path.join(folder, 'serverless.yml') });
      expect((await call(gateway, '/greeting')).status).toBe(502);
      for (const text of ['one', 'another']) {
        await write(text);
        await waitFor('the edited function', async () => (await call(gateway, '/greeting')).text === text);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('starting', () => {
  it('loads handlers by require, after the environment is set, and puts the environment back', async () => {
    process.env['GREETING'] = 'from outside';
    const options = { fixture: 'greeting.yml', load: requireModule, environment: { PERSON: 'Ada' } };
    const gateway = await startApi({}, options);
    expect(process.env['GREETING']).toBe('Ada');
    // Not declared there.
    expect(process.env['PERSON']).toBeUndefined();
    expect((await call(gateway, '/greeting')).json()).toStrictEqual({
      greeting: 'Ada',
      calls: 1,
      names: expect.any(Array) as unknown,
    });
    expect((await call(gateway, '/greeting')).json()).toStrictEqual({
      greeting: 'Ada',
      calls: 2,
      names: expect.any(Array) as unknown,
    });
    await gateway.close();
    expect(process.env['GREETING']).toBe('from outside');
    expect(process.env['PERSON']).toBeUndefined();
    delete process.env['GREETING'];
  });

  it('has its address', async () => {
    const gateway = await startApi();
    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}/dev`);
  });

  it('fails on a busy port, an unloadable handler and a missing value, leaving nothing behind', async () => {
    const { port } = await startApi({}, { fixture: 'greeting.yml', environment: {} });
    await expect(startApi({}, { fixture: 'greeting.yml', environment: { LEFT: '1' }, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(
      startApi({}, { environment: { SESSION_SECRET: 'x', LEFT: '1' }, load: () => ({}) }),
    ).rejects.toMatchObject({
      code: 'Runtime.HandlerNotFound',
    });
    await expect(startApi({}, { environment: { LEFT: '1' } })).rejects.toThrow(
      /api\.yml:40: SESSION_SECRET: \$\{ssm:.*only after a deployment; set SESSION_SECRET/,
    );
    expect(process.env['LEFT']).toBeUndefined();
  });

  it('takes a file that is not there for what it is', async () => {
    await expect(startApi({}, { serverlessFile: path.join(__dirname, 'no.yml') })).rejects.toThrow(
      /cannot read .*no\.yml/,
    );
  });
});

describe('closing', () => {
  it('cuts connections, also with a function still running', async () => {
    const started = signal();
    const gateway = await startApi(
      {
        echo: () => {
          started.give();
          return new Promise(() => undefined);
        },
      },
      { limits: { functionTimeoutMs: 50 } },
    );
    const socket = net.connect(gateway.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.write('GET /dev/api/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await started.given;
    const begun = performance.now();
    await gateway.close();
    await closed;
    expect(performance.now() - begun).toBeLessThan(1_000);
    await gateway.close();
    await expect(call(gateway, '/api/events')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
