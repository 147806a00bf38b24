import type { DatabaseKind } from './collections';
import type { Versions } from '../history/stages';
import type { OwnDocument } from './writer';

export interface Origin {
  /** Names the process; another after each start. */
  readonly instance: string;
  readonly versions: Versions;
  readonly database: DatabaseKind;
}

/** Totals of this process by key, and which of them MongoDB does not have yet. */
export abstract class OwnTotals<T> {
  protected readonly totals = new Map<string, T>();
  protected readonly dirty = new Set<string>();
  private taken: readonly string[] = [];

  protected abstract documentsOf(totals: T, _id: string, origin: Origin): readonly OwnDocument[];

  /** The documents of what has changed since the last call; {@link restore} when they could not be written. */
  take(origin: Origin): readonly OwnDocument[] {
    this.taken = [...this.dirty];
    const documents = this.taken.flatMap((key) => {
      const totals = this.totals.get(key);
      return totals === undefined ? [] : this.documentsOf(totals, `${key}|${origin.instance}`, origin);
    });
    this.dirty.clear();
    return documents;
  }

  /** Marks what was taken last as unwritten: totals may be written again without harm. */
  restore(): void {
    for (const key of this.taken) this.dirty.add(key);
  }
}
