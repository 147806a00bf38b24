import { spawn } from 'node:child_process';

import type { Environment } from '../../env';
import { BanyanError } from '../../errors';

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
}

/**
 * Runs a command that changes an account, with its output on standard error. Ctrl-C does not reach it: a deployment that is cut off leaves
 * behind what no one removes. Throws BanyanError when it fails.
 */
export async function runUndisturbed({ command, args, cwd, env }: Command): Promise<void> {
  const code = await new Promise<number | string>((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...env }, stdio: ['ignore', 2, 2], detached: true });
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? signal ?? 'no exit code'));
  });
  if (code !== 0)
    throw new BanyanError(`${[command, ...args].join(' ')} ended with ${code}`, { code: 'command_failed' });
}
