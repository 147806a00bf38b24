import { fork } from 'node:child_process';
import path from 'node:path';
import { BanyanError } from '../../../shared/errors';
import type { CaseName, Order, Report, WorkerOptions } from './messages';

type ReportOf<K extends Report['kind']> = Extract<Report, { readonly kind: K }>;

export interface PooledWorker {
  readonly cases: readonly CaseName[];
  /** Sends one order and waits for its report. Throws BanyanError with the worker's fault, or when it has ended. */
  ask<K extends Report['kind']>(order: Order, kind: K): Promise<ReportOf<K>>;
  close(): Promise<void>;
}

/** Of what a worker wrote last, in characters. */
const LAST_WORDS = 1_000;

/** Starts a process with both sides of its own. Throws BanyanError with what keeps it from starting. */
export async function startPooledWorker(options: WorkerOptions): Promise<PooledWorker> {
  const file = path.join(__dirname, `worker${path.extname(__filename)}`);
  const child = fork(file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let lastWords = '';
  let settle: ((report: Report) => void) | undefined;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  child.stderr?.on('data', (text: Buffer) => (lastWords = (lastWords + text.toString()).slice(-LAST_WORDS)));
  child.on('message', (report: Report) => settle?.(report));
  child.on('exit', (code, signal) => {
    hasEnded = true;
    const message = `a worker ended with ${signal ?? `exit status ${code ?? '?'}`}: ${lastWords.trim()}`;
    settle?.({ kind: 'failed', message, code: 'worker_ended' });
  });

  async function ask<K extends Report['kind']>(order: Order, kind: K): Promise<ReportOf<K>> {
    const report = await new Promise<Report>((resolve) => {
      settle = resolve;
      if (hasEnded) resolve({ kind: 'failed', message: 'a worker has ended', code: 'worker_ended' });
      else child.send(order, () => undefined);
    });
    if (isOf(report, kind)) return report;
    const { message, code } = report.kind === 'failed' ? report : { message: report.kind, code: 'worker_failed' };
    throw new BanyanError(message, { code });
  }

  const end = async (): Promise<void> => {
    if (!hasEnded) child.kill('SIGKILL');
    await ended;
  };
  try {
    const { cases } = await ask({ kind: 'start', options }, 'started');
    const close = async (): Promise<void> => {
      if (!hasEnded) await ask({ kind: 'close' }, 'closed').catch(() => undefined);
      await end();
    };
    return { cases, ask, close };
  } catch (error) {
    await end();
    throw error;
  }
}

function isOf<K extends Report['kind']>(report: Report, kind: K): report is ReportOf<K> {
  return report.kind === kind;
}
