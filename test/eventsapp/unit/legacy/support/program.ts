import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until';

export interface Program {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Exit code and signal. */
  readonly exited: Promise<[number | null, string | null]>;
  /** The address it says that it listens on. */
  readonly listening: () => Promise<string>;
}

/** Runs the monolith as a process of its own, as its users do. */
export function runProgram(env: Record<string, string>): Program {
  const file = join(__dirname, '../../../../../legacy/server.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const exited = once(child, 'exit') as Program['exited'];
  return {
    child,
    output,
    exited,
    async listening() {
      const address = () => /"url":"([^"]+)","msg":"listening"/.exec(output.stdout)?.[1];
      await until(() => address() !== undefined || child.exitCode !== null);
      const found = address();
      if (found === undefined) throw new Error(`It has ended: ${output.stderr}`);
      return found;
    },
  };
}
