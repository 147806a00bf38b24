#!/usr/bin/env node
import { processEnvironment } from './config';
import { forTerminal } from '../../shared/printable';
import { askAtTerminal } from './ask-at-terminal';
import { run } from './program';
import { terminalScreen } from './terminal-screen';

/** Reads up to the first line break behind some text, so that a pasted token needs Enter only. */
async function readInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.trimStart().includes('\n') || text.length > 65_536) break;
  }
  return text.trim();
}

// Whoever reads has seen enough (`| head`): that is no fault of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void run(process.argv.slice(2), {
  env: processEnvironment(),
  readInput,
  write: (text) => process.stdout.write(forTerminal(text)),
  writeError: (text) => process.stderr.write(forTerminal(text)),
  isTerminal: process.stderr.isTTY,
  ask: process.stdin.isTTY && process.stderr.isTTY ? askAtTerminal : undefined,
  now: () => new Date(),
  screen: process.stdout.isTTY ? terminalScreen(process.stdout) : undefined,
  interrupted: () => {
    const interrupted = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
    return interrupted.signal;
  },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
