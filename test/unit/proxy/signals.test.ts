import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listen } from '../../support/listen';
import { waitFor } from '../../support/wait-for';

const LONG = 25_000;

/** A proxy of its own process, whose start takes its time because MongoDB does not answer. */
it('signals during the start are obeyed after it, and do not end the proxy', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-signals-'));
  const routes = path.join(folder, 'routes.yml');
  await writeFile(routes, 'routes: []\n');
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  const mongoPort = await listen(silent);
  const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/server.ts'], {
    cwd: path.join(__dirname, '../../..'),
    env: {
      ...{ PORT: '0', ADMIN_PORT: '0', LEGACY_URL: 'http://127.0.0.1:9', ROUTES_FILE: routes },
      MONGODB_URI: `mongodb://127.0.0.1:${mongoPort}/eventsapp`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'exit');
  await waitFor('the proxy to ask for its overrides', () => sockets.length > 0, LONG);
  expect(output).not.toContain('proxy listens');
  child.kill('SIGUSR2');
  child.kill('SIGHUP');
  await waitFor('the start', () => output.includes('proxy listens'), LONG);
  await waitFor('the switch', () => output.includes('"killSwitch":{"by":"SIGUSR2"'), LONG);
  await waitFor('the reload', () => output.includes('route table reloaded, nothing changed'), LONG);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  for (const socket of sockets) socket.destroy();
  silent.close();
  await rm(folder, { recursive: true });
}, 60_000);
