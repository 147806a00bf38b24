import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process that is measured. */
export interface Subject {
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/**
 * Starts a program (compiled, or TypeScript) in a process of its own and waits until it tells its port.
 *
 * @throws Error when it ends before
 */
export async function startSubject(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Subject> {
  const child = fork(file, args, {
    execArgv: ['--expose-gc', ...(file.endsWith('.ts') ? ['--import', 'tsx'] : [])],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const answer: unknown[] | undefined = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  const message = answer?.[0];
  const reported = typeof message === 'object' && message !== null && 'port' in message ? message.port : undefined;
  if (typeof reported !== 'number' || child.pid === undefined) throw new Error(`${file} did not start`);
  return {
    port: reported,
    pid: child.pid,
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
