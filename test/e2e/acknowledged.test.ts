import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fleet } from '../../proxy/fleet/fleet';
import { runBanyan } from '../support/run-banyan';
import { startEmbedded, type EmbeddedMongo } from '../../shared/local/mongo';
import { closeIfLeftOpen } from '../support/left-open';
import { listen } from '../support/listen';
import { waitFor } from '../support/wait-for';

const ROOT = path.join(__dirname, '../..');
const ROUTES = 'routes:\n  - {id: list, match: GET /list, stage: lambda, guard: false}\n';

/** A proxy of a process of its own, so that it can be stopped as a whole. */
interface Proxy {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
}

describe('a change of the overrides, by a command beside two proxies', () => {
  let folder: string;
  let mongo: EmbeddedMongo;
  let upstreams: Server[];
  let proxies: Proxy[];
  let origin: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-acknowledged-'));
    await writeFile(path.join(folder, 'routes.yml'), ROUTES);
    mongo = await startEmbedded();
    origin = `mongodb://127.0.0.1:${mongo.port}`;
    upstreams = ['legacy', 'lambda'].map((name) => createServer((_request, response) => response.end(name)));
    const [legacy, lambda] = await Promise.all(upstreams.map((server) => listen(server)));
    proxies = await Promise.all(
      ['web-1', 'web-2'].map((INSTANCE_NAME) =>
        start({
          ...{ INSTANCE_NAME, PORT: '0', ADMIN_PORT: '0', ROUTES_FILE: path.join(folder, 'routes.yml') },
          ...{ LEGACY_URL: `http://127.0.0.1:${legacy}`, LAMBDA_URL: `http://127.0.0.1:${lambda}` },
          MONGODB_URI: `${origin}/eventsapp`,
        }),
      ),
    );
  }, 60_000);

  afterAll(async () => {
    for (const { child } of proxies) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    for (const server of upstreams) server.close().closeAllConnections();
    await mongo.stop();
    await rm(folder, { recursive: true });
  });

  async function start(env: Readonly<Record<string, string>>): Promise<Proxy> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/server.ts'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const listens = /"url":"(http:[^"]+)","admin":"(http:[^"]+)".*"proxy listens"/;
    const [, url = '', adminUrl = ''] = await waitFor('the proxy', () => listens.exec(output) ?? undefined, 30_000);
    return { child, url, adminUrl };
  }

  async function banyan(database: string, ...argv: string[]) {
    const { exitCode, out, err } = await runBanyan(argv, {
      MONGODB_URI: `${origin}/${database}`,
      ROUTES_FILE: path.join(folder, 'routes.yml'),
    });
    return { exitCode, text: out + err };
  }

  const answers = () => Promise.all(proxies.map(async ({ url }) => (await fetch(`${url}/list`)).text()));

  it('is in force on both when the command ends with 0', async () => {
    expect(await answers()).toEqual(['lambda', 'lambda']);
    for (const [argv, side] of [
      [['rollback', 'list'], 'legacy'],
      [['resume', 'list'], 'lambda'],
      [['kill-switch', 'on'], 'legacy'],
      [['kill-switch', 'off'], 'lambda'],
    ] as const) {
      const { exitCode, text } = await banyan('eventsapp', ...argv);
      expect(text).toMatch(/\n2 of 2 proxies follow \(\d+ ms\)\n$/);
      expect([exitCode, await answers()]).toEqual([0, [side, side]]);
    }
  });

  it('is reported as without effect in a database that was mistyped', async () => {
    const { exitCode, text } = await banyan('eventsap', 'rollback', 'list');
    expect(text).toContain('no proxy seen in this database ("eventsap")');
    expect([exitCode, await answers()]).toEqual([4, ['lambda', 'lambda']]);
  });

  it('names the proxy that was stopped, which follows when it goes on', async () => {
    proxies[1]?.child.kill('SIGSTOP');
    const { exitCode, text } = await banyan('eventsapp', 'rollback', 'list');
    expect(text).toMatch(/\n1 of 2 proxies follow \(\d+ ms\)\ndoes not follow: web-2 \(/);
    expect(exitCode).toBe(5);
    const status = await waitFor('the proxy to be silent', async () => {
      const shown = await banyan('eventsapp', 'status');
      return shown.text.includes('SILENT') && shown;
    });
    expect(status.text).toMatch(/\nProxies: 1 of 2 proxies running\n {2}web-2 \(.*\): no heartbeat for \d+ s/);
    expect(status.exitCode).toBe(1);
    const state = (await (await fetch(`${proxies[0]?.adminUrl}/api/state`)).json()) as { fleet: Fleet };
    expect(state.fleet).toMatchObject({ running: 1, expected: 2 });
    expect(state.fleet.proxies.map(({ name, state: is }) => `${name} ${is}`)).toEqual([
      'web-1 running',
      'web-2 silent',
    ]);
    proxies[1]?.child.kill('SIGCONT');
    await waitFor('both to follow', async () => (await answers()).every((side) => side === 'legacy'));
    expect(await banyan('eventsapp', 'resume', 'list')).toMatchObject({ exitCode: 0 });
  });

  it('is a line of `status --watch` without a terminal, and so is a proxy that was stopped, until Ctrl-C', async () => {
    const watch = spawn(process.execPath, ['--import', 'tsx', 'proxy/cli/main.ts', 'status', '--watch'], {
      cwd: ROOT,
      env: {
        ...{ PATH: process.env['PATH'], MONGODB_URI: `${origin}/eventsapp` },
        ROUTES_FILE: path.join(folder, 'routes.yml'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = closeIfLeftOpen(() => Promise.resolve(watch.kill('SIGKILL')));
    let output = '';
    watch.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const line = (text: string) => waitFor(text, () => output.includes(text), 30_000);
    await line('Z 2 of 2 proxies running, and they agree\n');
    proxies[1]?.child.kill('SIGSTOP');
    await banyan('eventsapp', 'rollback', 'list', '--by', 'ann', '--reason', 'slow');
    await line('Z list: lambda -> rolled-back: slow (ann)\n');
    await line('Z 1 of 2 proxies running; web-2 (');
    proxies[1]?.child.kill('SIGCONT');
    watch.kill('SIGINT');
    const [exitCode] = (await once(watch, 'exit')) as unknown[];
    closed();
    expect(exitCode).toBe(0);
    expect(await banyan('eventsapp', 'resume', 'list')).toMatchObject({ exitCode: 0 });
  });

  it('does not wait for a proxy that has ended in order', async () => {
    const last = proxies.pop();
    last?.child.kill('SIGTERM');
    if (last !== undefined) await once(last.child, 'exit');
    const { exitCode, text } = await banyan('eventsapp', 'rollback', 'list');
    expect(text).toMatch(/\n1 of 1 proxy follows \(\d+ ms\)\n$/);
    expect([exitCode, await answers()]).toEqual([0, ['legacy']]);
  });
});
