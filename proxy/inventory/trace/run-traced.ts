import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../../shared/env';
import { BanyanError } from '../../../shared/errors';
import { TRACE_VARIABLE, type TraceOrder } from './order';
import { mergeTraces, traceSchema, type Trace } from './trace';

/** Files of processes that are read; a command that starts more has been seen enough of. */
const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Traced {
  readonly trace: Trace;
  /** Of the command; 128 and more by a signal. */
  readonly exitCode: number;
}

/**
 * Runs a command, such as the app or its tests, and sees what requests to the app's routes do in all of its Node processes. What it prints goes to standard
 * error. A signal goes to the command, which may end as it does; what was seen until then counts.
 *
 * @throws BanyanError `command_not_started`
 */
export async function runTraced(command: readonly string[], order: TraceOrder, env: Environment): Promise<Traced> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-trace-'));
  try {
    await writeFile(path.join(folder, 'order.json'), JSON.stringify(order));
    const exitCode = await run(command, { ...env, [TRACE_VARIABLE]: folder, NODE_OPTIONS: nodeOptions(env) });
    return { trace: mergeTraces(await readTraces(folder)), exitCode };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** In front of what the command itself sets. By `--require`, which ES modules wait for as well; `--import` of TypeScript would wait for its own loader's thread. */
function nodeOptions(env: Environment): string {
  const extension = path.extname(__filename);
  const loader = extension === '.ts' ? [createRequire(__filename).resolve('tsx/cjs')] : [];
  const files = [...loader, path.join(__dirname, `preload${extension}`)];
  return [...files.map((file) => `--require=${JSON.stringify(file)}`), env['NODE_OPTIONS'] ?? ''].join(' ').trim();
}

function run([program = '', ...args]: readonly string[], env: Environment): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['inherit', 2, 2] });
    // A terminal's Ctrl-C reaches the command as well; it decides.
    const passOn = (signal: NodeJS.Signals): void => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, passOn);
    const done = (): void => {
      for (const signal of SIGNALS) process.off(signal, passOn);
    };
    child.on('error', (cause) => {
      done();
      reject(
        new BanyanError(`${program} cannot be started: ${cause.message} -> give a command: --trace -- npm test`, {
          code: 'command_not_started',
          cause,
        }),
      );
    });
    child.on('close', (code, signal) => {
      done();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** What is no trace counts for nothing: the command may have written into the folder too. */
async function readTraces(folder: string): Promise<readonly Trace[]> {
  const files = (await readdir(folder)).filter((name) => /^\d+-[a-z0-9]+\.json$/.test(name)).slice(0, MAX_FILES);
  const traces: Trace[] = [];
  for (const name of files) {
    const text = await readFile(path.join(folder, name), 'utf8');
    if (text.length > MAX_FILE_BYTES) continue;
    const parsed = traceSchema.safeParse(parseOr(text));
    if (parsed.success) traces.push(parsed.data);
  }
  return traces;
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
