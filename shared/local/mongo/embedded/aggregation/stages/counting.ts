import { Int32 } from 'bson';
import { wholeNumber } from '../../bson/numbers';
import type { BsonValue } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import type { Stage } from '../stage';

/** `$limit`. */
export function compileLimit(operand: BsonValue): Stage {
  const limit = wholeNumber(operand);
  if (limit === undefined || limit <= 0) throw new MongoServerFault(15_958, 'the limit must be positive');
  return (documents) => documents.slice(0, limit);
}

/** `$skip`. */
export function compileSkip(operand: BsonValue): Stage {
  const skip = wholeNumber(operand);
  if (skip === undefined || skip < 0) throw new MongoServerFault(15_956, 'Argument to $skip cannot be negative');
  return (documents) => documents.slice(skip);
}

/** `$count`: no document at all when there is none to count, because it stands for a `$group`. */
export function compileCount(operand: BsonValue): Stage {
  if (typeof operand !== 'string' || operand === '' || operand.startsWith('$') || operand.includes('.'))
    throw new MongoServerFault(
      40_156,
      "the count field must be a non-empty string without '$' at the start and without '.'",
    );
  return (documents) => (documents.length === 0 ? [] : [new Map([[operand, new Int32(documents.length)]])]);
}
