/** `npm run soak`: what must hold for long or under load, one check after the other, a line each; exit code 1 when one fails. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { buildSubjects } from '../../bench/build-subjects';
import { ConfigError } from '../../../shared/errors';
import { helpText, readArguments } from '../../soak/arguments';
import type { Check } from '../../soak/check';
import { killChildren } from '../../soak/children';
import { climb } from '../../soak/climb';
import { closedEarly } from '../../soak/closed-early';
import { soakConsole } from '../../soak/console';
import { demo } from './demo';
import { guardTrips } from '../../soak/guard';
import { memoryGrowth } from '../../soak/memory-growth';
import { outages } from '../../soak/outages';
import { paritySpeed } from '../../soak/parity-speed';
import { reload } from '../../soak/reload';
import { rollBacks } from '../../soak/roll-back';
import { stickiness } from '../../soak/stickiness';
import { stopped } from '../../soak/stopped';
import { upgradeSequences } from '../../soak/upgrade-sequences';

const CHECKS: readonly Check[] = [
  closedEarly,
  upgradeSequences,
  reload,
  ...outages,
  stopped,
  ...guardTrips,
  demo,
  stickiness,
  ...rollBacks,
  climb,
  memoryGrowth,
  paritySpeed,
];
const ROOT = path.join(__dirname, '../../..');
/** What a check may take beyond its load, in seconds, unless it says otherwise. */
const GRACE = 240;

async function main(): Promise<void> {
  const { wanted, checks, seconds, scale } = readArguments(process.argv.slice(2), process.env, CHECKS);
  if (wanted === 'help') {
    process.stdout.write(helpText(CHECKS));
    return;
  }
  const begun = performance.now();
  const shown = soakConsole(process.stdout);
  // The proxy is checked as it is deployed: compiled.
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    throw new ConfigError('Build', ['the proxy cannot be compiled; "npm run build" says why'], error);
  }
  const built = await buildSubjects();
  const root = await mkdtemp(path.join(tmpdir(), 'banyan-soak-'));
  // However it ends, and with whatever a failed check left open: no process and no file stays.
  process.on('exit', () => {
    killChildren();
    rmSync(root, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      shown.end('\nStopped.');
      process.exit(130);
    });

  const failed: string[] = [];
  for (const check of checks) {
    const folder = await mkdtemp(path.join(root, 'check-'));
    const line = shown.begin(check);
    const progress = (text: string): void => line.progress(text);
    try {
      line.ok(await within(seconds + (check.grace ?? GRACE), check.run({ seconds, scale, built, folder, progress })));
    } catch (error) {
      line.failed(error);
      failed.push(check.name);
    }
  }
  const took = Math.round((performance.now() - begun) / 1_000);
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  const machine = `${seconds} s a load, scale ${scale}; ${cpus().length} cores, load average ${load}`;
  shown.end(
    failed.length === 0
      ? `${checks.length} checks hold (${took} s; ${machine})`
      : `${failed.length} of ${checks.length} checks FAILED: ${failed.join(', ')} (${took} s; ${machine})`,
  );
  process.exit(failed.length === 0 ? 0 : 1);
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

main().catch((error: unknown) => {
  const lines =
    error instanceof ConfigError ? error.faults : [error instanceof Error ? (error.stack ?? error.message) : error];
  for (const line of lines) process.stderr.write(`npm run soak: ${String(line)}\n`);
  process.exit(1);
});
