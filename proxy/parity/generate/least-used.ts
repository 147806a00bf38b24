/** Takes out of a list what differs most from all that was taken before: of which the kind, and the place, were taken least. */
export function takeLeastUsed<T>(
  list: T[],
  uses: Map<string, number>,
  keysOf: (one: T) => readonly [kind: string, place: string],
): T | undefined {
  const usesOf = (key: string): number => uses.get(key) ?? 0;
  let [best, least] = [0, Infinity];
  for (const [index, one] of list.entries()) {
    const [kind, place] = keysOf(one);
    const rank = usesOf(kind) * 3 + usesOf(place);
    if (rank < least) [best, least] = [index, rank];
  }
  return list.splice(best, 1)[0];
}
