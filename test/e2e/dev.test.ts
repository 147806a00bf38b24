import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../support/free-ports';
import { waitFor } from '../support/wait-for';

const ROOT = path.join(__dirname, '../..');
const MAIN = path.join(ROOT, 'proxy/cli/main.ts');
const TSX = require.resolve('tsx');
const LONG = 60_000;
jest.setTimeout(2 * LONG);

const APP = `
if (process.env.FAULT) throw new Error('no SITE_NAME');
if (process.env.STUBBORN) process.on('SIGINT', () => console.log('not yet'));
require('http').createServer((request, response) => response.end(process.env.MONGODB_URI)).listen(process.env.PORT);
console.log('process ' + process.pid + ' of the app');
`;

const CONFIG = `
  const { defineConfig, expressJson, fromEnvironment } = require('${ROOT}/shared/config');
  const { passportUserData, sessionAuthenticator } = require('${ROOT}/shared/session');
  const no = (status) => expressJson(status, {});
  module.exports = defineConfig({
    app: 'app.js',
    session: { secrets: fromEnvironment('KEY'), store: { format: 'connect-mongo' } },
    identity: passportUserData(),
    authenticators: [sessionAuthenticator],
    responses: { headers: {}, unauthorized: no(401), forbidden: no(403), internalError: no(500) },
    parity: { identities: {} },
    dev: { seed: 'echo "seeds $DATABASE_URL"; exit $SEEDED', environment: { DATABASE_URL: '{{MONGODB_URI}}' } },
  });`;

