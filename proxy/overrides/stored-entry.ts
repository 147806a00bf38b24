import { oneLine } from '../../shared/printable';
import type { Change, Entry, Evidence, Lowering } from './state';

/** What is in force, as MongoDB and the snapshot keep it. */
export interface StoredEntry extends Entry {
  readonly kind?: Lowering['kind'];
  readonly evidence?: Evidence;
  /** Fields of a newer version: written back as they came, so that it finds them again. */
  readonly rest?: Readonly<Record<string, unknown>>;
}

const MAX_BY = 100;
const MAX_WHY = 500;
const MAX_EVIDENCE = 40;
/** Characters of JSON. */
const MAX_REST = 10_000;

/** Bounded in size and free of control characters: it is shown in terminals, logs and pages. */
export function boundedEntry({ by, why, since, kind, evidence, rest }: StoredEntry): StoredEntry {
  return {
    ...boundedChange({ by, why }),
    since,
    ...(kind !== undefined && { kind }),
    ...(evidence !== undefined && { evidence: boundedEvidence(evidence) }),
    ...(rest !== undefined && { rest }),
  };
}

/** The entry as a document: its own fields, and those of a newer version. */
export function storedForm({ rest, ...entry }: StoredEntry): Omit<StoredEntry, 'rest'> {
  return { ...rest, ...entry };
}

export function boundedChange({ by, why }: Change): Change {
  return { by: oneLine(by, MAX_BY), why: oneLine(why, MAX_WHY) };
}

/** Names become field names in MongoDB, so they are letters, digits and `_` only. */
function boundedEvidence(evidence: Evidence): Evidence {
  const entries = Object.entries(evidence)
    .filter(([, value]) => typeof value === 'string' || Number.isFinite(value))
    .slice(0, MAX_EVIDENCE)
    .map(([name, value]) => [
      name.replace(/\W/g, '_').slice(0, 60),
      typeof value === 'string' ? oneLine(value, 200) : value,
    ]);
  return Object.fromEntries(entries) as Evidence;
}

/** An entry from outside: database or snapshot. What is missing is made up, so that what is on stays on. */
export function readEntry(value: unknown): StoredEntry {
  const { by, why, since, kind, evidence, ...more }: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const isKnownKind = kind === 'guard' || kind === 'manual';
  const rest = kind === undefined || isKnownKind ? more : { kind, ...more };
  const date = since instanceof Date ? since : new Date(typeof since === 'string' ? since : Number.NaN);
  return boundedEntry({
    by: typeof by === 'string' ? by : 'unknown',
    why: typeof why === 'string' ? why : 'unknown',
    since: Number.isNaN(date.getTime()) ? new Date(0) : date,
    ...(isKnownKind && { kind }),
    ...(typeof evidence === 'object' && evidence !== null && { evidence: { ...evidence } }),
    ...(Object.keys(rest).length > 0 && JSON.stringify(rest).length <= MAX_REST && { rest }),
  });
}
