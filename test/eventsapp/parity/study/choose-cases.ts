import path from 'node:path';
import banyan from '../../../../banyan.config';
import { generateCases } from '../../../../proxy/parity/generate/generate';
import { seededRandom } from '../../../../proxy/parity/generate/random';
import { loadSuites } from '../../../../proxy/parity/load-cases';
import { casesOf } from '../../../../proxy/parity/plan';
import type { CaseSuite, SourcedCase } from '../../../../shared/parity/case';

const ROOT = path.join(__dirname, '../../../..');
const identities = Object.keys(banyan.parity.identities);

export const suites = (): readonly CaseSuite[] => loadSuites(['test/eventsapp/cases'], ROOT);
const known = (): readonly SourcedCase[] => suites().flatMap((suite) => casesOf(suite, { isolated: true }));

/** Generated cases alone. */
export function generated(count: number, seed: number): readonly SourcedCase[] {
  const contracts = new Map(suites().map(({ route, contract = {} }) => [route, contract]));
  return generateCases(known(), { count, seed, identities, contracts, writes: true }).cases;
}

/** All of the suites and generated ones; when these are too many, half of either. The same seed gives the same. */
export function chooseCases(count: number, seed: number): readonly SourcedCase[] {
  const all = known();
  if (count >= all.length) return [...all, ...generated(count - all.length, seed)];
  const fromSuites = Math.floor(count / 2);
  return [...seededRandom(seed).shuffle(all).slice(0, fromSuites), ...generated(count - fromSuites, seed)];
}
