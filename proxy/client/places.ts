/** So many at a time for each key. Keys are kept only while they have any. */
export class Places {
  private readonly taken = new Map<string, number>();

  constructor(private readonly max: number) {}

  isFull(key: string): boolean {
    return (this.taken.get(key) ?? 0) >= this.max;
  }

  take(key: string): void {
    this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
  }

  free(key: string): void {
    const left = (this.taken.get(key) ?? 1) - 1;
    if (left === 0) this.taken.delete(key);
    else this.taken.set(key, left);
  }
}
