import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FREE_PORTS } from '../support/free-ports';
import { demoRoutes } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const LONG = 30_000;
jest.setTimeout(60_000);

it('npm start obeys SIGUSR2 and KILL_SWITCH_FILE, and says who changed what', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-start-switch-'));
  const routes = path.join(folder, 'routes.yml');
  const file = path.join(folder, 'kill');
  await writeFile(routes, await demoRoutes('lambda'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/cli/main.ts', 'dev'], {
    cwd: path.join(__dirname, '../../..'),
    env: {
      PATH: process.env['PATH'],
      ROUTES_FILE: routes,
      KILL_SWITCH_FILE: file,
      ...FREE_PORTS,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'exit');
  const seen = (text: string) => waitFor(text, () => output.includes(text), LONG);
  try {
    await seen('Try it');
    expect(output).toContain(`process ${child.pid}`);
    child.kill('SIGUSR2');
    await seen('overrides changed: kill switch on, listed routes on legacy, by SIGUSR2: signal');

    const [, origin = '', token = ''] = /dashboard (\S+)\/#token=(\S+)/.exec(output) ?? [];
    const change = (name: string, body: object) =>
      fetch(`${origin}/api/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await change('kill-switch', { on: false, why: 'over' })).status).toBe(200);
    await seen('overrides changed: kill switch off, back to the route table, by local: over');
    await seen('changed through the admin API: kill-switch off, by local: over');
    expect((await change('rollback', { route: 'list-events', why: 'slow' })).status).toBe(200);
    await seen('overrides changed: list-events rolled back to legacy, by local: slow');

    await writeFile(file, 'a drill');
    await seen('kill switch on, listed routes on legacy, by kill switch file: a drill');
  } finally {
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true });
  }
});
