import { Decimal128, Double, Int32 } from 'bson';
import { MongoServerFault, notSupported } from '../errors';
import type { BsonNumber } from './values';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** The nearest double. */
export function toDouble(value: BsonNumber): number {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Decimal128) return Number(value.toString());
  return value.value;
}

/** Numeric order over all four types, exact even where a double cannot hold the value. NaN equals itself and is the smallest. */
export function compareNumbers(a: BsonNumber, b: BsonNumber): number {
  const x = toDouble(a);
  const y = toDouble(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  const simple = a instanceof Int32 || b instanceof Int32 || (a instanceof Double && b instanceof Double);
  const decimal = a instanceof Decimal128 || b instanceof Decimal128;
  if ((simple && !decimal) || x === Infinity || y === Infinity || x === -Infinity || y === -Infinity) {
    // An infinite approximation of a finite decimal must not equal infinity itself.
    if (!decimal || x !== y) return Math.sign(x === y ? 0 : x - y);
    if (isInfinite(a) || isInfinite(b))
      return isInfinite(a) && isInfinite(b) ? 0 : isInfinite(a) ? Math.sign(x) : -Math.sign(x);
  }
  const p = exact(a);
  const q = exact(b);
  const scale = Math.min(p.exponent, q.exponent);
  const left = p.coefficient * 10n ** BigInt(p.exponent - scale);
  const right = q.coefficient * 10n ** BigInt(q.exponent - scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

const isInfinite = (value: BsonNumber): boolean =>
  value instanceof Decimal128 ? /inf/i.test(value.toString()) : Math.abs(toDouble(value)) === Infinity;

/** The finite value as `coefficient * 10 ** exponent`. */
function exact(value: BsonNumber): { readonly coefficient: bigint; readonly exponent: number } {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  if (value instanceof Decimal128) {
    const [digits = '0', power = '0'] = value.toString().toUpperCase().split('E');
    const [whole = '0', fraction = ''] = digits.split('.');
    return { coefficient: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
  }
  const number = value.value;
  if (Number.isInteger(number)) return { coefficient: BigInt(number), exponent: 0 };
  // A double is m / 2**k, which is m * 5**k / 10**k.
  let k = 0;
  let scaled = number;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    k += 1;
  }
  return { coefficient: BigInt(scaled) * 5n ** BigInt(k), exponent: -k };
}

/** Text that two numbers share exactly when MongoDB holds them equal, whatever their types. */
export function numberKey(value: BsonNumber): string {
  const double = toDouble(value);
  if (Number.isNaN(double)) return 'NaN';
  if (value instanceof Int32 || Number.isSafeInteger(double)) {
    if (!(value instanceof Decimal128) || compareNumbers(value, new Double(double)) === 0) return String(double + 0);
  }
  if (isInfinite(value)) return String(double);
  let { coefficient, exponent } = exact(value);
  if (coefficient === 0n) return '0';
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return `${coefficient}e${exponent}`;
}

type IntegerOperation = (a: bigint, b: bigint) => bigint;
type DoubleOperation = (a: number, b: number) => number;

/**
 * Arithmetic with MongoDB's result types: int with int is an int, or a long if it does not fit; anything with a double is a double.
 *
 * @throws MongoServerFault when a long overflows, and for decimals, which this server stores and compares but does not calculate with
 */
export function calculate(
  a: BsonNumber,
  b: BsonNumber,
  operations: { readonly integers: IntegerOperation; readonly doubles: DoubleOperation; readonly name: string },
): BsonNumber {
  if (a instanceof Decimal128 || b instanceof Decimal128) throw notSupported(`${operations.name} of decimal128 values`);
  if (a instanceof Double || b instanceof Double) return new Double(operations.doubles(toDouble(a), toDouble(b)));
  const result = operations.integers(toBigInt(a), toBigInt(b));
  return integer(result, { long: typeof a === 'bigint' || typeof b === 'bigint', name: operations.name });
}

export const toBigInt = (value: Int32 | bigint): bigint => (typeof value === 'bigint' ? value : BigInt(value.value));

/** An int32 if it fits and no long took part, otherwise a long. */
export function integer(
  value: bigint,
  { long, name }: { readonly long: boolean; readonly name: string },
): Int32 | bigint {
  if (value > INT64_MAX || value < INT64_MIN)
    throw new MongoServerFault('BadValue', `the result of ${name} does not fit a 64-bit integer`);
  return long || BigInt.asIntN(32, value) !== value ? value : new Int32(Number(value));
}

/** The whole number that a command option or operand holds, or undefined. */
export function wholeNumber(value: unknown): number | undefined {
  if (value instanceof Int32) return value.value;
  const number = value instanceof Double ? value.value : typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Sum with MongoDB's result types. */
export const add = (a: BsonNumber, b: BsonNumber, name: string): BsonNumber =>
  calculate(a, b, { integers: (x, y) => x + y, doubles: (x, y) => x + y, name });
/** Product with MongoDB's result types. */
export const multiply = (a: BsonNumber, b: BsonNumber, name: string): BsonNumber =>
  calculate(a, b, { integers: (x, y) => x * y, doubles: (x, y) => x * y, name });
