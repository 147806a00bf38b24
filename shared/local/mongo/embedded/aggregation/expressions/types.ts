import { Int32 } from 'bson';
import type { BsonValue } from '../../bson/values';
import { isNullish, isNumeric } from '../../bson/values';
import type { CompileOperator } from '../operands';
import { typeOf, withOperand } from '../operands';
import { truthy } from '../scope';
import { dateFrom, doubleFrom, integerFrom, objectIdFrom, stringFrom } from './conversions';

/** A conversion; null and missing stay null. */
const converting = (convert: (value: BsonValue) => BsonValue): CompileOperator =>
  withOperand((value) => (isNullish(value) ? null : convert(value)));

/** Type expression operators. */
export const TYPES: Readonly<Record<string, CompileOperator>> = {
  $type: withOperand((value) => typeOf(value)),
  $isNumber: withOperand((value) => isNumeric(value)),
  $toString: converting(stringFrom),
  $toInt: converting((value) => new Int32(Number(integerFrom(value, 'int')))),
  $toLong: converting((value) => integerFrom(value, 'long')),
  $toDouble: converting(doubleFrom),
  $toBool: converting(truthy),
  $toDate: converting(dateFrom),
  $toObjectId: converting(objectIdFrom),
};
