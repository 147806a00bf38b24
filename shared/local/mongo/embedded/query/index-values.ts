import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { isArrayIndex } from './paths';

/**
 * The values of a path as an index or a sort key holds them (manual: "Multikey Indexes"): the elements of an array rather than the
 * array, null for a missing field, undefined for an empty array, which sorts before null.
 */
export function indexValues(document: BsonDocument, path: readonly string[]): readonly (BsonValue | undefined)[] {
  return valuesAt(document, path, 0);
}

function valuesAt(
  value: BsonValue | undefined,
  path: readonly string[],
  at: number,
): readonly (BsonValue | undefined)[] {
  if (at === path.length) {
    if (!isArray(value)) return [value ?? null];
    return value.length === 0 ? [undefined] : value;
  }
  const component = path[at] ?? '';
  if (isDocument(value)) return valuesAt(value.get(component), path, at + 1);
  if (!isArray(value) || value.length === 0) return [null];
  if (isArrayIndex(component)) return valuesAt(value[Number(component)], path, at + 1);
  return value.flatMap((element) => (isDocument(element) ? valuesAt(element, path, at) : [null]));
}
