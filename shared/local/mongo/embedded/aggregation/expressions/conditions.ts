import { Int32 } from 'bson';
import { compareValues } from '../../bson/compare';
import { isArray, isDocument, isNullish } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import type { CompileOperator } from '../operands';
import { compileOptional, namedOperands, withOperand, withOperands } from '../operands';
import { truthy, withVariables } from '../scope';

/** Unlike query operators these compare across types, and a missing value is less than null. */
const comparing = (accepts: (order: number) => boolean): CompileOperator =>
  withOperands([2, 2], ([a, b]) => accepts(compareValues(a, b)));

/** `$and` and `$or` stop at the first operand that decides. */
const logical =
  (decisive: boolean): CompileOperator =>
  (operand, { compile }) => {
    const expressions = (isArray(operand) ? operand : [operand]).map(compile);
    return (scope) => (expressions.some((expression) => truthy(expression(scope)) === decisive) ? decisive : !decisive);
  };

const cond: CompileOperator = (operand, { name, compile }) => {
  if (!isDocument(operand) && !(isArray(operand) && operand.length === 3))
    throw new MongoServerFault(
      16_020,
      'Expression $cond takes exactly 3 arguments, or an object with if, then and else.',
    );
  const parts = isDocument(operand)
    ? namedOperands(operand, name, { required: ['if', 'then', 'else'], optional: [] })
    : { if: operand[0] ?? null, then: operand[1] ?? null, else: operand[2] ?? null };
  const [test, yes, no] = [compile(parts.if), compile(parts.then), compile(parts.else)];
  return (scope) => (truthy(test(scope)) ? yes(scope) : no(scope));
};

const ifNull: CompileOperator = (operand, { name, compile }) => {
  if (!isArray(operand) || operand.length < 2)
    throw new MongoServerFault(
      1_257_300,
      `${name} needs at least two arguments, had: ${isArray(operand) ? operand.length : 1}`,
    );
  const expressions = operand.map(compile);
  return (scope) => {
    let value;
    for (const expression of expressions) {
      value = expression(scope);
      if (!isNullish(value)) return value;
    }
    return value;
  };
};

const switchCase: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, { required: ['branches'], optional: ['default'] });
  if (!isArray(parts.branches) || parts.branches.length === 0)
    throw new MongoServerFault(40_068, '$switch requires at least one branch');
  const branches = parts.branches.map((branch) => {
    const { case: test, then } = namedOperands(branch, '$switch', { required: ['case', 'then'], optional: [] });
    return { test: compiler.compile(test), then: compiler.compile(then) };
  });
  const otherwise = compileOptional(parts.default, compiler);
  return (scope) => {
    const chosen = branches.find(({ test }) => truthy(test(scope)));
    if (chosen !== undefined) return chosen.then(scope);
    if (parts.default === undefined)
      throw new MongoServerFault(
        40_066,
        '$switch could not find a matching branch for an input, and no default was specified.',
      );
    return otherwise(scope);
  };
};

const letVariables: CompileOperator = (operand, { name, compile }) => {
  const parts = namedOperands(operand, name, { required: ['vars', 'in'], optional: [] });
  if (!isDocument(parts.vars)) throw new MongoServerFault(10_065, 'invalid parameter: expected an object (vars)');
  const variables = Array.from(parts.vars, ([variable, value]) => [variableName(variable), compile(value)] as const);
  const body = compile(parts.in);
  return (scope) =>
    body(
      withVariables(
        scope,
        variables.map(([variable, value]) => [variable, value(scope)] as const),
      ),
    );
};

/** A user variable starts with a lower case letter (manual: "Variables in Aggregation Expressions"). */
export function variableName(name: string): string {
  if (!/^[a-z][A-Za-z0-9_]*$/.test(name))
    throw new MongoServerFault('FailedToParse', `'${name}' is not a valid name for a user variable`);
  return name;
}

/** Comparison, boolean and conditional expression operators. */
export const CONDITIONS: Readonly<Record<string, CompileOperator>> = {
  $eq: comparing((order) => order === 0),
  $ne: comparing((order) => order !== 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $cmp: withOperands([2, 2], ([a, b]) => new Int32(Math.sign(compareValues(a, b)))),
  $and: logical(false),
  $or: logical(true),
  $not: withOperand((value) => !truthy(value)),
  $cond: cond,
  $ifNull: ifNull,
  $switch: switchCase,
  $let: letVariables,
};
