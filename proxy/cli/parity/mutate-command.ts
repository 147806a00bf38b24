import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { loadBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import path from 'node:path';
import { readDeclared } from '../../parity/mutate/declared';
import { describeMutation, faultsOf, scoreOf } from '../../parity/mutate/describe';
import { mutate } from '../../parity/mutate/mutate';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { readLocalSides, readProjectRoutes } from '../config';
import { EXIT } from '../exit-codes';
import { repeatable, wholeNumber, withCommonOptions } from '../options';

interface MutateFlags extends CommonOptions {
  readonly route: readonly string[];
  readonly files: readonly string[];
  readonly generate: number;
  readonly seed: number;
  readonly sample: number;
  readonly minutes: number;
  readonly jobs: number;
  readonly casesPerMutant: number;
  readonly atLeast: number;
}

const MANY = 999_999_999;
/** More would compete for the CPU, and each takes about half a gigabyte. */
const MOST_JOBS = 4;

export function addMutateCommand(parity: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(parity.command('mutate'))
    .description('Change your functions in one place at a time, and report the changes that no parity case notices')
    .option('--sample <count>', 'how many mutants to judge, chosen by the seed', wholeNumber(1, MANY), 200)
    .addOption(repeatable('--files <path>', 'only mutants of this file or folder', 'all'))
    .addOption(repeatable('--route <route>', 'only cases of this route, by id or as GET /path', 'all'))
    .option('--generate <count>', 'also send this many generated variations of the cases', wholeNumber(0, MANY), 200)
    .option('--seed <number>', 'seed of the chosen mutants and the generated cases', wholeNumber(0, MANY), 1)
    .option(
      '--cases-per-mutant <count>',
      'send at most so many of the cases that reach a mutant, the most different first',
      wholeNumber(1, MANY),
      2_000,
    )
    .option('--minutes <count>', 'start no further mutant after this many minutes', wholeNumber(1, 10_000), 30)
    .option(
      '--jobs <count>',
      'parallel processes, each with both sides of its own',
      wholeNumber(1, 64),
      Math.min(MOST_JOBS, availableParallelism()),
    )
    .option('--at-least <percent>', 'exit with 1 when a smaller share is caught', wholeNumber(0, 100), 80)
    .addHelpText(
      'after',
      '\nDeclare mutants that no client can see, each with a reason, in the file that parity.mutants in banyan.config.ts names.\nCtrl-C ends the run, reports what was judged so far, and exits with 1.',
    )
    .action(async (flags: MutateFlags) => {
      const { banyan, file } = loadBanyanConfig(process.cwd(), flags.config);
      const declared = readDeclared(placesOf(banyan, path.dirname(file)).parity.mutants);
      const { control, candidate } = readLocalSides(io.env);
      const { seed, sample, jobs, casesPerMutant, files, atLeast, minutes } = flags;
      const run = await mutate({
        worker: {
          flags: { ...flags, isolated: true, session: [] },
          env: io.env,
          routesFile: readProjectRoutes(io.env).file,
          local: { control: control.href, candidate: candidate.href },
          files,
        },
        until: performance.now() + minutes * 60_000,
        ...{ seed, sample, jobs, casesPerMutant, declared },
        interrupted: io.interrupted?.() ?? new AbortController().signal,
        onProgress: progressOf(io),
      });
      const isGood =
        !run.wasInterrupted &&
        scoreOf(run.results).percentOfRest >= atLeast &&
        faultsOf(run).length === 0 &&
        run.control.alarms.length === 0;
      const text = describeMutation(run, { atLeast });
      finish(
        { exitCode: isGood ? EXIT.fine : EXIT.findings, text, json: { ...run, score: scoreOf(run.results) } },
        flags,
      );
    });
}

/** On a terminal one line, rewritten in place; elsewhere a line for each tenth. */
function progressOf({ writeError, isTerminal = false }: CliIo): Parameters<typeof mutate>[0]['onProgress'] {
  let last = '';
  return (what, done, total, alive) => {
    const tenth = `${what} ${Math.floor((10 * done) / total)}`;
    if (!isTerminal && tenth === last) return;
    last = tenth;
    const text = `${done} of ${total} ${what}${alive > 0 ? `, ${alive} not caught` : ''}`;
    writeError(isTerminal ? `\r\u001b[2K${done === total ? '' : text}` : `${text}\n`);
  };
}
