import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '../../../support/wait-for';
import { closeIfLeftOpen } from '../../../support/left-open';

/** A proxy in a process of its own: the exporter does not run inside Jest. */
export interface ProxyProcess {
  readonly url: string;
  output(): string;
  /** By SIGTERM. Resolves with the packages of OpenTelemetry that it had loaded. */
  stop(): Promise<readonly string[]>;
}

const LOADED = `import Module from 'node:module';
process.on('exit', () => {
  const names = Object.keys(Module._cache).map((file) => /@opentelemetry\\/([^/]+)/.exec(file)?.[1]);
  console.error('loaded:' + [...new Set(names.filter((name) => name !== undefined))].sort().join());
});`;

/** Starts it on a free port with a route table of its own. */
export async function proxyProcess(
  env: Readonly<Record<string, string>>,
  routes = 'routes: []',
): Promise<ProxyProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-traced-'));
  const file = path.join(folder, 'routes.yml');
  await writeFile(file, routes);
  const probe = `data:text/javascript,${encodeURIComponent(LOADED)}`;
  const child = spawn(process.execPath, ['--import', probe, '--import', 'tsx', 'proxy/server.ts'], {
    cwd: path.join(__dirname, '../../../..'),
    env: { PORT: '0', ADMIN_PORT: '0', ROUTES_FILE: file, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'close');
  const stop = async (): Promise<readonly string[]> => {
    closed();
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true });
    return /^loaded:(.*)$/m.exec(output)?.[1]?.split(',') ?? [];
  };
  const closed = closeIfLeftOpen(async () => {
    await stop();
  });
  const url = await waitFor('the proxy', () => /"url":"([^"]+)"/.exec(output)?.[1], 60_000);
  return { url, output: () => output, stop };
}
