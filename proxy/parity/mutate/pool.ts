import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BanyanError } from '../../../shared/errors';
import type { CaseName, Order, Report, WorkerOptions } from './messages';

type ReportOf<K extends Report['kind']> = Extract<Report, { readonly kind: K }>;

export interface PooledWorker {
  readonly cases: readonly CaseName[];
  /** Sends one order and waits for its report. Throws BanyanError with the worker's fault, or when it has ended. */
  ask<K extends Report['kind']>(order: Order, kind: K): Promise<ReportOf<K>>;
  /** Closes the worker, even if busy: its current order then fails. */
  close(): Promise<void>;
}

/** How much of a worker's last output is shown, in characters. */
const LAST_WORDS = 1_000;

/** Time for both sides to end by themselves. */
const GRACE_MS = 5_000;

/** Starts a process that has both sides to itself and is closed when `interrupted` is aborted. Throws BanyanError saying why it cannot start. */
export async function startPooledWorker(options: WorkerOptions, interrupted: AbortSignal): Promise<PooledWorker> {
  const file = path.join(__dirname, `worker${path.extname(__filename)}`);
  // A worker's temporary files go here, so that none are left even if it had to be killed.
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-mutate-'));
  const child = fork(file, [], {
    env: { ...options.env, TMPDIR: folder },
    ...{ serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  });
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

  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(killing);
    await rm(folder, { recursive: true, force: true });
  };
  const interrupt = (): void => void close();
  interrupted.addEventListener('abort', interrupt);
  if (interrupted.aborted) interrupt();
  try {
    const { cases } = await ask({ kind: 'start', options }, 'started');
    return { cases, ask, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isOf<K extends Report['kind']>(report: Report, kind: K): report is ReportOf<K> {
  return report.kind === kind;
}
