import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { ConfigError } from '../../shared/errors';
import { HELP, readArguments } from './arguments';
import { DECLARED } from './declared';
import { describeSurvivors, describeTable, holds, type Measured } from './describe-score';
import { mutateFile } from './mutate-file';
import { scoreOf } from './score';
import { estimatedMinutes, SCORES, updateScores } from './score-table';
import { TESTS_OF } from './tests-of';

async function measure(file: string, concurrency: number): Promise<Measured> {
  const mutated = TESTS_OF[file];
  if (mutated === undefined) throw new Error(`${file} is not in the table`);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const mutants = await mutateFile(file, mutated.tests, { concurrency });
    return { file, class: mutated.class, seconds: seconds(), outcome: scoreOf(mutants, DECLARED[file] ?? []) };
  } catch (error) {
    const outcome = error instanceof Error ? error : new Error(String(error));
    return { file, class: mutated.class, seconds: seconds(), outcome };
  }
}

async function main(): Promise<number> {
  const { wanted, files, minutes, concurrency, isRecorded } = readArguments(process.argv.slice(2), TESTS_OF);
  if (wanted === 'help') {
    console.log(HELP);
    return 0;
  }
  const estimated = estimatedMinutes(readFileSync(SCORES, 'utf8'), files) / concurrency;
  console.log(`${files.length} files, about ${estimated.toFixed(1)} min by ${SCORES}`);
  const end = performance.now() + minutes * 60_000;
  const all: Measured[] = [];
  for (const [index, file] of files.entries()) {
    if (performance.now() > end) {
      all.push({ file, class: TESTS_OF[file]?.class ?? 'decider', seconds: 0, outcome: 'not run' });
      continue;
    }
    console.log(`\n[${index + 1} of ${files.length}] ${file}`);
    const measured = await measure(file, concurrency);
    all.push(measured);
    for (const line of describeSurvivors(measured)) console.log(line);
    if (isRecorded) await record(measured);
  }
  console.log(`\n${describeTable(all).join('\n')}`);
  return all.every(holds) ? 0 : 1;
}

async function record(measured: Measured): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const text = updateScores(readFileSync(SCORES, 'utf8'), [measured], Object.keys(TESTS_OF), day);
  writeFileSync(SCORES, await format(text, { parser: 'markdown', printWidth: 140 }));
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 2;
  },
);