/** `banyan dev` in a folder that has nothing of Banyan: package.json and an app. */
describe('banyan dev', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  let output = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-dev-'));
    await writeFile(path.join(folder, 'app.js'), APP);
    await writeFile(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: 'shop', scripts: { start: 'node app.js' } }),
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => child?.kill('SIGKILL'));

  const start = (env: Record<string, string> = {}, args: readonly string[] = []): Promise<unknown[]> => {
    output = '';
    child = spawn(process.execPath, ['--import', TSX, MAIN, 'dev', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, npm_config_update_notifier: 'false', ...freePorts(), ...env },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return once(child, 'exit');
  };
  const ready = () =>
    waitFor('the banner', () => output.includes('Try it'), LONG).catch((error: unknown) => {
      throw new Error(`no banner:\n${output}`, { cause: error });
    });
  const app = (): number => Number(/process (\d+) of the app/.exec(output)?.[1] ?? NaN);
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('runs what npm start runs, says where everything is, and Ctrl-C ends all of it', async () => {
    const exited = start();
    await ready();
    expect(output).toMatch(/^monolith {2}\| process \d+ of the app$/m);
    expect(output).toMatch(/functions none: banyan\/serverless\.yml does not exist/);
    const request = /^ {2}curl -si (http:\S+)\/$/m.exec(output)?.[1] ?? '';
    expect(await (await fetch(request)).text()).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/banyan-dev-/);
    child?.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    await waitFor('the end of the app', () => !isAlive(app()));
  });

  it('ends with a reason when the monolith is killed', async () => {
    const exited = start();
    await ready();
    process.kill(app(), 'SIGKILL');
    expect(await exited).toEqual([1, null]);
    expect(output).toMatch(/^banyan: the monolith ended with exit code 137 .*; stopping the rest$/m);
  });

  it('waits for a monolith that takes its time to end, until the second Ctrl-C', async () => {
    const exited = start({ STUBBORN: '1' });
    await ready();
    child?.kill('SIGINT');
    await waitFor('the signal', () => output.includes('not yet'));
    expect(isAlive(app())).toBe(true);
    child?.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    await waitFor('the end of the app', () => !isAlive(app()));
  });

  it('leaves nothing when it is killed itself', async () => {
    const exited = start();
    await ready();
    child?.kill('SIGKILL');
    await exited;
    await waitFor('the end of the app', () => !isAlive(app()));
  });

  it('names the part that does not start, with its last lines', async () => {
    expect(await start({ FAULT: '1' })).toEqual([2, null]);
    expect(output).toMatch(/^banyan: the monolith \(npm start --silent\) ended with exit code 1 before it listened$/m);
    expect(output).toMatch(/^banyan: {3}Error: no SITE_NAME$/m);
    expect(output).toMatch(/^banyan: -> start it by hand and fix what it reports$/m);
  });

  it('seeds the database before the monolith starts, and says why that failed', async () => {
    await writeFile(path.join(folder, 'banyan.config.cjs'), CONFIG);
    try {
      expect(await start({ SEEDED: '3' })).toEqual([2, null]);
      expect(output).toMatch(/^seed {6}\| seeds mongodb:\/\/127\.0\.0\.1:\d+\/banyan-dev-/m);
      expect(output).toMatch(/^banyan: dev\.seed \(echo .*\) ended with exit code 3$/m);
      const exited = start({ SEEDED: '0' });
      await ready();
      expect(output).toMatch(/^seed {6}\| [^]*^monolith {2}\| process/m);
      child?.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
    } finally {
      await rm(path.join(folder, 'banyan.config.cjs'));
    }
  });

  it('leaves a variable unset that only a deployment knows, for functions as for the monolith, and says so once', async () => {
    const value = "'{{resolve:ssm:/shop/x}}'";
    await writeFile(path.join(folder, 'banyan.config.cjs'), CONFIG);
    await mkdir(path.join(folder, 'banyan'), { recursive: true });
    await writeFile(
      path.join(folder, 'banyan/hello.js'),
      'exports.handler = async () => ({ statusCode: 200, body: `${typeof process.env.MAIL_KEY} ${typeof process.env.KEY}` });',
    );
    await writeFile(
      path.join(folder, 'banyan/serverless.yml'),
      `service: shop\nprovider:\n  name: aws\n  environment: { MAIL_KEY: ${value}, ANALYTICS: ${value}, KEY: ${value}, MONGODB_URI: ${value} }\n` +
        'functions:\n  hello: { handler: hello.handler, events: [{ http: { method: get, path: /hello } }] }\n' +
        '  again: { handler: hello.handler, events: [{ http: { method: get, path: /again } }] }\n',
    );
    try {
      const exited = start({ SEEDED: '0' });
      await ready();
      expect(output.match(/known only after a deployment.*/g)).toEqual([
        'known only after a deployment: ANALYTICS, MAIL_KEY',
      ]);
      const gateway = /http:\/\/127\.0\.0\.1:\d+\/dev\b/.exec(output)?.[0] ?? '';
      expect(await (await fetch(`${gateway}/hello`)).text()).toBe('undefined string');
      child?.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
    } finally {
      await rm(path.join(folder, 'banyan.config.cjs'));
      await rm(path.join(folder, 'banyan'), { recursive: true });
    }
  });

  it('an empty MONGODB_URI hides the one of .env, whose message says where it is from', async () => {
    await writeFile(path.join(folder, '.env'), 'MONGODB_URI=mongodb://127.0.0.1:9/shop\n');
    try {
      expect(await start({ SESSION_SECRET: 'its own' })).toEqual([2, null]);
      expect(output).toMatch(/^banyan: MONGODB_URI \(from \.env\): no MongoDB answers at 127\.0\.0\.1:9 /m);
      const exited = start({ MONGODB_URI: '' });
      await ready();
      child?.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
    } finally {
      await rm(path.join(folder, '.env'));
    }
  });

  it('is not its own monolith', async () => {
    const itself = `node --import ${TSX} ${MAIN} dev`;
    expect(await start({}, ['--legacy', itself])).toEqual([2, null]);
    expect(output).toMatch(
      /^monolith {2}\| banyan: the monolith's command is banyan dev itself; give the monolith's own: --legacy/m,
    );
  });

  it('warns of another database in .env', async () => {
    await writeFile(path.join(folder, '.env'), 'PORT=1\nMONGO_URL=mongodb://user:hunter2@db.example/shop\n');
    const exited = start({}, ['--legacy', 'node app.js']);
    await ready();
    await waitFor('the warning', () => output.includes('warning MONGO_URL names a different MongoDB from MONGODB_URI'));
    expect(output).not.toContain('hunter2');
    child?.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
