import { MongoServerError, type Collection, type Db } from 'mongodb';
import { ALL_ROUTES, type StageEntry } from '../ledger/stages';
import type { Change, Entry, Evidence, Lowering } from './state';

/** Where all proxies agree. One document for each route that was ever lowered, and one for the kill switch. */
export const OVERRIDES_COLLECTION = 'banyanOverrides';
export const KILL_SWITCH_ID = 'kill-switch';
const ROUTE_PREFIX = 'route:';

/** As stored. */
interface OverrideDocument {
  readonly _id: string;
  /** What is in force; null after a resume. */
  readonly active: StoredEntry | null;
  /** Changes so far. */
  readonly revision: number;
  /** The latest resume. */
  readonly cleared?: Change & { readonly at: Date };
}

export interface StoredEntry extends Change {
  readonly since: Date;
  readonly kind?: Lowering['kind'];
  readonly evidence?: Evidence;
}

/** What became of a change in the database. */
export interface StoredChange {
  /** False: somebody had changed it before, and that stays. */
  readonly first: boolean;
  /** What is in force afterwards. */
  readonly active: StoredEntry | undefined;
  /** Number of the change that made it so; with the id it names the change. */
  readonly revision: number;
}

/** The document of a route. */
export function routeOverrideId(routeId: string): string {
  return ROUTE_PREFIX + routeId;
}

/**
 * Reads what is in force. Texts from the database are believed as far as they are texts; an entry that cannot be read is in force
 * all the same.
 */
export async function readOverrides(db: Db): Promise<ReadonlyMap<string, StoredEntry>> {
  const documents = await overrides(db)
    .find({ active: { $ne: null } }, { projection: { active: 1 } })
    .toArray();
  return new Map(documents.map(({ _id, active }) => [_id, readEntry(active)]));
}

/** Who switched these off last, and why. Only for the log, so a fault is no fault. */
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
export async function raise(db: Db, id: string, entry: StoredEntry): Promise<StoredChange> {
  try {
    const made = await overrides(db).findOneAndUpdate(
      { _id: id, active: null },
      { $set: { active: boundedEntry(entry) }, $inc: { revision: 1 } },
      { upsert: true, returnDocument: 'after' },
    );
    return { first: true, active: readEntry(made?.active), revision: made?.revision ?? 0 };
  } catch (error) {
    // The document is there with an entry, so the upsert tried to make a second one of the same id.
    if (!(error instanceof MongoServerError) || error.code !== 11_000) throw error;
    const existing = await overrides(db).findOne({ _id: id });
    if (existing === null || existing.active === null) return raise(db, id, entry);
    const active = readEntry(existing.active);
    return { first: isSame(active, boundedEntry(entry)), active, revision: existing.revision };
  }
}

/** The very entry: it was written before, and only the reply was lost. */
function isSame(a: StoredEntry, b: StoredEntry): boolean {
  return a.by === b.by && a.why === b.why && a.since.getTime() === b.since.getTime();
}

/** Switches something off, if it is on. */
export async function clear(db: Db, id: string, change: Change, at: Date): Promise<StoredChange> {
  const made = await overrides(db).findOneAndUpdate(
    { _id: id, active: { $ne: null } },
    { $set: { active: null, cleared: { ...boundedChange(change), at } }, $inc: { revision: 1 } },
    { returnDocument: 'after' },
  );
  return { first: made !== null, active: undefined, revision: made?.revision ?? 0 };
}

/** What is stored as the state that requests are judged by. */
export function toState(entries: ReadonlyMap<string, StoredEntry>): {
  killSwitch: Entry | undefined;
  lowered: Map<string, Lowering>;
} {
  const lowered = new Map<string, Lowering>();
  for (const [id, entry] of entries)
    if (id.startsWith(ROUTE_PREFIX)) lowered.set(id.slice(ROUTE_PREFIX.length), { kind: 'manual', ...entry });
  return { killSwitch: entries.get(KILL_SWITCH_ID), lowered };
}

/** A change as the ledger keeps it. Its id says which change it is, so that writing it twice makes one entry. */
export function toHistory(id: string, { active, revision }: StoredChange, change: Change, at: Date): StageEntry {
  const isKillSwitch = id === KILL_SWITCH_ID;
  const on = active !== undefined;
  return {
    id: `${id}:${revision}`,
    routeId: isKillSwitch ? ALL_ROUTES : id.slice(ROUTE_PREFIX.length),
    action: isKillSwitch ? (on ? 'kill-switch-on' : 'kill-switch-off') : on ? 'lowered' : 'resumed',
    ...boundedChange(change),
    at,
    ...(active?.evidence !== undefined && { evidence: active.evidence }),
  };
}

/** Whoever reads must see what was just written, also on a replica set whose URI prefers secondaries. */
function overrides(db: Db): Collection<OverrideDocument> {
  return db.collection<OverrideDocument>(OVERRIDES_COLLECTION, {
    readPreference: 'primary',
    writeConcern: { w: 'majority' },
  });
}

const MAX_BY = 100;
const MAX_WHY = 500;
const MAX_EVIDENCE = 40;

/** Bounded in size and free of control characters: it is shown in terminals, logs and pages. */
export function boundedEntry({ by, why, since, kind, evidence }: StoredEntry): StoredEntry {
  return {
    ...boundedChange({ by, why }),
    since,
    ...(kind !== undefined && { kind }),
    ...(evidence !== undefined && { evidence: boundedEvidence(evidence) }),
  };
}

export function boundedChange({ by, why }: Change): Change {
  return { by: plain(by, MAX_BY), why: plain(why, MAX_WHY) };
}

/** Names become field names in MongoDB, so they are letters, digits and `_` only. */
function boundedEvidence(evidence: Evidence): Evidence {
  const entries = Object.entries(evidence)
    .filter(([, value]) => typeof value === 'string' || Number.isFinite(value))
    .slice(0, MAX_EVIDENCE)
    .map(([name, value]) => [
      name.replace(/\W/g, '_').slice(0, 60),
      typeof value === 'string' ? plain(value, 200) : value,
    ]);
  return Object.fromEntries(entries) as Evidence;
}

function plain(text: string, longest: number): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, longest);
}

/** An entry from outside: database or snapshot. What is missing is made up, so that what is on stays on. */
export function readEntry(value: unknown): StoredEntry {
  const { by, why, since, kind, evidence }: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const date = since instanceof Date ? since : new Date(typeof since === 'string' ? since : Number.NaN);
  return boundedEntry({
    by: typeof by === 'string' ? by : 'unknown',
    why: typeof why === 'string' ? why : 'unknown',
    since: Number.isNaN(date.getTime()) ? new Date(0) : date,
    ...((kind === 'guard' || kind === 'manual') && { kind }),
    ...(typeof evidence === 'object' && evidence !== null && { evidence: { ...evidence } }),
  });
}
