import type { Db } from 'mongodb';
import { readTraffic, type TrafficBySide } from '../../../ledger/read-traffic';

/** One route over the last seconds, all proxies together. */
export interface Rate {
  readonly perSecond: number;
  /** Share of the clients' answers that Lambda gave; undefined without any. */
  readonly lambda: number | undefined;
  /** Share of each side's requests that failed; undefined without any. */
  readonly errors: Readonly<Record<'legacy' | 'lambda', number | undefined>>;
}

interface Sample {
  readonly at: number;
  readonly traffic: ReadonlyMap<string, TrafficBySide>;
}

/** ms over which a rate is taken. */
const SPAN = 10_000;
/** ms of the ledger's minutes that are read again and again at most. */
const LONGEST = 180_000;
const MINUTE = 60_000;

/** Rates as differences of the ledger's sums, so that a change of sides is seen within seconds, not within its minute. */
export class Rates {
  private since: number | undefined;
  private samples: Sample[] = [];
  private last: ReadonlyMap<string, Rate> = new Map();

  /** Rates until now; the previous ones for the one reading at which the sums start again. Throws the driver's error. */
  async read(db: Db, now: Date): Promise<ReadonlyMap<string, Rate>> {
    const at = now.getTime();
    if (this.since === undefined || at - this.since > LONGEST) {
      // The minute before as well: a proxy's clock may be a little behind.
      this.since = Math.floor(at / MINUTE) * MINUTE - MINUTE;
      this.samples = [];
    }
    const { byRoute: traffic } = await readTraffic(db, { since: new Date(this.since) });
    this.samples.push({ at, traffic });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) >= SPAN) this.samples.shift();
    const [first] = this.samples;
    if (first !== undefined && first.at < at) this.last = ratesBetween(first, { at, traffic });
    return this.last;
  }
}

/** Pure. */
export function ratesBetween(first: Sample, last: Sample): ReadonlyMap<string, Rate> {
  const seconds = (last.at - first.at) / 1000;
  return new Map(
    [...last.traffic].map(([id, traffic]) => {
      const grown = (side: 'legacy' | 'lambda', what: 'requests' | 'errors' | 'fallbacks'): number =>
        Math.max(0, (traffic[side]?.[what] ?? 0) - (first.traffic.get(id)?.[side]?.[what] ?? 0));
      const byLambda = Math.max(0, grown('lambda', 'requests') - grown('lambda', 'fallbacks'));
      const answered = byLambda + grown('legacy', 'requests');
      const errors = (side: 'legacy' | 'lambda') => share(grown(side, 'errors'), grown(side, 'requests'));
      const rate: Rate = {
        perSecond: answered / seconds,
        lambda: share(byLambda, answered),
        errors: { legacy: errors('legacy'), lambda: errors('lambda') },
      };
      return [id, rate];
    }),
  );
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
