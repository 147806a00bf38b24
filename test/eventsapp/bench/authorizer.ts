/** `npm run bench:authorizer`: size and cold start of the authorizer's bundle beside two yardsticks of the same run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../support/bundle';
import { coldRequires, median, type ColdRequire, type Subject } from '../../bench/cold-require';

const ROUNDS = 15;
const LIMITS = { bytes: 60_000, ms: 8 };
/** As deployed: loading also makes the client and begins to connect. Nobody listens there. */
const DEPLOYED = { MONGODB_URI: 'mongodb://127.0.0.1:1/bench', SESSION_SECRET: 'a secret of the benchmark' };

/** Yardsticks are what a function holds that just imports these packages: `esbuild --bundle --minify`, nothing replaced. */
const AS_IT_COMES = { alias: {}, minify: true };
const packages = (...names: string[]) => ({ code: names.map((name) => `require('${name}');`).join('\n') });

type Bundle = Parameters<typeof bundle>[0];

interface Measured extends Pick<Bundle, 'of' | 'options'> {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

const AUTHORIZER = 'authorizer';
const DRIVER = 'mongodb driver alone';
const CONTROL = 'the same again (A/A control)';

const SUBJECTS: readonly Measured[] = [
  { name: AUTHORIZER, of: { file: 'lambda/eventsapp/authorizer.ts' }, env: DEPLOYED },
  { name: 'the same, which begins to connect later', of: { file: 'lambda/eventsapp/authorizer.ts' } },
  { name: DRIVER, of: packages('mongodb'), options: AS_IT_COMES },
  { name: CONTROL, of: packages('mongodb'), options: AS_IT_COMES },
  { name: 'mongodb driver, bundled as here', of: packages('mongodb') },
  {
    name: 'express, express-session, connect-mongo, passport',
    of: packages('express', 'express-session', 'connect-mongo', 'passport'),
    options: AS_IT_COMES,
  },
];

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-bench-'));
  try {
    const subjects: Record<string, Subject> = {};
    const bytes: Record<string, number> = {};
    for (const [index, { name, env, ...subject }] of SUBJECTS.entries()) {
      const outfile = path.join(folder, `${index}.js`);
      subjects[name] = { file: outfile, ...(env && { env }) };
      bytes[name] = await bundle({ ...subject, outfile });
    }
    report(bytes, await coldRequires(subjects, ROUNDS));
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Figures<T> = Readonly<Record<string, T>>;

function report(bytes: Figures<number>, times: Figures<readonly ColdRequire[]>): void {
  const of = <T>(figures: Figures<T>, name: string): T => {
    const value = figures[name];
    if (value === undefined) throw new RangeError(`${name} was not measured`);
    return value;
  };
  const walls = (name: string) => of(times, name).map(({ wall }) => wall);
  const medians = (name: string) => ({ wall: median(walls(name)), cpu: median(of(times, name).map(({ cpu }) => cpu)) });
  const row = (name: string, size: string, ...cells: string[]) =>
    [name.padEnd(50), size.padStart(9), ...cells.map((cell) => cell.padStart(10))].join(' ');
  const ms = (value: number) => `${value.toFixed(1)} ms`;

  console.log(`node ${process.version}, ${process.platform} ${process.arch}; ${ROUNDS} cold requires each, in turns\n`);
  console.log(row('bundle, minified', 'size', 'median', 'best', 'worst', 'CPU median'));
  for (const { name } of SUBJECTS) {
    const { wall, cpu } = medians(name);
    const cells = [wall, Math.min(...walls(name)), Math.max(...walls(name)), cpu].map(ms);
    console.log(row(name, `${Math.round(of(bytes, name) / 1_000)} kB`, ...cells));
  }

  const size = of(bytes, AUTHORIZER) - of(bytes, DRIVER);
  const [ours, driver, control] = [medians(AUTHORIZER), medians(DRIVER), medians(CONTROL)];
  const time = ours.wall - driver.wall;
  const signed = (value: number, digits: number) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
  const verdict = (good: boolean) => (good ? 'met' : 'NOT MET');
  const noise = (kind: keyof ColdRequire) =>
    `the two equal bundles differ by ${ms(Math.abs(control[kind] - driver[kind]))}`;
  console.log(`
authorizer against the driver alone
  size         ${signed(size / 1_000, 0)} kB (allowed +${LIMITS.bytes / 1_000}): ${verdict(size <= LIMITS.bytes)}
  cold require ${signed(time, 1)} ms (allowed +${LIMITS.ms}): ${verdict(time <= LIMITS.ms)}; ${noise('wall')}
  of the CPU   ${signed(ours.cpu - driver.cpu, 1)} ms; ${noise('cpu')}`);
  if (size > LIMITS.bytes || time > LIMITS.ms) process.exitCode = 1;
}

void main();
