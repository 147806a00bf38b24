import { MongoServerError, type Collection, type Db } from 'mongodb';

const DUPLICATE_KEY = 11000;
/** As long as the monolith takes it: enough to order all reports, and a crash delays them by minutes only. */
const LEASE_MS = 5 * 60_000;

/** A document of `leases`, shared with the monolith's scheduler: the right to order one day's reports, for a limited time. */
interface LeaseDocument {
  readonly _id: string;
  readonly holder: string;
  readonly takenAt: Date;
  /** From then on another process may take it. */
  readonly expiresAt: Date;
  /** When the work was finished; then it is never taken again. */
  readonly doneAt: Date | null;
}

export type Taken =
  { readonly outcome: 'taken' | 'done'; readonly until: null } | { readonly outcome: 'held'; readonly until: Date };

/**
 * Takes the lease of a day that is new or has expired undone; of several that ask at the same time one gets it. The same holder
 * gets its own again: Lambda repeats a failed scheduled invocation under the same request id.
 */
export async function takeDailyLease(db: Db, day: string, holder: string, now: Date): Promise<Taken> {
  const _id = leaseId(day);
  const expiresAt = new Date(now.getTime() + LEASE_MS);
  try {
    // The upsert inserts if there is none, and meets the key of one that may not be taken.
    await leases(db).updateOne(
      { _id, doneAt: null, $or: [{ expiresAt: { $lte: now } }, { holder }] },
      { $set: { holder, takenAt: now, expiresAt } },
      { upsert: true },
    );
    return { outcome: 'taken', until: null };
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY)) throw error;
  }
  const lease = await leases(db).findOne({ _id });
  if (lease !== null && lease.doneAt !== null) return { outcome: 'done', until: null };
  return { outcome: 'held', until: lease?.expiresAt ?? now };
}

/** Says that a day's reports are all ordered, also when the lease has expired meanwhile. */
export async function finishDailyLease(db: Db, day: string, now: Date): Promise<void> {
  await leases(db).updateOne({ _id: leaseId(day), doneAt: null }, { $set: { doneAt: now } });
}

function leases(db: Db): Collection<LeaseDocument> {
  return db.collection<LeaseDocument>('leases');
}

function leaseId(day: string): string {
  return `daily-report:${day}`;
}
