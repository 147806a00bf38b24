import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '../support/wait-for';

/** A proxy of its own process, without MongoDB and admin tokens. */
describe('kill switch by signal', () => {
  it('goes on and stays on, however often the signal comes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-signal-'));
    const routes = path.join(folder, 'routes.yml');
    await writeFile(routes, 'routes: []\n');
    const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/server.ts'], {
      cwd: path.join(__dirname, '../..'),
      env: { PORT: '0', ADMIN_PORT: '0', LEGACY_URL: 'http://127.0.0.1:9', ROUTES_FILE: routes },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, 'exit');
    await waitFor('the start', () => output.includes('proxy listens'), 20_000);
    child.kill('SIGUSR2');
    await waitFor('the switch', () => output.includes('"killSwitch":{"by":"SIGUSR2"'));
    child.kill('SIGUSR2');
    child.kill('SIGHUP');
    await waitFor('what came after the second signal', () => output.includes('nothing changed'));
    child.kill('SIGTERM');
    await exit;
    expect(output.match(/overrides changed/g)).toHaveLength(1);
    await rm(folder, { recursive: true });
  });
});
