import type { BsonDocument, BsonValue } from '../../bson/values';
import { isArray, isDocument, isNullish } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import type { CompileOperator } from '../operands';
import { expectArray, expectDocument, withOperand, withOperands } from '../operands';

/** Later documents win; null and missing count as empty. */
export function mergeDocuments(values: readonly (BsonValue | undefined)[]): BsonDocument {
  const result = new Map<string, BsonValue>();
  for (const value of values) {
    if (isNullish(value)) continue;
    for (const [name, item] of expectDocument(value, 40_400, '$mergeObjects')) result.set(name, item);
  }
  return result;
}

function pairFrom(item: BsonValue): readonly [string, BsonValue] {
  const [key, value] = isArray(item) ? item : isDocument(item) ? [item.get('k'), item.get('v')] : [];
  const size = isArray(item) ? item.length : isDocument(item) ? item.size : 0;
  if (size !== 2 || typeof key !== 'string' || value === undefined)
    throw new MongoServerFault(
      40_386,
      '$arrayToObject requires an array of [key, value] or {k: key, v: value} with string keys',
    );
  return [key, value];
}

/** Object expression operators. */
export const OBJECTS: Readonly<Record<string, CompileOperator>> = {
  $mergeObjects: withOperands([0, Number.MAX_SAFE_INTEGER], (values) => {
    const [only] = values;
    return mergeDocuments(values.length === 1 && isArray(only) ? only : values);
  }),
  $objectToArray: withOperand((value, name) => {
    if (isNullish(value)) return null;
    return Array.from(
      expectDocument(value, 40_390, name),
      ([k, v]) =>
        new Map([
          ['k', k as BsonValue],
          ['v', v],
        ]),
    );
  }),
  $arrayToObject: withOperand((value) => {
    if (isNullish(value)) return null;
    return new Map(expectArray(value, 40_386, 'The argument to $arrayToObject').map(pairFrom));
  }),
};
