import { MongoServerError, type Collection, type Db } from 'mongodb';
import { isDuplicate, serverTime } from '../../shared/mongo';
import { oneLine } from '../../shared/printable';
import { ALL_ROUTES, type StageEntry } from '../history/stages';
import type { Change, Entry, Lowering, OverrideState, Step } from './state';
import { boundedChange, boundedEntry, readEntry, storedForm, type StoredEntry } from './stored-entry';
import { readStep } from './stored-step';

/** Where all proxies agree. One document for each route that was ever rolled back or climbs, one for the kill switch, one for the revision. */
export const OVERRIDES_COLLECTION = 'banyanOverrides';
export const KILL_SWITCH_ID = 'kill-switch';
const ROUTE_PREFIX = 'route:';
/** Has no `active`: that alone makes a document an override, for every version. */
const REVISION_ID = 'revision';
/** Of the documents written here. It only rises: what a newer version has written keeps its own. */
export const SCHEMA = 1;

export interface OverrideDocument {
  readonly _id: string;
  readonly schema?: number;
  /** What is in force; null after a resume. */
  readonly active: StoredEntry | null;
  /** Changes so far. */
  readonly revision: number;
  /** The latest resume. */
  readonly cleared?: Change & { readonly at: Date };
  /** The step of a route that climbs: see stored-step.ts. */
  readonly climb?: unknown;
}

/** Everything that requests are judged by. */
export interface StoredState {
  readonly entries: ReadonlyMap<string, StoredEntry>;
  readonly steps: ReadonlyMap<string, Step>;
}

export interface StoredChange {
  /** False: it was changed before, and that stays. */
  readonly first: boolean;
  /** What is in force afterwards. */
  readonly active: StoredEntry | undefined;
  /** Number of the change that made it so; with the id it names the change. */
  readonly change: number;
  /** Of all overrides together. A proxy that follows it, or a later one, has seen this change. */
  readonly revision: number;
}

export function routeOverrideId(routeId: string): string {
  return ROUTE_PREFIX + routeId;
}

/** What is in force, by one query; an entry that cannot be read is in force all the same, and a step that cannot be is none. */
export async function readState(db: Db): Promise<StoredState> {
  const documents = await overrides(db)
    .find<{ _id: unknown; active?: unknown; revision?: unknown; climb?: unknown }>(
      { $or: [{ active: { $ne: null } }, { climb: { $ne: null } }] },
      { projection: { active: 1, revision: 1, climb: 1 } },
    )
    .toArray();
  const entries = new Map<string, StoredEntry>();
  const steps = new Map<string, Step>();
  for (const { _id, active, revision, climb } of documents) {
    const id = typeof _id === 'string' ? _id : 'unknown';
    if (active !== null && active !== undefined) entries.set(id, readEntry(active));
    const step = readStep(climb, revision);
    if (step !== undefined && id.startsWith(ROUTE_PREFIX)) steps.set(id.slice(ROUTE_PREFIX.length), step);
  }
  return { entries, steps };
}

/** What a proxy that reads now would judge requests by. */
export async function readOverrideState(db: Db): Promise<OverrideState> {
  const { entries, steps } = await readState(db);
  return { known: true, ...toState(entries), steps };
}

/** The revision of all overrides, 0 before the first. Read it before {@link readState}: these hold at least what it counts. */
export async function readRevision(db: Db): Promise<number> {
  const document = await overrides(db).findOne({ _id: REVISION_ID });
  return Number.isSafeInteger(document?.revision) ? (document?.revision ?? 0) : 0;
}

/**
 * Counts a change that is already in the database; if the writer fails in between, the change still holds. Starts at the server's time,
 * so that overrides that were emptied have a later revision than any that a dead proxy has followed.
 */
async function nextRevision(db: Db): Promise<number> {
  const count = () =>
    overrides(db)
      .findOneAndUpdate(
        { _id: REVISION_ID },
        { $inc: { revision: 1 }, $max: { schema: SCHEMA } },
        { returnDocument: 'after' },
      )
      .catch((error: unknown) => (isUncountable(error) ? null : Promise.reject(error as Error)));
  const made = await count();
  if (made !== null && Number.isSafeInteger(made.revision)) return made.revision;
  const begun = (await serverTime(db)).getTime();
  await overrides(db)
    .updateOne(
      { _id: REVISION_ID, revision: { $not: { $gte: 0, $lt: Number.MAX_SAFE_INTEGER } } },
      { $set: { revision: begun } },
      { upsert: true },
    )
    // Another has made or repaired it meanwhile.
    .catch((error: unknown) => (isDuplicate(error) ? undefined : Promise.reject(error as Error)));
  return (await count())?.revision ?? 0;
}

/** What was edited by hand, or restored with other types, must not stand in the way of a roll back. */
async function countable<T>(db: Db, id: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!isUncountable(error)) throw error;
    await overrides(db).updateOne({ _id: id }, { $set: { revision: 0 } });
    return change();
  }
}

