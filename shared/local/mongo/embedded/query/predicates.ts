import { BSONRegExp, Decimal128, Double } from 'bson';
import { compareValues, equalValues, valueKey } from '../bson/compare';
import { toDouble, wholeNumber } from '../bson/numbers';
import type { BsonTypeName, BsonValue } from '../bson/values';
import {
  BSON_TYPE_NAMES,
  isArray,
  isDocument,
  isNullish,
  isNumeric,
  typeName,
  typeNumber,
  typeRank,
} from '../bson/values';
import { shellText } from '../bson/shell-text';
import { MongoServerFault, notSupported } from '../errors';
import { compileRegex } from './regex';

/** A test of one value; undefined stands for a missing field. */
export type Predicate = (value: BsonValue | undefined) => boolean;
export type Comparison = '$eq' | '$gt' | '$gte' | '$lt' | '$lte';

const isNaNValue = (value: BsonValue): boolean =>
  (value instanceof Double || value instanceof Decimal128) && Number.isNaN(toDouble(value));
const isKeyBound = (value: BsonValue): boolean => ['minKey', 'maxKey'].includes(typeName(value));

/**
 * The comparison query operators. They compare within one type only (manual: "Comparison Query Operators", type bracketing);
 * null also stands for a missing field, and MinKey and MaxKey compare with everything.
 */
export function comparison(operator: Comparison, operand: BsonValue): Predicate {
  const accepts = (order: number): boolean => {
    if (operator === '$eq') return order === 0;
    if (operator === '$gt') return order > 0;
    if (operator === '$gte') return order >= 0;
    return operator === '$lt' ? order < 0 : order <= 0;
  };
  const includesEqual = accepts(0);
  if (operand instanceof BSONRegExp && operator !== '$eq')
    throw new MongoServerFault('BadValue', `Can't have RegEx as arg to predicate over field with ${operator}`);
  if (operand === null) return (value) => isNullish(value) && includesEqual;
  if (isKeyBound(operand)) return (value) => accepts(compareValues(value, operand));
  if (isNaNValue(operand)) return (value) => value !== undefined && includesEqual && isNaNValue(value);
  const rank = typeRank(operand);
  return (value) =>
    value !== undefined && typeRank(value) === rank && !isNaNValue(value) && accepts(compareValues(value, operand));
}

/** `$in`: any of the values, where null also stands for missing and a regular expression is matched. */
export function inList(operand: BsonValue): Predicate {
  if (!isArray(operand)) throw new MongoServerFault('BadValue', '$in needs an array');
  const keys = new Set<string>();
  const patterns: Predicate[] = [];
  for (const item of operand) {
    if (isDocument(item) && item.keys().next().value?.startsWith('$'))
      throw new MongoServerFault('BadValue', 'cannot nest $ under $in');
    keys.add(valueKey(item));
    if (item instanceof BSONRegExp) patterns.push(regexMatch(item));
  }
  return (value) => keys.has(valueKey(value ?? null)) || patterns.some((pattern) => pattern(value));
}

/** A string that the pattern matches, or the same pattern stored as a value. */
export function regexMatch(pattern: BSONRegExp): Predicate {
  const regex = compileRegex(pattern);
  return (value) =>
    typeof value === 'string' ? regex.test(value) : value instanceof BSONRegExp && equalValues(value, pattern);
}

/** `$mod: [divisor, remainder]`, on truncated numbers. */
export function modulo(operand: BsonValue): Predicate {
  const numbers = isArray(operand)
    ? operand.map((item) => (isNumeric(item) ? Math.trunc(toDouble(item)) : Number.NaN))
    : [];
  const [divisor, remainder] = numbers;
  if (isArray(operand) && operand.length === 2 && numbers.every((n) => Number.isFinite(n) && Math.abs(n) < 2 ** 63))
    if (!numbers.every(Number.isSafeInteger)) throw notSupported('$mod with numbers beyond 2^53');
  if (numbers.length !== 2 || divisor === undefined || remainder === undefined || !numbers.every(Number.isSafeInteger))
    throw new MongoServerFault('BadValue', 'malformed mod: needs [divisor, remainder], both whole numbers');
  if (divisor === 0) throw new MongoServerFault('BadValue', 'divisor cannot be 0');
  return (value) => {
    if (!isNumeric(value)) return false;
    const number = Math.trunc(toDouble(value));
    if (typeof value === 'bigint' && !Number.isSafeInteger(number))
      return value % BigInt(divisor) === BigInt(remainder);
    return number % divisor === remainder || (number % divisor === 0 && remainder === 0);
  };
}

/** `$type`: names, numbers, or a list of them. */
export function ofType(operand: BsonValue): Predicate {
  const wanted = (isArray(operand) ? operand : [operand]).flatMap(typesNamed);
  if (wanted.length === 0) throw new MongoServerFault(9, '$type must match at least one type');
  const types = new Set(wanted);
  return (value) => value !== undefined && types.has(typeName(value));
}

function typesNamed(operand: BsonValue): readonly BsonTypeName[] {
  if (operand === 'number') return ['int', 'long', 'double', 'decimal'];
  const number = wholeNumber(operand);
  const found = BSON_TYPE_NAMES.filter((name) => name === operand || typeNumber(name) === number);
  if (found.length > 0) return found;
  if (typeof operand === 'string' && ['undefined', 'dbPointer', 'symbol', 'javascriptWithScope'].includes(operand))
    throw notSupported(`$type ${operand}`);
  throw new MongoServerFault('BadValue', `Unknown type name alias: ${shellText(operand)}`);
}

/** `$size`: the exact length of an array. */
export function ofSize(operand: BsonValue): Predicate {
  const size = wholeNumber(operand);
  if (size === undefined || size < 0)
    throw new MongoServerFault('BadValue', '$size must be a whole number that is not negative');
  return (value) => isArray(value) && value.length === size;
}
