import { FALSE_PROMOTIONS, NEVER, POWER, RARE, study, toRow } from './study';

/** `npm run study:evidence [runs]`: how often the rules of `banyan promote` are wrong, and how long they take. Exit code 1 when they are wrong too often. */
const runs = Number(process.argv[2] ?? 100);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

let isWell = true;
print('| clients who would see a mismatch | promoted |\n| --- | ---: |');
for (const [worlds, allowed] of [
  [FALSE_PROMOTIONS, 0.025],
  [NEVER, 0],
  [RARE, 1],
] as const)
  for (const [name, world] of Object.entries(worlds)) {
    const outcome = study(name, world, runs);
    if (outcome.promotions.length > allowed * outcome.runs) isWell = false;
    print(toRow(outcome, { isPower: false }));
  }
print(
  '\n| clients | mismatching | reproduced | promoted | requests | days |\n| ---: | ---: | --- | ---: | ---: | ---: |',
);
for (const [name, world] of Object.entries(POWER)) print(toRow(study(name, world, runs), { isPower: true }));
process.exitCode = isWell ? 0 : 1;
