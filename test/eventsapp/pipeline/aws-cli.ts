import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from 'banyan-strangler/lambda';

const run = promisify(execFile);

/** Asks the AWS command line, which build images bring, and reads its JSON; undefined when it answers nothing. Rejects when it fails. */
export async function askAws(words: readonly string[], env: Environment): Promise<unknown> {
  const { stdout } = await run('aws', [...words, '--output', 'json'], { env: { ...env } });
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
