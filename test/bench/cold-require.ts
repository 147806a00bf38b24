import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MEASURE = `
  const begun = process.hrtime.bigint();
  const before = process.cpuUsage();
  require(process.argv[1]);
  const { user, system } = process.cpuUsage(before);
  const wall = Number(process.hrtime.bigint() - begun) / 1e6;
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1e3 }));
  process.exit(0);`;

export interface Subject {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds by the clock, and of processor time, in which other processes have no part. */
export interface ColdRequire {
  readonly wall: number;
  readonly cpu: number;
}

/**
 * What it takes to load each file in processes of their own, one after the other. The files take turns, and every round begins
 * with another one, so that a busy moment of the machine hits all alike.
 */
export async function coldRequires(
  subjects: Readonly<Record<string, Subject>>,
  rounds: number,
): Promise<Record<string, ColdRequire[]>> {
  const names = Object.keys(subjects);
  const times = Object.fromEntries(names.map((name): [string, ColdRequire[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const { file = '', env = {} } = subjects[name] ?? {};
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', MEASURE, file], { env });
      times[name]?.push(JSON.parse(stdout) as ColdRequire);
    }
  }
  return times;
}

/** @throws RangeError for an empty list */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError('the median of nothing');
  return middle;
}
