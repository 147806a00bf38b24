import { Double, Int32, ObjectId } from 'bson';
import { toDouble } from '../../bson/numbers';
import type { BsonValue } from '../../bson/values';
import { isNumeric, typeName } from '../../bson/values';
import { MongoServerFault, notSupported } from '../../errors';

/**
 * Text of a scalar, as `$toString` gives it.
 *
 * @throws MongoServerFault for doubles whose text depends on MongoDB's number formatting, and for values with no text
 */
export function stringFrom(value: BsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Int32) return String(value.value);
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Double) {
    const text = String(value.value);
    if (/^-?\d{1,15}$|^-?\d+\.\d+$/.test(text) && text.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15)
      return text;
    throw notSupported(`the text of the double ${text}`);
  }
  throw conversionFailure(value, 'string');
}

/** Whole number from a number (cut off), a boolean or a decimal string. */
export function integerFrom(value: BsonValue, target: 'int' | 'long'): bigint {
  const bits = target === 'int' ? 32 : 64;
  const whole = wholeFrom(value, target);
  if (BigInt.asIntN(bits, whole) !== whole)
    throw new MongoServerFault(241, `Conversion would overflow target type: ${target}`);
  return whole;
}

function wholeFrom(value: BsonValue, target: 'int' | 'long'): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint') return value;
  if (value instanceof Date && target === 'long') return BigInt(value.getTime());
  if (typeof value === 'string') {
    if (!/^[-+]?\d+$/.test(value))
      throw new MongoServerFault(241, `Failed to parse number '${value}' in $convert with no onError value`);
    return BigInt(value.replace(/^\+/, ''));
  }
  if (isNumeric(value)) {
    const number = Math.trunc(toDouble(value));
    if (!Number.isFinite(number)) throw new MongoServerFault(241, `Attempt to convert infinity or NaN to ${target}`);
    return BigInt(number);
  }
  throw conversionFailure(value, target);
}

export function doubleFrom(value: BsonValue): Double {
  if (typeof value === 'boolean') return new Double(value ? 1 : 0);
  if (isNumeric(value)) return new Double(toDouble(value));
  if (value instanceof Date) return new Double(value.getTime());
  if (typeof value === 'string') {
    if (/^[-+]?(inf(inity)?|nan|0x[\da-f.p+-]+)$/i.test(value))
      throw notSupported(`the conversion of ${JSON.stringify(value)} to a double (only decimal numbers are)`);
    if (!/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(value))
      throw new MongoServerFault(241, `Failed to parse number '${value}' in $convert with no onError value`);
    return new Double(Number(value));
  }
  throw conversionFailure(value, 'double');
}

/** A date from milliseconds (not from an int), an ObjectId, or text in the ISO form with a zone, or without one in UTC. */
export function dateFrom(value: BsonValue): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (isNumeric(value) && !(value instanceof Int32)) return new Date(Math.trunc(toDouble(value)));
  if (typeof value === 'string') {
    const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(value);
    const zoned = iso === null ? undefined : iso[1] !== undefined && iso[4] === undefined ? `${value}Z` : value;
    const date = new Date(zoned ?? Number.NaN);
    if (!Number.isNaN(date.getTime())) return date;
    throw iso === null
      ? notSupported(`the conversion of ${JSON.stringify(value)} to a date (only ISO 8601 is)`)
      : new MongoServerFault(241, `Error parsing date string '${value}'`);
  }
  throw conversionFailure(value, 'date');
}

export function objectIdFrom(value: BsonValue): ObjectId {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string') throw conversionFailure(value, 'objectId');
  if (!/^[0-9a-f]{24}$/i.test(value))
    throw new MongoServerFault(241, `Failed to parse objectId '${value}' in $convert with no onError value`);
  return new ObjectId(value);
}

const conversionFailure = (value: BsonValue, target: string) =>
  new MongoServerFault(
    241,
    `Unsupported conversion from ${typeName(value)} to ${target} in $convert with no onError value`,
  );
