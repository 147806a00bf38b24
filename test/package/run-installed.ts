import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeIfLeftOpen } from '../support/left-open';
import { waitFor } from '../support/wait-for';

/** A proxy that was started from the installed package. */
export interface InstalledProxy {
  readonly url: string;
  output(): string;
  /** As a terminal does on Ctrl-C: to the whole group of processes, npx among them. */
  interrupt(): void;
  /** To the one process that was started, as a container's runtime does. */
  terminate(): void;
  /** The exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;
}

/**
 * Starts the proxy in front of a monolith and waits until it listens.
 *
 * @param folder of the project that has the package installed
 * @param command such as `['npx', 'banyan', 'proxy']`
 * @throws Error with what it printed, when it ends or is silent
 */
export async function startInstalled(
  folder: string,
  [command = '', ...args]: readonly string[],
  legacyUrl: string,
): Promise<InstalledProxy> {
  const env = { PATH: process.env['PATH'], HOME: folder, LEGACY_URL: legacyUrl, PORT: '0', ADMIN_PORT: '0' };
  const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const closed = closeIfLeftOpen(() => {
    signalGroup(child, 'SIGKILL');
    return exit;
  });
  void exit.then(closed);
  const url = await waitFor(`the proxy, which printed: ${output}`, () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`);
    return /"url":"(http:[^"]+)"/.exec(output)?.[1];
  });
  return {
    url,
    output: () => output,
    interrupt: () => signalGroup(child, 'SIGINT'),
    terminate: () => void child.kill('SIGTERM'),
    exit,
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