/** A revision that is not a number, or the largest one. */
const isUncountable = (error: unknown): boolean =>
  error instanceof MongoServerError && (error.code === 14 || error.code === 2);

/** Who switched these off last, and why. Only for the log, so errors are ignored. */
export async function readCleared(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Change>> {
  if (ids.length === 0) return new Map();
  const documents = await overrides(db)
    .find({ _id: { $in: [...ids] }, active: null }, { projection: { cleared: 1 } })
    .toArray()
    .catch(() => []);
  return new Map(
    documents.flatMap(({ _id, cleared }) => {
      if (typeof cleared?.by !== 'string' || typeof cleared.why !== 'string') return [];
      return [[_id, boundedChange({ by: cleared.by, why: cleared.why })] as const];
    }),
  );
}

/** Switches something on, unless it is on: of several at the same time exactly one is first, and its reason is kept. */
export async function raise(db: Db, id: string, entry: StoredEntry, attempts = 3): Promise<StoredChange> {
  try {
    const made = await countable(db, id, () =>
      overrides(db).findOneAndUpdate(
        { _id: id, active: null },
        { $set: { active: storedForm(boundedEntry(entry)) }, $inc: { revision: 1 }, $max: { schema: SCHEMA } },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    const revision = await nextRevision(db);
    return { first: true, active: readEntry(made?.active), change: made?.revision ?? 0, revision };
  } catch (error) {
    // The document is there with an entry, so the upsert tried to make a second one of the same id.
    if (!isDuplicate(error)) throw error;
    const existing = await overrides(db).findOne({ _id: id });
    if (existing === null || existing.active === null) {
      // Gone meanwhile; or, time after time, an index that is not ours.
      if (attempts === 1) throw error;
      return raise(db, id, entry, attempts - 1);
    }
    const active = readEntry(existing.active);
    // Counted again: the writer may have failed before counting it.
    const revision = await nextRevision(db);
    return { first: isSame(active, boundedEntry(entry)), active, change: existing.revision, revision };
  }
}

/** The very entry: it was written before, and only the reply was lost. */
function isSame(a: StoredEntry, b: StoredEntry): boolean {
  return a.by === b.by && a.why === b.why && a.since.getTime() === b.since.getTime();
}

/** Switches something off, if it is on. */
export async function clear(db: Db, id: string, change: Change, at: Date): Promise<StoredChange> {
  const made = await countable(db, id, () =>
    overrides(db).findOneAndUpdate(
      { _id: id, active: { $ne: null } },
      {
        $set: { active: null, cleared: { ...boundedChange(change), at } },
        $inc: { revision: 1 },
        $max: { schema: SCHEMA },
      },
      { returnDocument: 'after' },
    ),
  );
  const revision = await nextRevision(db);
  return { first: made !== null, active: undefined, change: made?.revision ?? 0, revision };
}

/** The overrides that requests are judged by. What this version does not understand holds for all routes, as the kill switch. */
export function toState(entries: ReadonlyMap<string, StoredEntry>): {
  killSwitch: Entry | undefined;
  lowered: Map<string, Lowering>;
} {
  const lowered = new Map<string, Lowering>();
  let unknown: Entry | undefined;
  for (const [id, { by, why, since, kind = 'manual', evidence }] of entries) {
    if (id.startsWith(ROUTE_PREFIX))
      lowered.set(id.slice(ROUTE_PREFIX.length), { by, why, since, kind, ...(evidence && { evidence }) });
    else if (id !== KILL_SWITCH_ID)
      unknown ??= { by, why: `"${oneLine(id, 100)}", an override that this version does not know: ${why}`, since };
  }
  const on = entries.get(KILL_SWITCH_ID);
  return { killSwitch: on === undefined ? unknown : { by: on.by, why: on.why, since: on.since }, lowered };
}

/** A change as the ledger keeps it. Its id says which change it is, so that writing it twice makes one entry. */
export function toHistory(id: string, { active, change: number }: StoredChange, change: Change, at: Date): StageEntry {
  const isKillSwitch = id === KILL_SWITCH_ID;
  const on = active !== undefined;
  return {
    id: `${id}:${number}`,
    routeId: isKillSwitch ? ALL_ROUTES : id.slice(ROUTE_PREFIX.length),
    action: isKillSwitch ? (on ? 'kill-switch-on' : 'kill-switch-off') : on ? 'lowered' : 'resumed',
    ...boundedChange(change),
    at,
    ...(active?.evidence !== undefined && { evidence: active.evidence }),
  };
}

/** Whoever reads must see what was just written, also on a replica set whose URI prefers secondaries. */
export function overrides(db: Db): Collection<OverrideDocument> {
  return db.collection<OverrideDocument>(OVERRIDES_COLLECTION, {
    readPreference: 'primary',
    writeConcern: { w: 'majority' },
  });
}
