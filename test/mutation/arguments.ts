import { parseArgs } from 'node:util';
import { ConfigError } from '../../shared/errors';
import { nearestName } from '../../shared/nearest-name';
import type { FileClass, Mutated } from './tests-of';

export interface MutationArguments {
  readonly wanted: 'help' | 'run';
  readonly files: readonly string[];
  readonly minutes: number;
  readonly concurrency: number;
  /** Whether the scores go into the table in the repository. */
  readonly isRecorded: boolean;
}

const CLASSES: readonly FileClass[] = ['decider', 'wire'];

export const HELP = `npm run mutation -- [file ...]: changes each file in every way Stryker knows and says which changes no test notices.
Only the tests that test/mutation/tests-of.ts names for a file run. Without a file: all of the table, until the time is over.

  --class <c>        without a file: only deciders (decider), or what moves bytes (wire)
  --minutes <n>      no further file is begun after so many minutes; default 60
  --concurrency <n>  test processes at a time; default 2
  --record           writes the scores to test/mutation/scores.md

Exit code 1 when a file keeps too many mutants alive, was not run or its tests fail; 2 when the arguments are wrong.`;

/**
 * @param table the files of the table
 * @throws ConfigError naming every file that is not in the table, or a bad option
 */
export function readArguments(
  given: readonly string[],
  table: Readonly<Record<string, Pick<Mutated, 'class'>>>,
): MutationArguments {
  const { values, positionals } = parse(given);
  const faults: string[] = [];
  const all = Object.keys(table);
  const isWanted = (file: string): boolean => values.class === undefined || table[file]?.class === values.class;
  if (!CLASSES.some((name) => (values.class ?? name) === name)) faults.push(`--class must be ${CLASSES.join(' or ')}`);
  const files = positionals.map((name) => name.replace(/^\.\//, ''));
  for (const file of files.filter((name) => !all.includes(name))) {
    const near = nearestName(file, all) ?? all.find((name) => name.endsWith(`/${file}`));
    faults.push(
      `${file} is not in test/mutation/tests-of.ts${near === undefined ? '; add it with the tests that are about it' : `; did you mean ${near}?`}`,
    );
  }
  const number = (option: 'minutes' | 'concurrency', standard: number) => {
    const value = Number(values[option] ?? standard);
    if (!(value > 0)) faults.push(`--${option} must be a number above 0`);
    return value;
  };
  const minutes = number('minutes', 60);
  const concurrency = number('concurrency', 2);
  if (faults.length > 0) throw new ConfigError('Arguments', faults);
  return {
    wanted: values.help === true ? 'help' : 'run',
    files: files.length > 0 ? files : all.filter(isWanted),
    minutes,
    concurrency,
    isRecorded: values.record === true,
  };
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        record: { type: 'boolean' },
        class: { type: 'string' },
        minutes: { type: 'string' },
        concurrency: { type: 'string' },
      },
    });
  } catch (error) {
    throw new ConfigError('Arguments', [error instanceof Error ? error.message : String(error)]);
  }
}
