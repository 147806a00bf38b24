import { MongoServerError, type Db } from 'mongodb';

const DUPLICATE_KEY = 11000;

/** The right to do a piece of work that must be done once, for a limited time. */
export interface LeaseDocument {
  /** What is to be done: `daily-report:2026-11-02`. */
  _id: string;
  holder: string;
  takenAt: Date;
  /** From then on another process may take it: the holder is taken for dead. */
  expiresAt: Date;
  /** When the work was finished; then the lease is never taken again. */
  doneAt: Date | null;
}

/** What came of the wish to take a lease. */
export type Taken =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'done' }
  /** By another one, for so long unless it finishes. */
  | { readonly outcome: 'held'; readonly until: Date };

export type LeaseStore = ReturnType<typeof createLeaseStore>;

/** Leases are shared by all instances, and by whatever else does such work over the same database. */
export function createLeaseStore(db: Db) {
  const leases = db.collection<LeaseDocument>('leases');
  return {
    find(id: string): Promise<LeaseDocument | null> {
      return leases.findOne({ _id: id });
    },

    /** Takes a lease that is new, or has expired undone. Of several at the same time one gets it. */
    async take(id: string, holder: string, now: Date, durationMs: number): Promise<Taken> {
      const expiresAt = new Date(now.getTime() + durationMs);
      try {
        // The upsert inserts if there is none, and meets the key of one that does not fit the filter.
        await leases.updateOne(
          { _id: id, doneAt: null, expiresAt: { $lte: now } },
          { $set: { holder, takenAt: now, expiresAt } },
          { upsert: true },
        );
        return { outcome: 'taken' };
      } catch (error) {
        if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY)) throw error;
      }
      const lease = await leases.findOne({ _id: id });
      if (lease?.doneAt) return { outcome: 'done' };
      return { outcome: 'held', until: lease?.expiresAt ?? now };
    },

    /** Says that the work is finished, also if the lease has expired meanwhile. */
    async finish(id: string, now: Date): Promise<void> {
      await leases.updateOne({ _id: id, doneAt: null }, { $set: { doneAt: now } });
    },
  };
}
