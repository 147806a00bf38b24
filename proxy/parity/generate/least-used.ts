/** How often kinds have been tried, and places. */
export class Uses {
  private readonly counts = new Map<string, number>();

  /** @param telling kinds that are worth trying in every place: as if each were new */
  constructor(private readonly telling: ReadonlySet<string> = new Set()) {}

  /** As if the kind or place had been tried so often more. */
  delay(kindOrPlace: string, times: number): void {
    this.counts.set(kindOrPlace, this.of(kindOrPlace) + times);
  }

  /** Takes out of a list what differs most from all that was taken before: of which the kind, and the place, were taken least. */
  takeLeast<T>(list: T[], keysOf: (one: T) => readonly [kind: string, place: string]): T | undefined {
    let [best, least] = [0, Infinity];
    for (const [index, one] of list.entries()) {
      const [kind, place] = keysOf(one);
      const rank = this.of(kind) * 3 + this.of(place);
      if (rank < least) [best, least] = [index, rank];
    }
    return list.splice(best, 1)[0];
  }

  /** What was taken was tried. */
  count([kind, place]: readonly [kind: string, place: string]): void {
    if (!this.telling.has(kind)) this.counts.set(kind, this.of(kind) + 1);
    this.counts.set(place, this.of(place) + 1);
  }

  private of(key: string): number {
    return this.counts.get(key) ?? 0;
  }
}
