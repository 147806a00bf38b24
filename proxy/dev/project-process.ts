import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../../shared/env';
import { byLines } from './lines';

/** A command of the project, with all that it starts: one process group. */
export interface ProjectProcess {
  /** Of the process group. */
  readonly group: number;
  /** When the command has ended: `exit code 1`. What it has left running is killed then. */
  readonly ended: Promise<string>;
  /** The end of what it has printed, without blank lines and stack frames. */
  lastLines(): readonly string[];
  /** As Ctrl-C in a terminal of its own: SIGINT to all of the group. SIGKILL to what is left 5 s later. Resolves when all has ended. */
  stop(): Promise<void>;
}

export interface ProjectProcessOptions {
  /** For the shell. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Environment;
  /** Takes each line that is printed. */
  readonly onLine: (line: string) => void;
}

const STOP_LIMIT_MS = 5_000;
const LAST_LINES = 8;

/**
 * Runs the command, reports how it has ended, and stays until its standard input ends, however we died: then it kills its whole group. Signals to the
 * group are for the command.
 */
const WATCHER = `
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { writeSync } = require('node:fs');
const child = spawn(process.argv[1], { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
child.on('exit', (code, signal) => writeSync(3, String(code ?? 128 + constants.signals[signal])));
process.stdin.on('end', () => process.kill(-process.pid, 'SIGKILL')).on('error', () => undefined).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
`;

/** Starts a command in a process group of its own, which Ctrl-C in the terminal does not reach, and which ends with this process. */
export function startProjectProcess({ command, cwd, env, onLine }: ProjectProcessOptions): ProjectProcess {
  const { NODE_OPTIONS, ...rest } = env;
  const child = spawn(process.execPath, ['-e', withOptions(NODE_OPTIONS), '--', command], {
    cwd,
    env: rest,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const take = (line: string): void => {
    if (!/^\s*(?:at .*)?$/.test(line)) lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    const printed = byLines(take);
    stream.on('data', (text: Buffer) => printed.write(text));
    stream.on('end', () => printed.end());
  }
  const group = child.pid ?? 0;
  const signal = (name: NodeJS.Signals): void => {
    if (group === 0) return;
    try {
      process.kill(-group, name);
    } catch {
      // All have ended.
    }
  };
  let code = '';
  child.stdio[3]?.on('data', (text: Buffer) => {
    code += text.toString();
    // The watcher, and what the command has left running.
    signal('SIGKILL');
  });
  const ended = once(child, 'close').then(
    () => describeExit(code),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return {
    group,
    ended,
    lastLines: () => [...lines],
    async stop() {
      signal('SIGINT');
      const limit = setTimeout(() => signal('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

/** The options are for the command, not for its watcher. */
const withOptions = (options: string | undefined): string =>
  options === undefined ? WATCHER : `process.env.NODE_OPTIONS = ${JSON.stringify(options)};${WATCHER}`;

function describeExit(code: string): string {
  if (code === '' || code === '137') return 'exit code 137 (killed by SIGKILL)';
  return `exit code ${code}${code === '127' ? ' (command not found)' : ''}`;
}
