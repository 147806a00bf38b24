import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rawConnection } from '../../support/raw-client';
import { recordingServer } from '../../support/recording-server';
import { waitFor } from '../../support/wait-for';

const LONG = 25_000;
const FAULTS = {
  'an uncaught exception': `setImmediate(() => { throw new Error('of a test'); })`,
  'an unhandled rejection': `void Promise.reject(new Error('of a test'))`,
};

it.each(Object.entries(FAULTS))(
  '%s is logged once, turns readyz red, lets what runs end, and ends the proxy with 1',
  async (_name, fault) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-uncaught-'));
    const routes = path.join(folder, 'routes.yml');
    const preload = path.join(folder, 'fault.cjs');
    await writeFile(routes, 'routes: []\n');
    await writeFile(preload, `process.on('SIGWINCH', () => { ${fault}; });\n`);
    const legacy = await recordingServer();
    let answer: (() => void) | undefined;
    legacy.answer((_request, response) => (answer = () => response.end('<answered>')));
    const child = spawn(process.execPath, ['--require', preload, '--import', 'tsx', 'proxy/server.ts'], {
      cwd: path.join(__dirname, '../../..'),
      env: { PORT: '0', ADMIN_PORT: '0', LEGACY_URL: legacy.url.origin, ROUTES_FILE: routes, DRAIN_DELAY: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const exit = once(child, 'exit');
      const port = Number(
        await waitFor(
          'the start',
          () => /"url":"http:\/\/127\.0\.0\.1:(\d+)"[^\n]*proxy listens/.exec(output)?.[1],
          LONG,
        ),
      );
      const client = await rawConnection(port);
      client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      await waitFor('the request', () => answer !== undefined);
      const health = await rawConnection(port);
      child.kill('SIGWINCH');
      await waitFor('the log', () => output.includes('uncaught error: draining, then exiting'));
      health.send('GET /.banyan/readyz HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(await health.closed()).toMatch(/^HTTP\/1\.1 503 /);
      answer?.();
      expect(await client.closed()).toMatch(/\r\nConnection: close\r\n[^]*<answered>$/i);
      expect(await exit).toEqual([1, null]);
      expect(output.match(/"message":"of a test","stack":"[^"]* {4}at /g)).toHaveLength(1);
    } finally {
      child.kill('SIGKILL');
      await legacy.close();
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);
