import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { listen } from '../support/listen';
import { exchangeRaw } from '../support/raw-client';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { waitFor } from '../support/wait-for';

const ROOT = path.join(__dirname, '../..');

interface Running {
  output(): string;
  stop(signal: NodeJS.Signals): void;
  readonly exit: Promise<number | null>;
}

/** What `npm run build` makes, then the proxy alone in front of anything. Types are the business of `npm run typecheck`. */
describe('the built proxy', () => {
  let folder: string;
  let legacy: RecordingServer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-build-'));
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const compiler = require.resolve('typescript/bin/tsc');
    await promisify(execFile)(
      process.execPath,
      [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', path.join(folder, 'dist')],
      { cwd: ROOT },
    );
    // As `npm run build` does after the compiler.
    await cp(path.join(ROOT, 'proxy/admin/page'), path.join(folder, 'dist/proxy/admin/page'), { recursive: true });
    await writeFile(path.join(folder, 'on-lambda.yml'), 'routes: [{ id: a, match: GET /a, stage: lambda }]\n');
    await writeFile(path.join(folder, 'no-routes.yml'), 'routes: []\n');
    legacy = await recordingServer();
  }, 60_000);

  afterAll(async () => {
    await legacy.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (env: Record<string, string>, command = 'node dist/proxy/server.js'): Running => {
    const child = spawn('sh', ['-c', `exec env ${command}`], {
      cwd: folder,
      env: { PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`, PORT: '0', ADMIN_PORT: '0', ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    return { output: () => output, stop: (signal) => void child.kill(signal), exit };
  };

  const portOf = async (proxy: Running): Promise<number> =>
    Number(await waitFor('the port', () => /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(proxy.output())?.[1], 10_000));

  it("runs by the README's command, in front of a monolith and of no Lambda", async () => {
    const readme = await readFile(path.join(ROOT, 'proxy/README.md'), 'utf8');
    const command = /^LEGACY_URL=http:\/\/127.* npx banyan proxy$/m.exec(readme)?.[0] ?? '';
    expect(command).toContain('LEGACY_URL=http://127.0.0.1:3000 ');
    const installed = command.replace('npx banyan', 'node dist/proxy/cli/main.js');
    const proxy = run({}, installed.replace('http://127.0.0.1:3000', legacy.url.origin));
    const port = await portOf(proxy);
    expect(await exchangeRaw(port, 'GET /api/private HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      / 200 OK[^]*ok/,
    );
    proxy.stop('SIGTERM');
    expect(await proxy.exit).toBe(0);
  });

  it('says what to do when the table has routes on Lambda and there is no LAMBDA_URL', async () => {
    const proxy = run({ LEGACY_URL: legacy.url.origin, ROUTES_FILE: 'on-lambda.yml' });
    expect(await proxy.exit).toBe(1);
    expect(proxy.output()).toMatch(
      /^banyan proxy: on-lambda\.yml:\d+ route "[^\n]*LAMBDA_URL is not set; [^\n]*ROUTES_FILE to a file with "routes: \[\]"[^\n]*\n$/,
    );
  });

  it('sends everything to legacy while there is no route table, but misses one that is named', async () => {
    const proxy = run({ LEGACY_URL: legacy.url.origin });
    const port = await portOf(proxy);
    expect(await exchangeRaw(port, 'GET /any HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/ 200 OK/);
    const lines = proxy.output().split('\n');
    expect(lines.filter((line) => line.includes('no route table: everything goes to legacy'))).toHaveLength(1);
    proxy.stop('SIGTERM');
    expect(await proxy.exit).toBe(0);
    const named = run({ LEGACY_URL: legacy.url.origin, ROUTES_FILE: 'banyan/routes.yml' });
    expect(await named.exit).toBe(1);
    expect(named.output()).toBe('banyan proxy: banyan/routes.yml cannot be read; set ROUTES_FILE to your routes.yml\n');
  });

  it('names a busy port and what to do', async () => {
    const other = createServer();
    const port = await listen(other);
    const proxy = run({ LEGACY_URL: legacy.url.origin, ROUTES_FILE: 'no-routes.yml', PORT: String(port) });
    expect(await proxy.exit).toBe(1);
    await new Promise((resolve) => other.close(resolve));
    expect(proxy.output().replace(/^\{.*\}\n/gm, '')).toBe(
      `banyan proxy: port ${port} is in use, so the proxy cannot listen; stop the process that uses it, or set PORT to another port\n`,
    );
  });

  it('explains itself, and refuses arguments that it would not heed', async () => {
    const help = run({}, 'node dist/proxy/server.js --help');
    expect(await help.exit).toBe(0);
    const readme = await readFile(path.join(ROOT, 'proxy/README.md'), 'utf8');
    const documented = [...readme.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) +\|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/[A-Z_]+/g)].map(([name]) => name),
    );
    expect(documented).toContain('LEGACY_URL');
    for (const name of documented) expect(help.output()).toContain(name);
    const wrong = run({ LEGACY_URL: legacy.url.origin }, 'node dist/proxy/server.js --port 80');
    expect(await wrong.exit).toBe(1);
    expect(wrong.output()).toBe('banyan proxy: unknown argument --port; see --help\n');
  });

  it('forwards to LEGACY_URL, reloads on SIGHUP, ends cleanly on SIGTERM', async () => {
    const routes = path.join(folder, 'routes.yml');
    await writeFile(routes, 'routes: []\n');
    const proxy = run({ LEGACY_URL: legacy.url.origin, ROUTES_FILE: routes });
    const port = await portOf(proxy);
    expect(
      await exchangeRaw(
        port,
        'GET /any?token=secret HTTP/1.1\r\nHost: a\r\nCookie: sid=secret\r\nConnection: close\r\n\r\n',
      ),
    ).toMatch(/ 200 OK[^]*ok/);
    expect(legacy.requests.at(-1)?.url).toBe('/any?token=secret');
    await writeFile(routes, 'routes: [{id: a, match: GET /a, stage: legacy}]\n');
    proxy.stop('SIGHUP');
    await waitFor('the reload', () => proxy.output().includes('a: added on legacy'));
    proxy.stop('SIGTERM');
    expect(await proxy.exit).toBe(0);
    expect(proxy.output()).not.toContain('secret');
    for (const line of proxy.output().trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('names every fault and ends with 1', async () => {
    const proxy = run({ PORT: 'x', TRUSTED_HOPS: 'y' });
    expect(await proxy.exit).toBe(1);
    for (const name of ['LEGACY_URL is missing', 'PORT is "x"', 'TRUSTED_HOPS is "y"'])
      expect(proxy.output()).toContain(name);
  });
});
