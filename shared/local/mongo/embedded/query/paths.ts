import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';

const INDEX = /^(0|[1-9]\d*)$/;

/** Whether a path component can name a position in an array. */
export const isArrayIndex = (component: string): boolean => INDEX.test(component);

/**
 * The values a query predicate on `path` sees (manual: "Query on Embedded Documents", "Query an Array"): arrays on the way are
 * entered, one level each, and a number may also name a position. A missing field appears as undefined.
 *
 * @param visit returns true to stop
 * @returns whether a visit returned true
 */
export function visitPath(
  document: BsonDocument,
  path: readonly string[],
  visit: (value: BsonValue | undefined) => boolean,
): boolean {
  let current: BsonValue | undefined = document;
  for (let at = 0; at < path.length; at++) {
    if (isArray(current)) return visitArray(current, path, at, visit);
    current = isDocument(current) ? current.get(path[at] ?? '') : undefined;
  }
  return visit(current);
}

function visitArray(
  array: readonly BsonValue[],
  path: readonly string[],
  at: number,
  visit: (value: BsonValue | undefined) => boolean,
): boolean {
  const component = path[at] ?? '';
  const position = isArrayIndex(component) ? Number(component) : -1;
  return array.some((element, index) => {
    if (isDocument(element) && visitPath(element, path.slice(at), visit)) return true;
    if (index !== position) return false;
    if (at + 1 === path.length) return visit(element);
    if (isArray(element)) return visitArray(element, path, at + 1, visit);
    return isDocument(element) && visitPath(element, path.slice(at + 1), visit);
  });
}

/** As {@link visitPath}, and where the path ends at an array its elements are visited before the array itself. */
export function visitPathAndElements(
  document: BsonDocument,
  path: readonly string[],
  visit: (value: BsonValue | undefined) => boolean,
): boolean {
  const [name] = path;
  if (path.length === 1 && name !== undefined) {
    // By far the most frequent case, and the only one that needs no function of its own.
    const value = document.get(name);
    return (isArray(value) && value.some(visit)) || visit(value);
  }
  return visitPath(document, path, (value) => (isArray(value) && value.some(visit)) || visit(value));
}

/** The value of a path as aggregation expressions read it: arrays on the way give an array of what their documents hold. */
export function readPath(value: BsonValue | undefined, path: readonly string[], at = 0): BsonValue | undefined {
  if (at === path.length) return value;
  if (isDocument(value)) return readPath(value.get(path[at] ?? ''), path, at + 1);
  if (!isArray(value)) return undefined;
  const found: BsonValue[] = [];
  for (const element of value) {
    const item = isDocument(element) || isArray(element) ? readPath(element, path, at) : undefined;
    if (item !== undefined) found.push(item);
  }
  return found;
}
