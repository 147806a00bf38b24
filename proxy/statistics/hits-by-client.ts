import { BUCKETS } from './window';

/** What is known of those who saw something. */
export interface Affected {
  /** How many clients, exactly while they are few. */
  readonly clients: number;
  /** The most that one of them saw. */
  readonly heaviest: number;
}

/** Clients that are remembered for each counter in each part of the window; so many can be distinguished. */
export const MAX_CLIENTS = 32;

/** Counts by client, of whom any number may come: Misra-Gries (1982) keeps {@link MAX_CLIENTS}, and none weighs less than it did. */
class Heavy {
  readonly counts = new Map<string, number>();
  missed = 0;

  add(client: string, count = 1): void {
    const known = this.counts.get(client);
    if (known !== undefined || this.counts.size < MAX_CLIENTS) {
      this.counts.set(client, (known ?? 0) + count);
      return;
    }
    const least = Math.min(count, ...this.counts.values());
    this.missed += least;
    for (const [other, had] of this.counts) {
      if (had === least) this.counts.delete(other);
      else this.counts.set(other, had - least);
    }
    if (count > least) this.counts.set(client, count - least);
  }
}

/** Who saw what in each part of a sliding window, in bounded memory. Parts are numbered by who keeps the time ({@link SlidingCounters}). */
export class HitsByClient<Name extends string> {
  private readonly parts = new Map<number, Map<Name, Heavy>>();

  add(name: Name, client: string, part: number): void {
    this.heavyOf(part, name).add(client);
  }

  /** Drops the parts before the given one. */
  forgetBefore(part: number): void {
    for (const known of this.parts.keys()) if (known < part) this.parts.delete(known);
  }

  /** Takes over what another holds. */
  absorb(other: HitsByClient<Name>): void {
    for (const [part, names] of other.parts)
      for (const [name, { counts, missed }] of names) {
        const heavy = this.heavyOf(part, name);
        heavy.missed += missed;
        for (const [client, count] of counts) heavy.add(client, count);
      }
    other.clear();
  }

  /** Who saw any of it, in several windows taken together. */
  static affected<Name extends string>(several: readonly HitsByClient<Name>[], what: readonly Name[]): Affected {
    const sums = new Map<string, number>();
    let missed = 0;
    let heaviest = 0;
    for (const { parts } of several)
      for (const names of parts.values())
        for (const name of what) {
          const heavy = names.get(name);
          if (heavy === undefined) continue;
          missed += heavy.missed;
          for (const [client, count] of heavy.counts) {
            const sum = (sums.get(client) ?? 0) + count;
            sums.set(client, sum);
            heaviest = Math.max(heaviest, sum);
          }
        }
    // Something is missed only when there are more than are remembered.
    return { clients: missed > 0 ? Math.max(sums.size, MAX_CLIENTS) : sums.size, heaviest: heaviest + missed };
  }

  clear(): void {
    this.parts.clear();
  }

  private heavyOf(part: number, name: Name): Heavy {
    let names = this.parts.get(part);
    if (names === undefined) {
      this.forgetBefore(part - BUCKETS + 1);
      names = new Map<Name, Heavy>();
      this.parts.set(part, names);
    }
    let heavy = names.get(name);
    if (heavy === undefined) names.set(name, (heavy = new Heavy()));
    return heavy;
  }
}
