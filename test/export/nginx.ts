import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closeIfLeftOpen } from '../support/left-open';
import { waitFor } from '../support/wait-for';

/** Debian's nginx; CI installs it, and without one these tests are skipped, with this said. */
export const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) console.warn('nginx is not installed: npm run test:export skips what needs it (apt-get install nginx)');

export interface RunningNginx {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs nginx on loopback with the `http` part of a configuration, all of its files in a folder of its own. */
export async function startNginx(http: string, port: number): Promise<RunningNginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    path.join(folder, 'nginx.conf'),
    [
      ...['daemon off;', 'master_process off;', `pid ${folder}/pid;`, 'error_log stderr warn;', 'events {}'],
      ...['http {', 'access_log off;', ...temporary, http, '}'],
    ].join('\n'),
  );
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-10_000)));
  const ended = once(child, 'exit');
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGQUIT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const closed = closeIfLeftOpen(close);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('nginx', async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${said}`);
    return fetch(`${url}/.nginx-is-there`).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    async close() {
      closed();
      await close();
    },
  };
}
