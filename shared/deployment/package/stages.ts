import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../lambda/eventsapp/stages');

/** The stage file of a stage, from the root of the file system. */
export function stageFile(stage: string): string {
  return join(FOLDER, `${stage}.yml`);
}

/**
 * The stage that a command line asks for.
 *
 * @throws Error that names the stages there are
 */
export async function knownStage(stage: string | undefined): Promise<string> {
  const stages = (await readdir(FOLDER)).map((name) => name.replace(/\.yml$/, '')).sort();
  if (stage !== undefined && stages.includes(stage)) return stage;
  const found = stage === undefined ? 'missing' : JSON.stringify(stage);
  throw new Error(`--stage is ${found}; expected one of ${stages.join(', ')}`);
}
