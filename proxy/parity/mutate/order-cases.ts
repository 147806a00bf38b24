/** What is known of a case when a mutant is to be judged. */
export interface Candidate {
  readonly index: number;
  /** All that it reaches: cases that reach the same differ by their values only. */
  readonly signature: string;
  /** How many mutants of the same file it has caught. */
  readonly caught: number;
}

/** How many of those that have caught something in the file go first. */
const PROVEN = 8;

/** The cases that reach a mutant, those first that are likely to catch it: what caught its neighbours, then one of each kind, rare kinds first. */
export function orderCases(candidates: readonly Candidate[]): readonly number[] {
  const proven = candidates
    .filter(({ caught }) => caught > 0)
    .sort((a, b) => b.caught - a.caught)
    .slice(0, PROVEN);
  const kinds = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const same = kinds.get(one.signature);
    if (same === undefined) kinds.set(one.signature, [one]);
    else same.push(one);
  }
  const rareFirst = [...kinds.values()].sort((a, b) => a.length - b.length);
  const rounds = Math.max(0, ...rareFirst.map((kind) => kind.length));
  const inTurns = Array.from({ length: rounds }, (_, round) => rareFirst.flatMap((kind) => kind[round] ?? []));
  return [...new Set([...proven, ...inTurns.flat()].map(({ index }) => index))];
}
