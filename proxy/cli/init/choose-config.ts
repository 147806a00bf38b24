import { readIfThere, type Change } from '../scaffold/changes';
import { diffLines } from './diff';
import type { InitOptions } from './examine';
import type { Questions } from './questions';

interface ChosenConfig {
  readonly text: string;
  /** The old file, under another name. */
  readonly backup: readonly Change[];
}

/** Shows what would change of a configuration that exists, and asks; a replaced one is kept next to the new. */
export async function chooseConfig(
  file: string,
  made: string,
  { options, questions, say }: { options: InitOptions; questions: Questions; say: (text: string) => void },
): Promise<ChosenConfig> {
  const before = readIfThere(file);
  if (before === undefined || before === made) return { text: made, backup: [] };
  say(`\n${file} exists; init would write this instead:\n${diffLines(before, made).join('\n')}\n`);
  if (
    options.replace !== true &&
    !(await questions.confirm(`Replace ${file}? The old one is kept as ${file}.bak`, 'no'))
  )
    return { text: before, backup: [] };
  let backup = `${file}.bak`;
  for (let number = 2; readIfThere(backup) !== undefined; number += 1) backup = `${file}.bak${number}`;
  return { text: made, backup: [{ file: backup, before: undefined, after: before }] };
}
