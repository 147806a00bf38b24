import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault } from '../errors';
import { isArrayIndex } from '../query/paths';

/** MongoDB's own bound on filling an array with nulls up to a new position. */
const MOST_BACKFILL = 1_500_000;

/** Gives the new value of a field from its present one; undefined stands for a field that is missing. */
export type Change = (current: BsonValue | undefined) => BsonValue | undefined;

interface Options {
  /** Whether a path that does not exist is created. `$unset` and the like leave the document alone instead. */
  readonly create: boolean;
}

/**
 * Applies a change at a dotted path and returns a document that shares everything else with the given one. A number names a
 * position if an array stands there, and a field otherwise (manual: "Update Operators", dot notation).
 *
 * @throws MongoServerFault 28 when the path leads through a value that is neither document nor array
 */
export function changeAt(
  document: BsonDocument,
  path: readonly string[],
  change: Change,
  options: Options,
): BsonDocument {
  const [name = '', ...rest] = path;
  const current = document.get(name);
  const next = rest.length === 0 ? change(current) : changeInside(current, name, rest, change, options);
  if (next === current) return document;
  const copy = new Map(document);
  if (next === undefined) copy.delete(name);
  else copy.set(name, next);
  return copy;
}

function changeInside(
  value: BsonValue | undefined,
  name: string,
  path: readonly string[],
  change: Change,
  options: Options,
): BsonValue | undefined {
  if (isDocument(value)) return changeAt(value, path, change, options);
  if (isArray(value)) return changeElement(value, name, path, change, options);
  if (!options.create) return value;
  if (value === undefined) return changeAt(new Map(), path, change, options);
  throw notViable(name, path);
}

function changeElement(
  array: readonly BsonValue[],
  name: string,
  [component = '', ...rest]: readonly string[],
  change: Change,
  options: Options,
): readonly BsonValue[] {
  if (!isArrayIndex(component)) {
    if (!options.create) return array;
    throw notViable(name, [component]);
  }
  const at = Number(component);
  if (at >= array.length && !options.create) return array;
  if (at - array.length > MOST_BACKFILL)
    throw new MongoServerFault('BadValue', `can't backfill more than ${MOST_BACKFILL} elements`);
  const current = array[at];
  const next = rest.length === 0 ? change(current) : changeInside(current, component, rest, change, options);
  if (next === current) return array;
  const copy = [...array];
  while (copy.length < at) copy.push(null);
  // An element that is unset becomes null, so that the others keep their positions (manual: $unset).
  copy[at] = next ?? null;
  return copy;
}

const notViable = (name: string, [component = '']: readonly string[]) =>
  new MongoServerFault('PathNotViable', `Cannot create field '${component}' in element {${name}: ...}`);
