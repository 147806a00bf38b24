import { BanyanError } from '../../shared/errors';
import { startProjectProcess, type ProjectProcessOptions } from './project-process';
import { within } from './within';

const SEED_LIMIT = 300_000;

/** Runs `dev.seed`. Throws BanyanError when it fails, with its last lines, or takes longer than five minutes. */
export async function seed(options: ProjectProcessOptions): Promise<void> {
  const running = startProjectProcess(options);
  const name = `dev.seed (${options.command})`;
  try {
    const how = await within(SEED_LIMIT, running.ended, name);
    if (how === 'exit code 0') return;
    const lines = running.lastLines().map((line) => `  ${line}`);
    throw new BanyanError([`${name} ended with ${how}`, ...lines].join('\n'), { code: 'seed_failed' });
  } finally {
    await running.stop();
  }
}
