export const BUCKETS = 10;

/** Counters over a sliding window of ten parts, the oldest of which falls out as a whole. Constant time and memory. */
export class SlidingCounters<Name extends string> {
  private readonly values: Float64Array;
  private readonly sums: Float64Array;
  private readonly positions: ReadonlyMap<Name, number>;
  private readonly partLength: number;
  private part: number;

  /** `length` in ms; `now` of a clock that never goes back. */
  constructor(names: readonly Name[], length: number, now: number) {
    this.positions = new Map(names.map((name, position) => [name, position]));
    this.values = new Float64Array(names.length * BUCKETS);
    this.sums = new Float64Array(names.length);
    this.partLength = length / BUCKETS;
    this.part = Math.floor(now / this.partLength);
  }

  add(name: Name, now: number): void {
    this.advance(now);
    const position = this.positionOf(name);
    const index = (this.part % BUCKETS) * this.sums.length + position;
    this.values[index] = (this.values[index] ?? 0) + 1;
    this.sums[position] = (this.sums[position] ?? 0) + 1;
  }

  /** What was added within the window. */
  sum(name: Name, now: number): number {
    this.advance(now);
    return this.sums[this.positionOf(name)] ?? 0;
  }

  /** The part that is counted in now; parts have consecutive numbers. */
  partAt(now: number): number {
    this.advance(now);
    return this.part;
  }

  /** Takes over what another window of the same form holds, which is empty then. */
  absorb(other: SlidingCounters<Name>, now: number): void {
    this.advance(now);
    other.advance(now);
    for (let i = 0; i < this.values.length; i += 1) this.values[i] = (this.values[i] ?? 0) + (other.values[i] ?? 0);
    for (let i = 0; i < this.sums.length; i += 1) this.sums[i] = (this.sums[i] ?? 0) + (other.sums[i] ?? 0);
    other.clear();
  }

  clear(): void {
    this.values.fill(0);
    this.sums.fill(0);
  }

  private advance(now: number): void {
    const part = Math.floor(now / this.partLength);
    if (part <= this.part) return;
    const passed = Math.min(part - this.part, BUCKETS);
    const width = this.sums.length;
    for (let step = 1; step <= passed; step += 1) {
      const start = ((this.part + step) % BUCKETS) * width;
      for (let position = 0; position < width; position += 1) {
        this.sums[position] = (this.sums[position] ?? 0) - (this.values[start + position] ?? 0);
        this.values[start + position] = 0;
      }
    }
    // After a long pause the parts stand elsewhere, and all of them are empty.
    this.part = part;
  }

  private positionOf(name: Name): number {
    return this.positions.get(name) ?? 0;
  }
}
