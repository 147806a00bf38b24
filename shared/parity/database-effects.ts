import { compareValues } from './compare-bodies';
import { difference, type Difference } from './exchange';

/** One document as canonical Extended JSON, so that types count: an Int32 is not a Double, a text is not an ObjectId. */
export interface StoredDocument {
  /** Unique in its collection: the Extended JSON of `_id`, as text. */
  readonly id: string;
  readonly document: unknown;
}

/** A database at one moment: documents by the name of their collection. Queues fit as well, a message being a document. */
export type Snapshot = ReadonlyMap<string, readonly StoredDocument[]>;

/** What became of one document. */
export interface Change {
  readonly collection: string;
  readonly kind: 'inserted' | 'updated' | 'removed';
  readonly id: string;
  /** As it was; undefined when it is new. */
  readonly before: unknown;
  /** As it is; undefined when it is gone. */
  readonly after: unknown;
}

/** Every document that differs between two moments, by collection, in the order in which the database returned them. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly Change[] {
  const collections = [...new Set([...before.keys(), ...after.keys()])].sort();
  return collections.flatMap((collection) => {
    const earlier = new Map((before.get(collection) ?? []).map(({ id, document }) => [id, document]));
    const later = new Map((after.get(collection) ?? []).map(({ id, document }) => [id, document]));
    return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((id): Change[] => {
      const change = { collection, id, before: earlier.get(id), after: later.get(id) };
      if (!earlier.has(id)) return [{ ...change, kind: 'inserted' }];
      if (!later.has(id)) return [{ ...change, kind: 'removed' }];
      return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [{ ...change, kind: 'updated' }];
    });
  });
}

/**
 * Compares what two sides did to their own copies of the same data. Pure.
 *
 * @param control legacy's changes, with made-up ids and times unified
 * @param candidate Lambda's, likewise
 */
export function compareChanges(control: readonly Change[], candidate: readonly Change[]): readonly Difference[] {
  const expected = inStableOrder(control);
  const found = inStableOrder(candidate);
  const places = new Set([...expected, ...found].map(placeOf));
  return [...places].sort().flatMap((place) => {
    const [a, b] = [expected, found].map((changes) => changes.filter((change) => placeOf(change) === place));
    return compareAt(place, a ?? [], b ?? []);
  });
}

function compareAt(place: string, expected: readonly Change[], found: readonly Change[]): readonly Difference[] {
  if (expected.length !== found.length) {
    const kind = found.length < expected.length ? 'missing' : 'unexpected';
    return [difference(`database ${place}`, kind, `${expected.length} documents`, `${found.length} documents`)];
  }
  return expected.flatMap((change, index) => {
    const other = found[index];
    const path = expected.length === 1 ? place : `${place}[${index}]`;
    const differences = (['before', 'after'] as const).flatMap((moment) => {
      const [a, b] = [change[moment], other?.[moment]];
      return JSON.stringify(a) === JSON.stringify(b) ? [] : compareDocuments(`${path} ${moment}`, a, b);
    });
    return differences;
  });
}

function compareDocuments(path: string, control: unknown, candidate: unknown): readonly Difference[] {
  const differences = compareValues(path, control, candidate).map((found) => ({
    ...found,
    path: found.path.replace(/^body /, 'database '),
  }));
  // Equal values in another order of fields: MongoDB compares embedded documents with their order.
  return differences.length > 0 ? differences : [difference(`database ${path}`, 'value', control, candidate)];
}

function placeOf({ collection, kind }: Change): string {
  return `${collection} ${kind}`;
}

/** New documents have ids that say nothing after they are unified, so they are put in order by what they hold. */
function inStableOrder(changes: readonly Change[]): readonly Change[] {
  const text = ({ before, after }: Change): string => JSON.stringify([before, after]);
  return [...changes].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
