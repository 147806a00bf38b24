import { Int32 } from 'bson';
import { valueKey } from '../bson/compare';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault } from '../errors';
import { checkSupported } from '../supported';
import { compileExpression } from './expression';
import { mergeDocuments } from './expressions/objects';
import type { Expression } from './scope';
import { extreme, Summation } from './summation';

/** One group's state of one accumulator. */
interface Accumulator {
  add(value: BsonValue | undefined): void;
  /** Undefined leaves the field out. */
  result(): BsonValue | undefined;
}

/** Accumulators of `$group` (manual: "Accumulators"). `$first` and `$last` depend on the order of the input, so sort before. */
const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: () => {
    const sum = new Summation();
    return { add: (value) => sum.add(value), result: () => sum.total() };
  },
  $avg: () => {
    const sum = new Summation();
    return { add: (value) => sum.add(value), result: () => sum.average() };
  },
  $min: () => extremeSoFar(-1),
  $max: () => extremeSoFar(1),
  $first: () => {
    let first: { readonly value: BsonValue | undefined } | undefined;
    return { add: (value) => (first ??= { value }), result: () => first?.value ?? null };
  },
  $last: () => {
    let last: BsonValue | undefined;
    return { add: (value) => (last = value), result: () => last ?? null };
  },
  $push: () => {
    const items: BsonValue[] = [];
    return {
      add: (value) => {
        if (value !== undefined) items.push(value);
      },
      result: () => items,
    };
  },
  $addToSet: () => {
    const items = new Map<string, BsonValue>();
    return {
      add: (value) => {
        const key = valueKey(value);
        if (value !== undefined && !items.has(key)) items.set(key, value);
      },
      result: () => [...items.values()],
    };
  },
  $count: () => {
    let count = 0;
    return { add: () => (count += 1), result: () => new Int32(count) };
  },
  $mergeObjects: () => {
    let merged: BsonDocument = new Map();
    return { add: (value) => (merged = mergeDocuments([merged, value])), result: () => merged };
  },
};

function extremeSoFar(direction: 1 | -1): Accumulator {
  let best: BsonValue | undefined;
  return { add: (value) => (best = extreme([best, value], direction)), result: () => best ?? null };
}

export const IMPLEMENTED_ACCUMULATORS = Object.keys(ACCUMULATORS);

interface CompiledAccumulator {
  readonly create: () => Accumulator;
  readonly input: Expression;
}

/**
 * Compiles `{ $sum: '$x' }` of a `$group` field.
 *
 * @throws MongoServerFault if it is not exactly one accumulator that is supported
 */
export function compileAccumulator(field: string, value: BsonValue): CompiledAccumulator {
  const [entry] = isDocument(value) ? value : [];
  if (!isDocument(value) || entry === undefined || !entry[0].startsWith('$'))
    throw new MongoServerFault(40_234, `The field '${field}' must be an accumulator object`);
  if (value.size !== 1) throw new MongoServerFault(40_238, `The field '${field}' must specify one accumulator`);
  const [name, operand] = entry;
  const unknown = () => new MongoServerFault(15_952, `unknown group operator '${name}'`);
  checkSupported('accumulators', name, unknown);
  const create = ACCUMULATORS[name];
  if (create === undefined) throw unknown();
  if (name === '$count' && !(isDocument(operand) && operand.size === 0))
    throw new MongoServerFault('TypeMismatch', '$count takes no arguments, i.e. $count:{}');
  // An array here is not a list of operands, as it would be in an expression.
  if (isArray(operand)) throw new MongoServerFault(40_237, `The ${name} accumulator is a unary operator`);
  return { create, input: compileExpression(operand) };
}
