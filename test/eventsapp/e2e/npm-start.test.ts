import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ConfigError } from '../../../shared/errors';
import { startSystem } from '../system';
import { capturedLogger } from '../../support/captured-logger';
import { FREE_PORTS } from '../support/free-ports';
import { demoRoutes } from '../support/running-system';
import { listen } from '../../support/listen';
import { waitFor } from '../../support/wait-for';

const SECRET = 'only for this start';
const ROOT = path.join(__dirname, '../../..');

/** `npm start` as a user runs it, but with free ports and an own temporary folder to look for stray files in. */
interface Started {
  readonly process: ChildProcess;
  output(): string;
  exited(): Promise<number | null>;
}

describe('npm start', () => {
  let folder: string;
  let running: ChildProcess[];

  // One for all, so that the source is compiled once.
  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-start-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => (running = []));

  afterEach(() => {
    for (const { pid } of running) {
      // The whole group: npm, its shell and node.
      if (pid !== undefined) kill(-pid, 'SIGKILL');
    }
  });

  const start = (env: Record<string, string> = {}, argv: readonly string[] = []): Started => {
    const child = spawn('npm', ['start', '--silent', ...(argv.length > 0 ? ['--', ...argv] : [])], {
      cwd: ROOT,
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TMPDIR: folder,
        ...FREE_PORTS,
        ...env,
      },
    });
    running.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, 'exit') as Promise<[number | null]>;
    return { process: child, output: () => output, exited: async () => (await exit)[0] };
  };

  const ready = (started: Started): Promise<unknown> =>
    waitFor(
      'the table',
      () => started.output().includes('Try it') || (started.process.exitCode !== null && fail(started)),
      30_000,
    );

  const fail = (started: Started): never => {
    throw new Error(`npm start ended:\n${started.output()}`);
  };

  it('prints where things are, and four curl lines that work; Ctrl-C leaves nothing', async () => {
    const routesFile = path.join(folder, 'routes.yml');
    await writeFile(routesFile, await demoRoutes('lambda'));
    const started = start({ ROUTES_FILE: routesFile, SESSION_SECRET: SECRET });
    await ready(started);
    const text = started.output();
    expect(text).toMatch(/started in \d+\.\d s/);
    expect(text).toMatch(/MongoDB {3}(embedded|mongod): \S/);
    expect(text).toMatch(/event-metrics +GET \/api\/events\/:eventId\/metrics +lambda$/m);
    for (const user of ['organiser@example.com', 'member@example.com']) expect(text).toContain(user);

    const lines = text.split('Try it')[1]?.match(/^ {2}(TOKEN=|curl ).*$/gm) ?? [];
    expect(lines).toHaveLength(4);
    const { stdout } = await promisify(execFile)('bash', ['-euc', lines.map((line) => line.trim()).join('\n')]);
    // Each ends its own line.
    const [token, events, byCookie, byBearer, ...rest] = stdout.split('\n');
    expect(rest).toEqual(['']);
    expect(token).toMatch(/^s:/);
    expect(JSON.parse(events ?? '')).toMatchObject({
      page: 1,
      limit: 2,
      events: [{ status: 'published' }, { status: 'published' }],
    });
    expect(JSON.parse(byCookie ?? '')).toMatchObject({ interval: 'day', totals: {} });
    expect(byBearer).toBe(byCookie);
    await waitFor('the request lines', () =>
      /GET \/api\/events -> lambda 200 in [\d.]+ ms \(list-events, stage\)/.test(started.output()),
    );

    // Beside it, the tools, by the printed lines.
    const status = /^ {2}(MONGODB_URI=.* status)$/m.exec(text)?.[1] ?? '';
    expect((await promisify(execFile)('bash', ['-euc', status], { cwd: ROOT })).stdout).toMatch(
      /^event-metrics +lambda/m,
    );
    const inspect = /^ {2}(MONGODB_URI=.* session inspect "\$TOKEN")$/m.exec(text)?.[1] ?? '';
    const env = { ...process.env, TOKEN: token, SESSION_SECRET: SECRET };
    const inspected = await promisify(execFile)('bash', ['-euc', inspect], { cwd: ROOT, env });
    expect(inspected.stdout).toMatch(/ok +signature +signed with secret 1 of 1[^]*\naccepted\n$/);

    // What the monolith prints, each line marked as its own. Nothing prints warnings of its own.
    const origin = /proxy +(http:\S+)/.exec(text)?.[1] ?? '';
    const login = `${origin}/api/auth/login`;
    const json = { 'Content-Type': 'application/json' };
    expect((await fetch(login, { method: 'POST', headers: json, body: '{"email' })).status).toBe(400);
    await waitFor('the line', () => /^monolith {2}\| SyntaxError/m.test(started.output()));
    expect(started.output()).not.toMatch(/^ +at |\(node:\d+\)|Deprecat/m);
    expect(started.output()).not.toContain(SECRET);

    // With a stream open, which nobody ends: the monolith must.
    const stream = await fetch(`${origin}/api/notifications/stream`, { headers: { Authorization: `Bearer ${token}` } });
    expect(stream.status).toBe(200);
    const ended = stream.text().catch(() => 'broken off');

    const begun = performance.now();
    // As a terminal does: to npm, its shell and node alike. npm itself may end by the signal.
    const group = -(started.process.pid ?? 0);
    kill(group, 'SIGINT');
    await waitFor('the end of every process of the group', () => !isAlive(group));
    expect(performance.now() - begun).toBeLessThan(3_000);
    await ended;
    expect(started.output()).toMatch(/Stopping\.\n[^\n]*notifications\/stream -> legacy 200[^\n]*\n$/);
    // Nothing but the table and the compiler's cache is left in the temporary folder.
    expect((await readdir(folder)).filter((name) => !name.startsWith('tsx-'))).toEqual(['routes.yml']);
  }, 60_000);

  describe('says in one line what is wrong and what to do, and ends with 2:', () => {
    const refused = async (env: Record<string, string>): Promise<string> => {
      const started = start(env);
      expect(await started.exited()).toBe(2);
      const lines = started
        .output()
        .split('\n')
        .filter((line) => line.startsWith('banyan: '));
      expect(lines).toHaveLength(1);
      expect(started.output()).not.toMatch(/\n {4}at /);
      return lines[0] ?? '';
    };

    /** What a start says of a port that another server has. */
    const busy = async (variable: string, say: (port: string) => Promise<string>): Promise<void> => {
      const other = createServer();
      const port = await listen(other);
      const line = await say(String(port));
      await new Promise((resolve) => other.close(resolve));
      expect(line).toContain(`port ${port} is in use`);
      expect(line).toContain(`set ${variable} to another port`);
    };

    it.each(['PORT', 'ADMIN_PORT'])('a busy %s', (variable) => busy(variable, (port) => refused({ [variable]: port })));

    // The start itself, without a process for each.
    it.each(Object.keys(FREE_PORTS).slice(2))('a busy %s', (variable) =>
      busy(variable, async (port) => {
        const env = { SESSION_SECRET: SECRET, LOG_LEVEL: 'silent', [variable]: port };
        const fault: unknown = await startSystem({ env, logger: capturedLogger() }).catch((error: unknown) => error);
        expect(fault).toMatchObject({ name: 'ConfigError', faults: [expect.any(String)] });
        return (fault as ConfigError).faults.join();
      }),
    );

    it('an argument', async () => {
      const started = start({}, ['--port', '80']);
      expect(await started.exited()).toBe(2);
      expect(started.output()).toMatch(/unknown option '--port'/);
    });

    it('a missing secret', async () => {
      expect(await refused({ MONGODB_URI: 'mongodb://127.0.0.1:1/eventsapp' })).toMatch(
        /SESSION_SECRET is missing; set it/,
      );
    });

    it('an empty secret', async () => {
      expect(await refused({ SESSION_SECRET: '' })).toMatch(/SESSION_SECRET is empty; set it/);
    });

    it('a bad route table', async () => {
      const file = path.join(folder, 'bad.yml');
      await writeFile(file, 'routes:\n  - {id: a, match: GET /a, stage: lamda}\n');
      expect(await refused({ ROUTES_FILE: file })).toMatch(
        /bad\.yml:2:\d+ routes\[0\]\.stage: found "lamda"; expected one of legacy, shadow, canary, lambda, retired/,
      );
    });

    it('a MongoDB that cannot be reached, without its password', async () => {
      const line = await refused({ MONGODB_URI: 'mongodb://user:hunter2@127.0.0.1:1/eventsapp', SESSION_SECRET: 'x' });
      expect(line).toMatch(/127\.0\.0\.1:1/);
      expect(line).toMatch(/MONGODB_URI/);
      expect(line).not.toContain('hunter2');
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
