/** What is known about a case that reaches the mutant to be judged. */
export interface Candidate {
  readonly index: number;
  /** Everything that it reaches; cases with the same signature differ in their values only. */
  readonly signature: string;
  /** How many mutants of the same file it has caught. */
  readonly caught: number;
}

/** How many cases that have caught something in the file go first. */
const PROVEN = 8;

/**
 * Orders the cases that reach a mutant by how likely they are to catch it: those that caught its neighbours, then one of each kind, rare kinds first;
 * no more than `most`.
 */
export function orderCases(candidates: readonly Candidate[], { most }: { readonly most: number }): readonly number[] {
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
  return [...new Set([...proven, ...inTurns.flat()].map(({ index }) => index))].slice(0, most);
}
