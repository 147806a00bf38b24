import type { Steps } from './steps';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const STEP = 5_000;

/**
 * The numbers of a JSON text that `JSON.parse` does not keep as written: `1.0`, `1e2`, integers beyond 2^53. A client in
 * another language reads them differently although JavaScript finds them equal. In alphabetical order, since members may
 * stand in any order.
 */
export function* unusualNumbers(json: string): Steps<string[]> {
  const unusual: string[] = [];
  let found = 0;
  for (const [token] of json.matchAll(STRING_OR_NUMBER)) {
    if (token[0] !== '"' && String(Number(token)) !== token && token !== '-0') unusual.push(token);
    found += 1;
    if (found % STEP === 0) yield;
  }
  return unusual.sort();
}
