import { parseArgs } from 'node:util';
import { describeDifference } from '../../../shared/parity/exchange';
import { MUTANTS, studyFalseAlarms, studyMutants, type MutantResult } from './study';

/** `npm run study:parity`: how many seeded faults the parity suites catch, and how often they cry wolf. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '1000' },
      alarms: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const [cases, alarms, seed] = [Number(values.cases), Number(values.alarms), Number(values.seed)];
  const mutants = MUTANTS.filter(({ name }) => new RegExp(values.only ?? '').test(name));
  const print = (line: string): void => void process.stdout.write(`${line}\n`);

  const onProgress = (done: number, total: number): void => void process.stderr.write(`${done} of ${total} cases\n`);
  print(`${mutants.length} mutants, each with the same ${cases} cases; seed ${seed}\n`);
  print('| mutant | met by | caught by | on routes | first sign |');
  print('| --- | ---: | ---: | ---: | --- |');
  const results = await studyMutants({ mutants, cases, seed, onProgress });
  for (const result of results) print(row(result));
  const missed = results.filter(({ caught }) => caught === 0);
  const byLuck = results.filter(({ caught }) => caught === 1);
  print(`\n${results.length - missed.length} of ${results.length} caught; ${byLuck.length} by one case only.`);
  for (const { name } of [...missed, ...byLuck]) print(`- ${name}`);

  let falseAlarms = 0;
  if (alarms > 0) {
    const run = await studyFalseAlarms(alarms, seed + 1_000);
    falseAlarms = run.totals.different;
    print(
      `\n${run.totals.cases} seeded executions without a fault: ${falseAlarms} false alarms, ${run.totals.accepted} accepted by rules.`,
    );
    for (const { route, cases: ran } of run.routes)
      for (const { name, identity, differences } of ran)
        if (differences.length > 0)
          print(`- ${route}, ${name}, as ${identity}: ${differences.map(describeDifference).join('; ')}`);
  }
  process.exitCode = missed.length > 0 || falseAlarms > 0 ? 1 : 0;
}

function row({ name, met, caught, routes, example }: MutantResult): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').slice(0, 140);
  return `| ${cell(name)} | ${met} | ${caught} | ${routes} | ${cell(example)} |`;
}

void main();
