import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { exchangeRaw } from '../support/raw-client';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { waitFor } from '../support/wait-for';

const ROOT = path.join(__dirname, '../..');

/** `npm run build`, then the proxy alone in front of anything. */
describe('the built proxy', () => {
  let folder: string;
  let legacy: RecordingServer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-build-'));
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const compiler = require.resolve('typescript/bin/tsc');
    await promisify(execFile)(
      process.execPath,
      [compiler, '-p', 'tsconfig.build.json', '--outDir', path.join(folder, 'dist')],
      { cwd: ROOT },
    );
    legacy = await recordingServer();
  }, 60_000);

  afterAll(async () => {
    await legacy.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (
    env: Record<string, string>,
  ): { output: () => string; stop: (signal: NodeJS.Signals) => void; exit: Promise<number | null> } => {
    const child = spawn(process.execPath, ['dist/proxy/server.js'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    return { output: () => output, stop: (signal) => void child.kill(signal), exit };
  };

  it('forwards to LEGACY_URL, reloads on SIGHUP, ends cleanly on SIGTERM', async () => {
    const routes = path.join(folder, 'routes.yml');
    await writeFile(routes, 'routes: []\n');
    const proxy = run({ LEGACY_URL: legacy.url.origin, ROUTES_FILE: routes });
    const port = Number(
      await waitFor('the port', () => /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(proxy.output())?.[1], 10_000),
    );
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
