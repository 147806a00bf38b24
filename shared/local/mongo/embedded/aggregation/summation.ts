import { Decimal128, Double, Int32 } from 'bson';
import type { BsonNumber, BsonValue } from '../bson/values';
import { isArray, isNullish, isNumeric } from '../bson/values';
import { toBigInt } from '../bson/numbers';
import { compareValues } from '../bson/compare';
import { notSupported } from '../errors';

const INT64_MAX = 2n ** 63n - 1n;

/** The running total of `$sum` and `$avg`: whole numbers exactly, doubles with a compensation for what rounding loses, as MongoDB does. */
export class Summation {
  count = 0;
  private integers = 0n;
  private widest: 'int' | 'long' | 'double' = 'int';
  private doubles = 0;
  private compensation = 0;

  /** Adds a number; every other value is ignored, as the manual says. */
  add(value: BsonValue | undefined): void {
    if (!isNumeric(value)) return;
    if (value instanceof Decimal128) throw notSupported('the sum of decimal128 values');
    this.count += 1;
    if (value instanceof Double) {
      this.widest = 'double';
      this.addDouble(value.value);
      return;
    }
    if (typeof value === 'bigint' && this.widest === 'int') this.widest = 'long';
    this.integers += toBigInt(value);
  }

  total(): BsonNumber {
    if (this.widest === 'double' || this.integers > INT64_MAX || -this.integers > INT64_MAX + 1n)
      return new Double(this.asDouble());
    if (this.widest === 'long' || BigInt.asIntN(32, this.integers) !== this.integers) return this.integers;
    return new Int32(Number(this.integers));
  }

  /** Null when there was no number. */
  average(): Double | null {
    return this.count === 0 ? null : new Double(this.asDouble() / this.count);
  }

  private addDouble(value: number): void {
    const sum = this.doubles + value;
    if (Number.isFinite(sum))
      this.compensation +=
        Math.abs(this.doubles) >= Math.abs(value) ? this.doubles - sum + value : value - sum + this.doubles;
    this.doubles = sum;
  }

  private asDouble(): number {
    if (!Number.isFinite(this.doubles)) return this.doubles;
    const total = new Summation();
    total.doubles = this.doubles;
    total.compensation = this.compensation;
    total.addDouble(Number(this.integers));
    return total.doubles + total.compensation;
  }
}

/** The least or greatest of the values that are neither null nor missing; undefined if there is none. */
export function extreme(values: Iterable<BsonValue | undefined>, direction: 1 | -1): BsonValue | undefined {
  let best: BsonValue | undefined;
  for (const value of values) {
    if (isNullish(value)) continue;
    if (best === undefined || compareValues(value, best) * direction > 0) best = value;
  }
  return best;
}

/** What `$sum`, `$avg`, `$min` and `$max` work on as expressions: a single operand that is an array is entered. */
export const spread = (values: readonly (BsonValue | undefined)[]): readonly (BsonValue | undefined)[] => {
  const [only] = values;
  return values.length === 1 && isArray(only) ? only : values;
};
