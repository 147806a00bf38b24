import { spawn } from 'node:child_process';
import type { Environment } from 'banyan-strangler/lambda';

/** Runs a program with this one's output, and throws when it fails: a step of a pipeline must not go on. */
export async function runCommand(command: string, args: readonly string[], env: Environment): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, args, { env: { ...env }, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new StepFailed(`${[command, ...args].join(' ')} ended with ${code ?? 'a signal'}`);
}

/** Not a fault of the pipeline's own code: what it ran has said why. */
export class StepFailed extends Error {}
