/**
 * `npm run soak`: what must hold for long or under load, one check after the other, a line each; exit code 1 when one fails.
 * SOAK_SECONDS (30): how long each load lasts. SOAK_SCALE (1): share of the fixed numbers of requests. SOAK_ONLY: part of a name.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSubjects } from '../bench/build-subjects';
import { closedEarly } from './closed-early';
import { memoryGrowth } from './memory-growth';
import { outages } from './outages';
import { reload } from './reload';
import { rollBacks } from './roll-back';
import { stopped } from './stopped';
import type { Check } from './check';

const CHECKS: readonly Check[] = [closedEarly, reload, ...outages, stopped, ...rollBacks, memoryGrowth];
/** Over what a check may take beyond its load. */
const GRACE_SECONDS = 240;

async function main(): Promise<void> {
  const seconds = Number(process.env['SOAK_SECONDS'] ?? 30);
  const scale = Number(process.env['SOAK_SCALE'] ?? 1);
  const only = process.env['SOAK_ONLY'] ?? '';
  const built = await buildSubjects();
  for (const check of CHECKS.filter(({ name }) => name.includes(only))) {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-soak-'));
    const begun = performance.now();
    const took = (): string => `${((performance.now() - begun) / 1_000).toFixed(0)} s`;
    try {
      const figures = await within(seconds + GRACE_SECONDS, check.run({ seconds, scale, built, folder }));
      console.log(`ok      ${check.name} (${took()}): ${figures}`);
    } catch (error) {
      console.log(`FAILED  ${check.name} (${took()}): ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  // What a failed check left open must not hold the run.
  process.exit();
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

void main();
