import { Int32 } from 'bson';
import { valueKey, equalValues } from '../../bson/compare';
import { wholeNumber } from '../../bson/numbers';
import type { BsonValue } from '../../bson/values';
import { isArray, isNullish } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import type { CompileOperator } from '../operands';
import { compileOptional, expectArray, namedOperands, typeOf, withOperand, withOperands } from '../operands';
import { truthy, withVariables } from '../scope';
import { variableName } from './conditions';

type Values = readonly (BsonValue | undefined)[];

function elementAt([array, index]: Values, name: string): BsonValue | undefined {
  if (isNullish(array) || isNullish(index)) return null;
  const at = wholeNumber(index);
  if (at === undefined) throw new MongoServerFault(28_691, `${name}'s second argument must be a 32-bit integer`);
  return expectArray(array, 28_689, `${name}'s first argument`).at(at);
}

const atEnd = (index: number): CompileOperator =>
  withOperand((array, name) => (isNullish(array) ? null : expectArray(array, 28_689, `${name}'s argument`).at(index)));

function slice([array, first, second]: Values, name: string): BsonValue {
  const bounds = second === undefined ? [first] : [first, second];
  if (isNullish(array) || bounds.some(isNullish)) return null;
  const items = expectArray(array, 28_724, `First argument to ${name}`);
  const [a, b] = bounds.map(wholeNumber);
  if (a === undefined || (second !== undefined && b === undefined))
    throw new MongoServerFault(28_726, `${name}: position and count must be whole numbers`);
  if (b === undefined) return a >= 0 ? items.slice(0, a) : items.slice(a);
  if (b <= 0) throw new MongoServerFault(28_729, `Third argument to ${name} must be positive: ${b}`);
  const from = a >= 0 ? a : Math.max(0, items.length + a);
  return items.slice(from, from + b);
}

const filter: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, { required: ['input', 'cond'], optional: ['as', 'limit'] });
  const name = variableName(typeof parts.as === 'string' ? parts.as : 'this');
  const [input, test] = [compiler.compile(parts.input), compiler.compile(parts.cond)];
  const limit = compileOptional(parts.limit, compiler);
  return (scope) => {
    const items = input(scope);
    if (isNullish(items)) return null;
    const most = limit(scope);
    const count = isNullish(most) ? Infinity : wholeNumber(most);
    if (count === undefined || count < 1)
      throw new MongoServerFault(327_392, '$filter: limit must be a positive whole number');
    return expectArray(items, 28_651, 'input to $filter')
      .filter((item) => truthy(test(withVariables(scope, [[name, item]]))))
      .slice(0, count);
  };
};

const map: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, { required: ['input', 'in'], optional: ['as'] });
  const name = variableName(typeof parts.as === 'string' ? parts.as : 'this');
  const [input, body] = [compiler.compile(parts.input), compiler.compile(parts.in)];
  return (scope) => {
    const items = input(scope);
    if (isNullish(items)) return null;
    return expectArray(items, 16_883, 'input to $map').map(
      (item) => body(withVariables(scope, [[name, item]])) ?? null,
    );
  };
};

const reduce: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, { required: ['input', 'initialValue', 'in'], optional: [] });
  const [input, initial, body] = [
    compiler.compile(parts.input),
    compiler.compile(parts.initialValue),
    compiler.compile(parts.in),
  ];
  return (scope) => {
    const items = input(scope);
    if (isNullish(items)) return null;
    let value = initial(scope);
    for (const item of expectArray(items, 40_080, '$reduce input'))
      value = body(
        withVariables(scope, [
          ['this', item],
          ['value', value],
        ]),
      );
    return value;
  };
};

/** The set operators ignore duplicates and promise no order; this one keeps the first appearance. */
const setOperation = (
  combine: (sets: readonly ReadonlyMap<string, BsonValue>[]) => Iterable<BsonValue>,
): CompileOperator =>
  withOperands([0, Number.MAX_SAFE_INTEGER], (values, name) => {
    if (values.some(isNullish)) return null;
    const sets = values.map(
      (value) => new Map(expectArray(value, 17_043, `All operands of ${name}`).map((item) => [valueKey(item), item])),
    );
    return [...combine(sets)];
  });

/** Array and set expression operators. */
export const ARRAYS: Readonly<Record<string, CompileOperator>> = {
  $arrayElemAt: withOperands([2, 2], elementAt),
  $first: atEnd(0),
  $last: atEnd(-1),
  $size: withOperand((value, name) => new Int32(expectArray(value, 17_124, `The argument to ${name}`).length)),
  $isArray: withOperand((value) => isArray(value)),
  $in: withOperands([2, 2], ([value, array]) => {
    if (!isArray(array))
      throw new MongoServerFault(40_081, `$in requires an array as a second argument, found: ${typeOf(array)}`);
    return array.some((item) => equalValues(item, value));
  }),
  $concatArrays: withOperands([0, Number.MAX_SAFE_INTEGER], (values, name) =>
    values.some(isNullish) ? null : values.flatMap((value) => expectArray(value, 28_664, `The argument of ${name}`)),
  ),
  $slice: withOperands([2, 3], slice),
  $reverseArray: withOperand((value, name) =>
    isNullish(value) ? null : [...expectArray(value, 34_435, `The argument to ${name}`)].reverse(),
  ),
  $filter: filter,
  $map: map,
  $reduce: reduce,
  $setUnion: setOperation((sets) => new Map(sets.flatMap((set) => [...set])).values()),
  $setIntersection: setOperation(([first, ...others]) =>
    Array.from(first ?? [])
      .filter(([key]) => others.every((set) => set.has(key)))
      .map(([, value]) => value),
  ),
};
