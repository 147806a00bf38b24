import type { Difference } from '../../shared/parity/exchange';
import { generalPath, proposeRules } from '../../shared/parity/propose-rule';
import { maskPath } from '../ledger/mismatches';
import type { NoisePlace } from '../observation';

/** Beyond, a page or list is random all over. */
const MAX_PLACES = 20;

/** Where two answers of legacy to one request differ, with the rules that would cover it. Paths are masked, values left out. */
export function noisePlaces(differences: readonly Difference[]): readonly NoisePlace[] {
  const places = new Map<string, Difference[]>();
  for (const difference of differences) {
    const path = generalPath(maskPath(difference.path));
    const known = places.get(path);
    if (known !== undefined) known.push(difference);
    else if (places.size < MAX_PLACES) places.set(path, [difference]);
  }
  return [...places].map(([path, found]) => {
    const [rule, ...others] = proposeRules(path, found);
    // One pair of answers says too little where several rules are needed.
    return typeof rule === 'object' && others.length === 0 ? rule : { path, kind: 'none' };
  });
}
