import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { describeDifference } from '../../../../shared/parity/exchange';
import { answerParent, studyInParallel, type Job } from './jobs';
import { createStudyProgress, type StudyProgress } from './progress';
import { MUTANTS, studyFalseAlarms, type MutantResult } from './study';

const HELP = `npm run study:parity -- [options]: how many seeded faults of the Lambda side the parity cases catch, and how often they cry wolf.

  --cases <n>      cases that every mutant is tried with: those of the suites, the rest generated (1500); fewer: half of either
  --alarms <n>     executions without a fault (1000)
  --seed <n>       the same seed gives the same cases (1)
  --mutant <name>  only this one; can be repeated
  --only <regexp>  only mutants whose name it matches
  --no-mutants     none: only executions without a fault
  --least <n>      a mutant that fewer cases catch is a gap (2)
  --enough <n>     go to the next mutant when so many cases of a process have caught it; without, all are sent
  --jobs <n>       processes beside one another (as many as there are processors, at most 4)
  --list           print the names of all mutants
  --help           this text

The table goes to standard output, progress to standard error. All of it takes about 30 minutes of one processor.
Exit code 0: every mutant is caught, no false alarm; 1: not so; 2: wrong usage, or it could not be run.`;

const OPTIONS = {
  cases: { type: 'string', default: '1500' },
  alarms: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  mutant: { type: 'string', multiple: true },
  only: { type: 'string' },
  'no-mutants': { type: 'boolean', default: false },
  least: { type: 'string', default: '2' },
  enough: { type: 'string' },
  jobs: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help || values.list) {
    print(values.help ? HELP : MUTANTS.map(({ name }) => name).join('\n'));
    return 0;
  }
  const begun = performance.now();
  const [cases, alarms, seed] = [
    count('--cases', values.cases),
    count('--alarms', values.alarms),
    count('--seed', values.seed),
  ];
  const names = values['no-mutants'] ? [] : chosenNames(values.mutant ?? [], values.only);
  const jobs = Math.max(
    1,
    values.jobs === undefined ? Math.min(4, availableParallelism()) : count('--jobs', values.jobs),
  );
  const least = count('--least', values.least);
  const enough = values.enough === undefined ? undefined : count('--enough', values.enough);

  const progress = createStudyProgress(process.stderr);
  const gaps =
    names.length === 0
      ? 0
      : await runStudy({ mutants: names, cases, seed, ...(enough !== undefined && { enough }) }, jobs, least, progress);

  let falseAlarms = 0;
  if (alarms > 0) {
    const run = await studyFalseAlarms(alarms, seed + 1_000, (done, total) =>
      progress.show('executions without a fault', done, total),
    );
    falseAlarms = run.totals.different;
    print(
      `${run.totals.cases} seeded executions without a fault: ${falseAlarms} false alarms, ${run.totals.accepted} accepted by rules.`,
    );
    for (const { route, cases: ran } of run.routes)
      for (const { name, identity, differences } of ran)
        if (differences.length > 0)
          print(`- ${route}, ${name}, as ${identity}: ${differences.map(describeDifference).join('; ')}`);
  }
  progress.end();
  print(`It took ${((performance.now() - begun) / 60_000).toFixed(1)} minutes in ${jobs} processes.`);
  return gaps > 0 || falseAlarms > 0 ? 1 : 0;
}

/** Prints the table, and returns how many mutants fewer cases than `least` have caught. */
async function runStudy(job: Omit<Job, 'part'>, jobs: number, least: number, progress: StudyProgress): Promise<number> {
  print(`${job.mutants.length} mutants, each with the same ${job.cases} cases; seed ${job.seed}\n`);
  const results = await studyInParallel(job, jobs, (done, total) => progress.show('cases tried', done, total));
  print('| mutant | met by | caught by | on routes | first sign |');
  print('| --- | ---: | ---: | ---: | --- |');
  for (const result of results) print(row(result));
  const gaps = results.filter(({ caught }) => caught < least);
  const caught = results.filter((result) => result.caught > 0).length;
  print(`\n${caught} of ${results.length} caught, ${results.length - gaps.length} by at least ${least} cases.`);
  for (const { name, caught: count } of gaps) print(`- ${name}: caught by ${count}`);
  return gaps.length;
}

function chosenNames(wanted: readonly string[], only: string | undefined): readonly string[] {
  const known = new Set(MUTANTS.map(({ name }) => name));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`no mutant is named ${unknown.join(', ')}; --list prints the names`);
  const pattern = new RegExp(only ?? '');
  const names = [...known].filter((name) => (wanted.length === 0 || wanted.includes(name)) && pattern.test(name));
  if (names.length === 0) throw new Error(`no mutant's name matches ${only ?? ''}; --list prints the names`);
  return names;
}

function count(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${option} is ${JSON.stringify(text)}; expected a whole number`);
}

function row({ name, met, caught, routes, example }: MutantResult): string {
  const cell = (text: string): string =>
    (text.length > 110 ? `${text.slice(0, 109)}…` : text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return `| ${cell(name)} | ${met} | ${caught} | ${routes.length} | ${cell(example)} |`;
}

if (!answerParent())
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`study:parity: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(2);
    },
  );
