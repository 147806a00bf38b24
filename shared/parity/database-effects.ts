import { compareValueSteps, type ValueOptions } from './compare-values';
import { difference, type Difference } from './exchange';
import { runSteps } from './steps';
import { Unifier } from './unify';

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
  readonly before: unknown;
  readonly after: unknown;
}

/** Compares what two sides did to equal data. Pure. The order of fields counts: MongoDB compares embedded documents with it. */
export function compareChanges(
  control: readonly Change[],
  candidate: readonly Change[],
  unifier: Unifier = new Unifier(),
  isSameMasked?: ValueOptions['isSameMasked'],
): readonly Difference[] {
  const options = { unifier, keyOrder: true, ...(isSameMasked && { isSameMasked }) };
  const expected = inStableOrder(control, (text) => unifier.mask(text, 'control'));
  const found = inStableOrder(candidate, (text) => unifier.mask(text, 'candidate'));
  const places = new Set([...expected, ...found].map(placeOf));
  return [...places].sort().flatMap((place) => {
    const [a, b] = [expected, found].map((changes) => changes.filter((change) => placeOf(change) === place));
    return compareAt(place, a ?? [], b ?? [], options);
  });
}

function compareAt(
  place: string,
  expected: readonly Change[],
  found: readonly Change[],
  options: ValueOptions,
): readonly Difference[] {
  if (expected.length !== found.length) {
    const kind = found.length < expected.length ? 'missing' : 'unexpected';
    return [difference(`database ${place}`, kind, count(expected), count(found))];
  }
  return expected.flatMap((change, index) => {
    const other = found[index];
    const path = expected.length === 1 ? place : `${place}[${index}]`;
    return (['before', 'after'] as const).flatMap((moment) =>
      runSteps(compareValueSteps(`database ${path} ${moment}`, change[moment], other?.[moment], options)),
    );
  });
}

function count({ length }: readonly Change[]): string | undefined {
  return length === 0 ? undefined : `${length} ${length === 1 ? 'document' : 'documents'}`;
}

function placeOf({ collection, kind }: Change): string {
  return `${collection} ${kind}`;
}

/** New documents have ids that say nothing, so they are put in order by what else they hold. */
function inStableOrder(changes: readonly Change[], mask: (text: string) => string): readonly Change[] {
  return changes
    .map((change) => ({ change, text: mask(JSON.stringify([change.before, change.after])) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ change }) => change);
}
