import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { BanyanError } from '../../errors';
import { freePort } from '../free-port';
import { ping } from './reachable';

export interface RunningMongod {
  readonly port: number;
  readonly stop: () => Promise<void>;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
}

const START_MILLISECONDS = 20_000;

/** Kills mongod and removes its data when its own standard input ends, however we died. Arguments: data directory, executable, its arguments. */
const WATCHER = `
const [directory, executable, ...args] = process.argv.slice(1);
const { spawn } = require('node:child_process');
const { rmSync } = require('node:fs');
const mongod = spawn(executable, args, { stdio: ['ignore', 'ignore', 'inherit'] });
let ending = false;
const end = (code) => {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
};
mongod.on('error', (error) => { process.stderr.write(error.message); end(1); });
mongod.on('exit', (code) => end(ending ? 0 : (code ?? 1)));
process.stdin.on('end', () => { ending = true; mongod.kill('SIGKILL'); }).on('error', () => undefined).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
`;

/** The first executable `mongod` in the directories of PATH. */
export function findMongod(path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, 'mongod'))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Starts mongod on 127.0.0.1 with an empty data directory; both end with this process. Throws BanyanError with mongod's last words. */
export async function startMongod(executable: string, wanted = 0): Promise<RunningMongod> {
  const port = wanted === 0 ? await freePort() : wanted;
  const directory = mkdtempSync(join(tmpdir(), 'banyan-mongod-'));
  const args = ['--dbpath', directory, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet'];
  const watcher = spawn(process.execPath, ['-e', WATCHER, '--', directory, executable, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C in the terminal is for us; the watcher learns of it by the end of its input.
    detached: true,
  });
  const exited = once(watcher, 'exit');
  const ended = exited.then(
    ([code]) => `exit code ${String(code)}`,
    () => 'an error',
  );
  let lastWords = '';
  watcher.stderr.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-500)));
  const stop = async () => {
    watcher.stdin.end();
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answering(watcher, port);
  } catch (error) {
    await stop();
    const reason = lastWords.trim().split('\n').at(-1) ?? '';
    throw new BanyanError(
      `${executable} did not start${reason === '' ? '' : ` (${reason})`}; repair or remove it from PATH, or set MONGODB_URI`,
      { code: 'mongod_failed', cause: error },
    );
  }
  return { port, stop, ended };
}

async function answering(watcher: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  for (;;) {
    if (watcher.exitCode !== null || watcher.signalCode !== null) throw new Error('mongod has ended');
    try {
      await ping(`mongodb://127.0.0.1:${port}/admin?directConnection=true`, 250);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
