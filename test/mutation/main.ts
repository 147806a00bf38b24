import { ConfigError } from '../../shared/errors';
import { HELP, readArguments } from './arguments';
import { DECLARED } from './declared';
import { describeSurvivors, describeTable, holds, type Measured } from './describe-score';
import { mutateFile } from './mutate-file';
import { scoreOf } from './score';
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
  const { wanted, files, minutes, concurrency } = readArguments(process.argv.slice(2), Object.keys(TESTS_OF));
  if (wanted === 'help') {
    console.log(HELP);
    return 0;
  }
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
  }
  console.log(`\n${describeTable(all).join('\n')}`);
  return all.every(holds) ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 2;
  },
);
