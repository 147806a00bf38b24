import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BanyanError } from '../../shared/errors';
import type { Step } from './state';
import { readEntry, storedForm, type StoredEntry } from './stored-entry';
import { readStoredSteps, storedSteps } from './stored-step';
import { systemErrorCode } from './system-error';

/** What a proxy knew when it last looked. */
export interface Snapshot {
  /** When MongoDB last confirmed it; undefined: never. */
  readonly at: Date | undefined;
  readonly shared: ReadonlyMap<string, StoredEntry>;
  /** Made here and not yet in MongoDB. */
  readonly unsaved: ReadonlyMap<string, StoredEntry>;
  /** Of the routes that climb. */
  readonly steps: ReadonlyMap<string, Step>;
  readonly rest?: Readonly<Record<string, unknown>>;
}

/** Of every snapshot, also a damaged one, and of hardly any other file. */
const BEGINNING = '{"format":';
/** Code of the error for a file that something else has written. */
export const NOT_A_SNAPSHOT = 'not_a_snapshot';

/** Versions after it add fields. What they add is kept, what they mean by it is not known here. */
const FORMAT = 1;

/** Older ones say nothing about what is in force now. */
export const SNAPSHOT_MAX_AGE = 24 * 3_600_000;
/** Clocks are set back by seconds; a snapshot from further in the future has an unknown age. */
const CLOCK_TOLERANCE = 300_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Whether the snapshot is young enough to go by. */
export function isFresh({ at }: Snapshot, now: Date, maxAge = SNAPSHOT_MAX_AGE): boolean {
  if (at === undefined) return false;
  const age = now.getTime() - at.getTime();
  return age <= maxAge && age >= -CLOCK_TOLERANCE;
}

/** Undefined when there is none. Throws when the file cannot be read or is not a snapshot. */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (text.trim() === '') return undefined;
  if (!text.startsWith(BEGINNING))
    throw new BanyanError('the file is not a snapshot of overrides', { code: NOT_A_SNAPSHOT });
  if (text.length > MAX_BYTES) throw new Error('the snapshot is too large');
  const value: unknown = JSON.parse(text);
  const { format, at, shared, unsaved, steps, ...rest }: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  if (typeof format !== 'number' || format < FORMAT) throw new Error('not a snapshot of overrides');
  const date = typeof at === 'string' ? new Date(at) : undefined;
  if (date !== undefined && Number.isNaN(date.getTime())) throw new Error('the snapshot has no valid time');
  const entries = {
    ...{ shared: readEntries(shared), unsaved: readEntries(unsaved), rest },
    steps: readStoredSteps(steps, at),
  };
  // Of a newer format not all may be understood: what is in force is then unknown until MongoDB answers, and what is unsaved is not lost.
  return { at: format > FORMAT ? undefined : date, ...entries };
}

/** Replaces the file as a whole, so that half of it is never read. */
export async function writeSnapshot(file: string, { at, shared, unsaved, steps, rest }: Snapshot): Promise<void> {
  const text = JSON.stringify({
    format: FORMAT,
    ...rest,
    at: at?.toISOString(),
    shared: storedEntries(shared),
    unsaved: storedEntries(unsaved),
    steps: storedSteps(steps, at),
  });
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}

function readEntries(value: unknown): Map<string, StoredEntry> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('the snapshot lacks its entries');
  return new Map(Object.entries(value).map(([id, entry]) => [id, readEntry(entry)]));
}

function storedEntries(entries: ReadonlyMap<string, StoredEntry>): object {
  return Object.fromEntries([...entries].map(([id, entry]) => [id, storedForm(entry)]));
}
