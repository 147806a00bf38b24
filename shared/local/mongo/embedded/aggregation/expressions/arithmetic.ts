import { Decimal128, Double, Int32 } from 'bson';
import { add, calculate, integer, multiply, toBigInt, toDouble, wholeNumber } from '../../bson/numbers';
import type { BsonNumber, BsonValue } from '../../bson/values';
import { isNullish } from '../../bson/values';
import { MongoServerFault, notSupported } from '../../errors';
import type { CompileOperator } from '../operands';
import { expectNumber, typeOf, withOperand, withOperands } from '../operands';
import { extreme, spread, Summation } from '../summation';
import { roundHalfEven, truncateTo } from './rounding';

type Values = readonly (BsonValue | undefined)[];
const MANY = [0, Number.MAX_SAFE_INTEGER] as const;

/** A function of one number that keeps whole numbers as they are, as `$ceil` does. */
const ofDouble = (calculation: (value: number) => number): CompileOperator =>
  withOperand((value, name) => {
    if (isNullish(value)) return null;
    const number = expectNumber(value, 28_765, name);
    if (number instanceof Decimal128) throw notSupported(`${name} of decimal128 values`);
    return number instanceof Double ? new Double(calculation(number.value)) : number;
  });

function addAll(values: Values, name: string): BsonValue {
  if (values.some(isNullish)) return null;
  const dates = values.filter((value) => value instanceof Date);
  if (dates.length > 1) throw new MongoServerFault(16_612, 'only one date allowed in an $add expression');
  let sum: BsonNumber = new Int32(0);
  for (const value of values) {
    if (value instanceof Date) continue;
    try {
      sum = add(sum, expectNumber(value, 16_554, name), name);
    } catch (error) {
      if (!(error instanceof MongoServerFault) || error.code !== 16_554) throw error;
      throw new MongoServerFault(16_554, `$add only supports numeric or date types, not ${typeOf(value)}`);
    }
  }
  const [date] = dates;
  return date === undefined ? sum : shift(date, toDouble(sum));
}

function subtract([a, b]: Values, name: string): BsonValue {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date && b instanceof Date) return BigInt(a.getTime() - b.getTime());
  if (a instanceof Date) return shift(a, -toDouble(expectNumber(b, 16_556, name)));
  return calculate(expectNumber(a, 16_556, name), expectNumber(b, 16_556, name), {
    integers: (x, y) => x - y,
    doubles: (x, y) => x - y,
    name,
  });
}

function shift(date: Date, milliseconds: number): Date {
  const moved = new Date(date.getTime() + Math.round(milliseconds));
  if (Number.isNaN(moved.getTime())) throw new MongoServerFault('Overflow', 'date overflow');
  return moved;
}

function divide([a, b]: Values, name: string): BsonValue {
  if (isNullish(a) || isNullish(b)) return null;
  const [x, y] = [expectNumber(a, 16_609, name), expectNumber(b, 16_609, name)];
  if (x instanceof Decimal128 || y instanceof Decimal128) throw notSupported(`${name} of decimal128 values`);
  if (toDouble(y) === 0) throw new MongoServerFault('BadValue', "can't $divide by zero");
  return new Double(toDouble(x) / toDouble(y));
}

function modulo([a, b]: Values, name: string): BsonValue {
  if (isNullish(a) || isNullish(b)) return null;
  const [x, y] = [expectNumber(a, 16_611, name), expectNumber(b, 16_611, name)];
  if (toDouble(y) === 0) throw new MongoServerFault(16_610, "can't $mod by zero");
  return calculate(x, y, { integers: (p, q) => p % q, doubles: (p, q) => p % q, name });
}

function absolute(value: BsonValue | undefined, name: string): BsonValue {
  if (isNullish(value)) return null;
  const number = expectNumber(value, 28_765, name);
  if (number instanceof Decimal128) throw notSupported(`${name} of decimal128 values`);
  if (number instanceof Double) return new Double(Math.abs(number.value));
  const whole = toBigInt(number);
  return integer(whole < 0n ? -whole : whole, { long: typeof number === 'bigint', name });
}

/** `$round` and `$trunc`: the second operand is the number of decimals, -20 to 100. */
const toPlace = (calculation: (value: number, place: number) => number): CompileOperator =>
  withOperands([1, 2], ([value, places = new Int32(0)], name) => {
    if (isNullish(value) || isNullish(places)) return null;
    const number = expectNumber(value, 51_081, name);
    const place = wholeNumber(places);
    if (place === undefined || place < -20 || place > 100)
      throw new MongoServerFault(
        51_083,
        `cannot apply ${name} with precision value: use a whole number from -20 to 100`,
      );
    if (number instanceof Decimal128) throw notSupported(`${name} of decimal128 values`);
    if (number instanceof Double) return new Double(calculation(number.value, place));
    if (place >= 0) return number;
    if (typeof number === 'bigint') throw notSupported(`${name} of a long to a negative place`);
    return new Int32(calculation(number.value, place));
  });

function squareRoot(value: BsonValue | undefined, name: string): BsonValue {
  if (isNullish(value)) return null;
  const number = expectNumber(value, 28_765, name);
  if (number instanceof Decimal128) throw notSupported(`${name} of decimal128 values`);
  if (toDouble(number) < 0) throw new MongoServerFault(28_714, "$sqrt's argument must be greater than or equal to 0");
  return new Double(Math.sqrt(toDouble(number)));
}

function total(values: Values): Summation {
  const sum = new Summation();
  for (const value of spread(values)) sum.add(value);
  return sum;
}

/** Arithmetic expression operators, and the accumulators that also work as expressions. */
export const ARITHMETIC: Readonly<Record<string, CompileOperator>> = {
  $add: withOperands(MANY, addAll),
  $subtract: withOperands([2, 2], subtract),
  $multiply: withOperands(MANY, (values, name) => {
    if (values.some(isNullish)) return null;
    return values.reduce<BsonNumber>(
      (product, value) => multiply(product, expectNumber(value, 16_555, name), name),
      new Int32(1),
    );
  }),
  $divide: withOperands([2, 2], divide),
  $mod: withOperands([2, 2], modulo),
  $abs: withOperand(absolute),
  $ceil: ofDouble(Math.ceil),
  $floor: ofDouble(Math.floor),
  $round: toPlace(roundHalfEven),
  $trunc: toPlace(truncateTo),
  $sqrt: withOperand(squareRoot),
  $sum: withOperands(MANY, (values) => total(values).total()),
  $avg: withOperands(MANY, (values) => total(values).average()),
  $min: withOperands(MANY, (values) => extreme(spread(values), -1) ?? null),
  $max: withOperands(MANY, (values) => extreme(spread(values), 1) ?? null),
};
