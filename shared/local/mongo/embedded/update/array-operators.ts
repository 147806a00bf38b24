import { BSONRegExp } from 'bson';
import { shellText } from '../bson/shell-text';
import { compareValues, equalValues, valueKey } from '../bson/compare';
import { wholeNumber } from '../bson/numbers';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument, typeName } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { compileElemMatch, compileMatcher, hasOperators } from '../query/matcher';
import { compileSort } from '../query/sort';
import type { CompileChange } from './field-operators';

type Items = readonly BsonValue[];

function expectArray(value: BsonValue | undefined, path: string): Items {
  if (value === undefined) return [];
  if (!isArray(value))
    throw new MongoServerFault('BadValue', `The field '${path}' must be an array but is of type ${typeName(value)}`);
  return value;
}

const push: CompileChange = (operand, { path }) => {
  if (!isDocument(operand) || !operand.has('$each')) return (current) => [...expectArray(current, path), operand];
  for (const name of operand.keys())
    if (!['$each', '$position', '$slice', '$sort'].includes(name))
      throw new MongoServerFault('BadValue', `Unrecognized clause in $push: ${name}`);
  const added = eachOf(operand, '$push');
  const position = option(operand, '$position');
  const slice = option(operand, '$slice');
  const sort = compileElementSort(operand.get('$sort'));
  return (current) => {
    const items = expectArray(current, path);
    const at = position === undefined ? items.length : position < 0 ? Math.max(0, items.length + position) : position;
    const all = sort([...items.slice(0, at), ...added, ...items.slice(at)]);
    if (slice === undefined) return all;
    return slice > 0 ? all.slice(0, slice) : slice === 0 ? [] : all.slice(slice);
  };
};

function eachOf(operand: BsonDocument, name: string): Items {
  const each = operand.get('$each');
  if (!isArray(each)) throw new MongoServerFault('TypeMismatch', `The argument to $each in ${name} must be an array`);
  return each;
}

function option(operand: BsonDocument, name: string): number | undefined {
  const value = operand.get(name);
  if (value === undefined) return undefined;
  const number = wholeNumber(value);
  if (number === undefined) throw new MongoServerFault('BadValue', `The value for ${name} must be an integer value`);
  return number;
}

function compileElementSort(specification: BsonValue | undefined): (items: Items) => Items {
  if (specification === undefined) return (items) => items;
  const direction = wholeNumber(specification);
  if (direction === 1 || direction === -1) return (items) => [...items].sort((a, b) => compareValues(a, b) * direction);
  if (!isDocument(specification) || specification.size === 0)
    throw new MongoServerFault(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const sort = compileSort(specification);
  return (items) => {
    const documents = items.filter(isDocument);
    if (documents.length !== items.length)
      throw notSupported('$push with $sort by a field over elements that are no documents');
    return sort(documents);
  };
}

const addToSet: CompileChange = (operand, { path }) => {
  const several = isDocument(operand) && operand.keys().next().value === '$each';
  if (several && operand.size > 1)
    throw new MongoServerFault('BadValue', 'Found unexpected fields after $each in $addToSet');
  const added = several ? eachOf(operand, '$addToSet') : [operand];
  return (current) => {
    const items = expectArray(current, path);
    const known = new Set(items.map(valueKey));
    const fresh = added.filter((item) => {
      const key = valueKey(item);
      return !known.has(key) && known.add(key);
    });
    return fresh.length === 0 && current !== undefined ? current : [...items, ...fresh];
  };
};

function existingArray(value: BsonValue, operator: string): Items {
  if (!isArray(value)) throw new MongoServerFault('BadValue', `Cannot apply ${operator} to a non-array value`);
  return value;
}

const removing =
  (operator: string, removes: (item: BsonValue) => boolean): ReturnType<CompileChange> =>
  (current) => {
    if (current === undefined) return undefined;
    const items = existingArray(current, operator);
    const kept = items.filter((item) => !removes(item));
    return kept.length === items.length ? current : kept;
  };

/** `$pull`: a value to be equal to, a condition on the element, or conditions on the fields of elements that are documents. */
const pull: CompileChange = (operand) => {
  if (hasOperators(operand)) return removing('$pull', compileElemMatch(operand));
  if (isDocument(operand)) {
    const matches = compileMatcher(operand);
    return removing('$pull', (item) => isDocument(item) && matches(item));
  }
  if (operand instanceof BSONRegExp) {
    const matches = compileMatcher(new Map([['element', operand]]));
    return removing('$pull', (item) => !isArray(item) && matches(new Map([['element', item]])));
  }
  return removing('$pull', (item) => equalValues(item, operand));
};

const pullAll: CompileChange = (operand) => {
  if (!isArray(operand)) throw new MongoServerFault('BadValue', '$pullAll requires an array argument');
  const keys = new Set(operand.map(valueKey));
  return removing('$pullAll', (item) => keys.has(valueKey(item)));
};

const pop: CompileChange = (operand, { path }) => {
  const end = wholeNumber(operand);
  if (end !== 1 && end !== -1)
    throw new MongoServerFault('FailedToParse', `$pop expects 1 or -1, found: ${shellText(operand)}`);
  return (current) => {
    if (current === undefined) return undefined;
    if (!isArray(current))
      throw new MongoServerFault(
        'TypeMismatch',
        `Path '${path}' contains an element of non-array type '${typeName(current)}'`,
      );
    if (current.length === 0) return current;
    return end === 1 ? current.slice(0, -1) : current.slice(1);
  };
};

/** Array update operators (manual: "Array Update Operators"). */
export const ARRAY_OPERATORS: Readonly<Record<string, CompileChange>> = {
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pullAll: pullAll,
  $pop: pop,
};
