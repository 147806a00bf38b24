import { Int32, Timestamp } from 'bson';
import { compareValues, identical } from '../bson/compare';
import { add, multiply } from '../bson/numbers';
import type { BsonNumber, BsonValue } from '../bson/values';
import { isDocument, isNumeric, typeName } from '../bson/values';
import { MongoServerFault } from '../errors';
import type { Change } from './set-path';

interface ChangeContext {
  readonly now: Date;
  readonly operator: string;
  readonly path: string;
}

/** Makes the change of one field from an operator's operand; checks the operand at once. */
export type CompileChange = (operand: BsonValue, context: ChangeContext) => Change;

/** `$inc` and `$mul`: a missing field counts as zero. */
const arithmetic =
  (calculate: (a: BsonNumber, b: BsonNumber, name: string) => BsonNumber): CompileChange =>
  (operand, { operator, path }) => {
    if (!isNumeric(operand))
      throw new MongoServerFault('TypeMismatch', `Cannot ${operator} with non-numeric argument: {${path}: ...}`);
    return (current = new Int32(0)) => {
      if (!isNumeric(current))
        throw new MongoServerFault(
          'TypeMismatch',
          `Cannot apply ${operator} to a value of non-numeric type. The field '${path}' is of non-numeric type ${typeName(current)}`,
        );
      return calculate(current, operand, operator);
    };
  };

/** `$min` and `$max`, in BSON order. */
const bound =
  (direction: 1 | -1): CompileChange =>
  (operand) =>
  (current) =>
    current === undefined || compareValues(operand, current) * direction > 0 ? operand : current;

const currentDate: CompileChange = (operand, { now }) => {
  const type = isDocument(operand) && operand.size === 1 ? operand.get('$type') : undefined;
  if (operand === true || operand === false || type === 'date') return () => now;
  if (type === 'timestamp') return () => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
  throw new MongoServerFault('BadValue', "$currentDate takes true, {$type: 'date'} or {$type: 'timestamp'}");
};

const set: CompileChange = (operand) => (current) => (identical(current, operand) ? current : operand);

/** Field update operators (manual: "Field Update Operators"); `$rename` is in compile-update.ts, for it has two paths. */
export const FIELD_OPERATORS: Readonly<Record<string, CompileChange>> = {
  $set: set,
  $setOnInsert: set,
  $unset: () => () => undefined,
  $inc: arithmetic(add),
  $mul: arithmetic(multiply),
  $min: bound(-1),
  $max: bound(1),
  $currentDate: currentDate,
};
