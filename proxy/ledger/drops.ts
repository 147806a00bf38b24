import type { NoisePlace, ShadowDropReason } from '../observation';
import { DROPS_COLLECTION } from './collections';
import { OwnTotals, type Origin } from './own-totals';
import type { OwnDocument } from './writer';

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
export class Drops extends OwnTotals<Totals> {
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

  protected documentsOf(totals: Totals, _id: string, { versions, database }: Origin): OwnDocument[] {
    const { routeId, firstAt, lastAt, reasons, noise } = totals;
    const fields = {
      ...{ routeId, versions, database, firstAt: new Date(firstAt), lastAt: new Date(lastAt) },
      drops: [...reasons].map(([reason, count]) => ({ reason, count })),
      noise: [...noise.values()].map(({ place, ...seen }) => ({ ...place, ...seen, lastAt: new Date(seen.lastAt) })),
    };
    return [{ collection: DROPS_COLLECTION, _id, fields }];
  }
}
