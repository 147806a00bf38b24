import { Binary, BSONRegExp, Code, Decimal128, Double, ObjectId, Timestamp } from 'bson';
import { compareNumbers, numberKey } from './numbers';
import type { BsonDocument, BsonValue } from './values';
import { isArray, isDocument, isNumeric, typeName, typeRank } from './values';

/**
 * The total order of BSON values (manual: "Comparison and Sort Order" of BSON types). A missing value comes before null, as in
 * aggregation expressions; sort keys turn it into null first.
 *
 * @returns negative, zero or positive
 */
export function compareValues(a: BsonValue | undefined, b: BsonValue | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return compareWithMissing(a, b);
  const byType = typeRank(a) - typeRank(b);
  if (byType !== 0) return Math.sign(byType);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (a instanceof Date && b instanceof Date) return Math.sign(a.getTime() - b.getTime());
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isDocument(a) && isDocument(b)) return compareDocuments(a, b);
  if (isArray(a) && isArray(b)) return compareArrays(a, b);
  if (a instanceof Binary && b instanceof Binary)
    return Math.sign(a.length() - b.length() || a.sub_type - b.sub_type) || Buffer.compare(a.value(), b.value());
  if (a instanceof BSONRegExp && b instanceof BSONRegExp)
    return compareStrings(a.pattern, b.pattern) || compareStrings(a.options, b.options);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.compare(b);
  if (a instanceof Code && b instanceof Code) return compareStrings(a.code, b.code);
  return 0;
}

/** Missing ranks with `undefined`: above MinKey, below null. */
function compareWithMissing(a: BsonValue | undefined, b: BsonValue | undefined): number {
  if (a === undefined) return b !== undefined && typeName(b) === 'minKey' ? 1 : -1;
  return typeName(a) === 'minKey' ? -1 : 1;
}

/** Byte order of the UTF-8 forms, which differs from JavaScript's order only where surrogate pairs take part. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) < rank(y) ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

const rank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000);

function compareDocuments(a: BsonDocument, b: BsonDocument): number {
  const others = b.entries();
  for (const [name, value] of a) {
    const other = others.next();
    if (other.done) return 1;
    const [otherName, otherValue] = other.value;
    const order =
      Math.sign(typeRank(value) - typeRank(otherValue)) ||
      compareStrings(name, otherName) ||
      compareValues(value, otherValue);
    if (order !== 0) return order;
  }
  return others.next().done ? 0 : -1;
}

function compareArrays(a: readonly BsonValue[], b: readonly BsonValue[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

export const equalValues = (a: BsonValue | undefined, b: BsonValue | undefined): boolean => compareValues(a, b) === 0;

/** Equal in type too: an update that would replace 1 by 1.0 does change the document. */
export function identical(a: BsonValue | undefined, b: BsonValue | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || typeName(a) !== typeName(b)) return false;
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, i) => identical(item, b[i]));
  if (isDocument(a) && isDocument(b)) {
    const names = [...b.keys()];
    return a.size === b.size && [...a].every(([name, value], i) => name === names[i] && identical(value, b.get(name)));
  }
  if (a instanceof Decimal128 && b instanceof Decimal128) return a.toString() === b.toString();
  return compareValues(a, b) === 0 && !isNegativeZeroApart(a, b);
}

const isNegativeZeroApart = (a: BsonValue, b: BsonValue): boolean =>
  a instanceof Double && b instanceof Double && Object.is(a.value, -0) !== Object.is(b.value, -0);

/** Text that two values share exactly when {@link equalValues}; the key of Maps for indexes, groups and sets. */
export function valueKey(value: BsonValue | undefined): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumeric(value)) return numberKey(value);
  if (value instanceof ObjectId) return `o:${value.toHexString()}`;
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `d:${value.getTime()}`;
  if (isArray(value)) return `[${value.map(valueKey).join(',')}]`;
  if (isDocument(value))
    return `{${Array.from(value, ([name, item]) => `${JSON.stringify(name)}:${valueKey(item)}`).join(',')}}`;
  if (value instanceof Binary) return `b${value.sub_type}:${Buffer.from(value.value()).toString('base64')}`;
  if (value instanceof BSONRegExp) return `r:${JSON.stringify([value.pattern, value.options])}`;
  if (value instanceof Timestamp) return `t:${value.t}:${value.i}`;
  if (value instanceof Code) return `c:${JSON.stringify(value.code)}`;
  return typeName(value);
}
