import { MUTANTS } from '../parity/study/study';
import type { Check } from '../../soak/check';
import { runScript } from '../../soak/run-script';

const STUDY = 'test/eventsapp/parity/study/index.ts';
/** However much is left out, this share of the faults is tried. */
const LEAST_SHARE = 0.25;
const ALARMS = 1_000;

const GROUPS = [
  { name: 'traps', title: 'each trap undone', isMeant: (name: string) => name.startsWith('trap ') },
  { name: 'slips', title: 'ordinary slips', isMeant: (name: string) => !name.startsWith('trap ') },
] as const;

/**
 * Seeded faults of the Lambda side, each tried until two cases have caught it (one where the run is shortened): that all
 * cases are sent is for `npm run study:parity`.
 */
const studies = GROUPS.map(({ name, title, isMeant }): Check => ({
  name: `parity-${name}`,
  title: `the parity cases catch seeded faults of the Lambda side: ${title}`,
  async run({ scale, progress }) {
    const all = MUTANTS.map((mutant) => mutant.name).filter(isMeant);
    const step = Math.max(1, Math.floor(1 / Math.max(scale, LEAST_SHARE)));
    const chosen = all.filter((_name, i) => i % step === 0);
    const enough = scale < 1 ? '1' : '2';
    const args = [
      '--alarms',
      '0',
      '--enough',
      enough,
      '--least',
      enough,
      ...chosen.flatMap((one) => ['--mutant', one]),
    ];
    const output = await runScript(STUDY, args, progress);
    const caught = /^\d+ of \d+ caught/m.exec(output)?.[0] ?? 'none caught';
    return `${caught}, of ${all.length} faults`;
  },
}));

const alarms: Check = {
  name: 'parity-alarms',
  title: 'seeded executions of parity cases without a fault differ in nothing',
  async run({ scale, progress }) {
    const count = Math.ceil(ALARMS * scale);
    const output = await runScript(STUDY, ['--alarms', String(count), '--no-mutants'], progress);
    return /^\d+ seeded executions.*$/m.exec(output)?.[0] ?? 'nothing was sent';
  },
};

export const parityStudies: readonly Check[] = [...studies, alarms];
