import type { NoisePlace, ShadowDropReason } from '../observation';
import { DROPS_COLLECTION } from './collections';
import type { Origin } from './comparisons';
import type { OwnDocument } from './writer';

/** How often copies were dropped for one reason. */
export interface DropCount {
  readonly reason: ShadowDropReason;
  readonly count: number;
}

/** A place in which legacy did not repeat itself, and how often no comparison counted because of it. */
export interface CountedNoise extends NoisePlace {
  readonly count: number;
}

interface Totals {
  readonly routeId: string;
  readonly firstAt: number;
  lastAt: number;
  readonly reasons: Map<ShadowDropReason, number>;
  /** By path. */
  readonly noise: Map<string, { readonly place: NoisePlace; count: number; lastAt: number }>;
}

/** Of each route; what is beyond says nothing new. */
const MAX_PLACES = 20;

/** Counts copies that were not compared, and why. Memory is bounded by the number of listed routes. */
export class Drops {
  private readonly totals = new Map<string, Totals>();
  private readonly dirty = new Set<string>();

  record(routeId: string, reason: ShadowDropReason, noise: readonly NoisePlace[], at: number): void {
    let totals = this.totals.get(routeId);
    if (totals === undefined)
      this.totals.set(routeId, (totals = { routeId, firstAt: at, lastAt: at, reasons: new Map(), noise: new Map() }));
    totals.reasons.set(reason, (totals.reasons.get(reason) ?? 0) + 1);
    totals.lastAt = Math.max(totals.lastAt, at);
    for (const place of noise) {
      const known = totals.noise.get(place.path);
      if (known !== undefined) {
        known.count += 1;
        known.lastAt = at;
      } else if (totals.noise.size < MAX_PLACES) totals.noise.set(place.path, { place, count: 1, lastAt: at });
    }
    this.dirty.add(routeId);
  }

  /** The documents of what has changed since the last call; {@link restore} when they could not be written. */
  take({ instance, versions, database }: Origin): readonly OwnDocument[] {
    const documents = [...this.dirty].flatMap((key) => {
      const totals = this.totals.get(key);
      if (totals === undefined) return [];
      const { routeId, firstAt, lastAt, reasons, noise } = totals;
      const fields = {
        ...{ routeId, versions, database, firstAt: new Date(firstAt), lastAt: new Date(lastAt) },
        drops: [...reasons].map(([reason, count]) => ({ reason, count })),
        noise: [...noise.values()].map(({ place, count, lastAt: seen }) => ({
          ...place,
          count,
          lastAt: new Date(seen),
        })),
      };
      return [{ collection: DROPS_COLLECTION, _id: `${key}|${instance}`, fields }];
    });
    this.dirty.clear();
    return documents;
  }

  /** Marks everything as unwritten: totals may be written again without harm. */
  restore(): void {
    for (const key of this.totals.keys()) this.dirty.add(key);
  }
}
