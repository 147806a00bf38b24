import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

/**
 * A BSON value as this server holds it. Numbers keep their type (a 64-bit integer is a `bigint`) and documents are Maps, because
 * a JavaScript object would move integer-like field names to the front and trip over `__proto__`. Values are never changed in
 * place, so that stages and stored documents may share them.
 */
export type BsonValue =
  | null
  | boolean
  | string
  | bigint
  | Int32
  | Double
  | Decimal128
  | Date
  | ObjectId
  | Binary
  | BSONRegExp
  | Timestamp
  | Code
  | MinKey
  | MaxKey
  | readonly BsonValue[]
  | BsonDocument;

export type BsonDocument = ReadonlyMap<string, BsonValue>;
export type MutableDocument = Map<string, BsonValue>;
export type BsonNumber = Int32 | Double | bigint | Decimal128;

export const isDocument = (value: BsonValue | undefined): value is BsonDocument => value instanceof Map;
export const isArray = (value: BsonValue | undefined): value is readonly BsonValue[] => Array.isArray(value);
export const isNumeric = (value: BsonValue | undefined): value is BsonNumber =>
  value instanceof Int32 || value instanceof Double || typeof value === 'bigint' || value instanceof Decimal128;
export const isNullish = (value: BsonValue | undefined): value is null | undefined =>
  value === null || value === undefined;

/** BSON types: name as `$type` knows it, number in the wire format, and rank in the comparison order of the manual. */
const TYPES = {
  minKey: { number: -1, rank: -1 },
  null: { number: 10, rank: 5 },
  int: { number: 16, rank: 10 },
  long: { number: 18, rank: 10 },
  double: { number: 1, rank: 10 },
  decimal: { number: 19, rank: 10 },
  string: { number: 2, rank: 15 },
  object: { number: 3, rank: 20 },
  array: { number: 4, rank: 25 },
  binData: { number: 5, rank: 30 },
  objectId: { number: 7, rank: 35 },
  bool: { number: 8, rank: 40 },
  date: { number: 9, rank: 45 },
  timestamp: { number: 17, rank: 47 },
  regex: { number: 11, rank: 50 },
  javascript: { number: 13, rank: 60 },
  maxKey: { number: 127, rank: 127 },
} as const;

export type BsonTypeName = keyof typeof TYPES;
export const BSON_TYPE_NAMES = Object.keys(TYPES) as readonly BsonTypeName[];

/** The name of a value's BSON type, as the `$type` operators use it. */
export function typeName(value: BsonValue): BsonTypeName {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'long';
  if (value instanceof Map) return 'object';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Date) return 'date';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Binary) return 'binData';
  if (value instanceof BSONRegExp) return 'regex';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Code) return 'javascript';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  return 'array';
}

export const typeNumber = (name: BsonTypeName): number => TYPES[name].number;
/** Values of different rank never equal one another, and order by rank. */
export const typeRank = (value: BsonValue): number => TYPES[typeName(value)].rank;

/** The JavaScript values that server code writes into replies. Integers become int32 when they fit, other numbers doubles. */
export type Plain = BsonValue | number | undefined | readonly Plain[] | { readonly [field: string]: Plain };

/** Turns an object literal into a document; fields that are undefined are left out. */
export function document(fields: { readonly [field: string]: Plain }): MutableDocument {
  const result: MutableDocument = new Map();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) result.set(name, toValue(value));
  return result;
}

function toValue(value: Exclude<Plain, undefined>): BsonValue {
  if (typeof value === 'number') return int32OrDouble(value);
  if (Array.isArray(value)) return value.map((item: Plain) => (item === undefined ? null : toValue(item)));
  return isPlainObject(value) ? document(value) : (value as BsonValue);
}

const isPlainObject = (value: unknown): value is { readonly [field: string]: Plain } =>
  typeof value === 'object' &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

export const int32OrDouble = (value: number): Int32 | Double =>
  Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff && !Object.is(value, -0)
    ? new Int32(value)
    : new Double(value);
