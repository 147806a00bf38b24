import { ObjectId } from 'bson';
import type { BsonDocument, BsonNumber, BsonValue } from '../bson/values';
import { isArray, isDocument, isNumeric, typeName } from '../bson/values';
import { MongoServerFault } from '../errors';
import type { Expression } from './scope';

interface Compiler {
  /** The operator being compiled, for messages. */
  readonly name: string;
  readonly compile: (value: BsonValue) => Expression;
}

/** Turns an operator's operand into an expression. The compiler is handed in, so that operators need not import it. */
export type CompileOperator = (operand: BsonValue, compiler: Compiler) => Expression;

/** The type of a value as error messages name it. */
export const typeOf = (value: BsonValue | undefined): string => (value === undefined ? 'missing' : typeName(value));

/** An operator with a list of operands; a single operand may stand without the brackets. */
export function withOperands(
  [least, most]: readonly [number, number],
  evaluate: (values: readonly (BsonValue | undefined)[], name: string) => BsonValue | undefined,
): CompileOperator {
  return (operand, { name, compile }) => {
    const operands = isArray(operand) ? operand : [operand];
    if (operands.length < least || operands.length > most) {
      const expected = least === most ? `exactly ${least}` : `at least ${least} and at most ${most}`;
      throw new MongoServerFault(
        16_020,
        `Expression ${name} takes ${expected} arguments. ${operands.length} were passed in.`,
      );
    }
    const expressions = operands.map(compile);
    return (scope) =>
      evaluate(
        expressions.map((expression) => expression(scope)),
        name,
      );
  };
}

/** An operator with exactly one operand. */
export const withOperand = (
  evaluate: (value: BsonValue | undefined, name: string) => BsonValue | undefined,
): CompileOperator => withOperands([1, 1], ([value], name) => evaluate(value, name));

/**
 * The named operands of an operator such as `$filter`, each still uncompiled.
 *
 * @throws MongoServerFault for one that is unknown or missing
 */
export function namedOperands<R extends string, O extends string>(
  operand: BsonValue,
  name: string,
  { required, optional }: { readonly required: readonly R[]; readonly optional: readonly O[] },
): { readonly [K in R]: BsonValue } & { readonly [K in O]?: BsonValue } {
  if (!isDocument(operand))
    throw new MongoServerFault('FailedToParse', `${name} only supports an object as its argument`);
  const known: readonly string[] = [...required, ...optional];
  for (const key of operand.keys())
    if (!known.includes(key)) throw new MongoServerFault('FailedToParse', `Unrecognized argument to ${name}: ${key}`);
  for (const key of required)
    if (!operand.has(key)) throw new MongoServerFault('FailedToParse', `Missing '${key}' parameter to ${name}`);
  return Object.fromEntries(operand) as { readonly [K in R]: BsonValue } & { readonly [K in O]?: BsonValue };
}

/** Compiles an operand that may be left out. */
export const compileOptional = (value: BsonValue | undefined, compiler: Compiler): Expression =>
  value === undefined ? () => undefined : compiler.compile(value);

export function expectArray(value: BsonValue | undefined, code: number, what: string): readonly BsonValue[] {
  if (!isArray(value)) throw new MongoServerFault(code, `${what} must be an array, but was of type: ${typeOf(value)}`);
  return value;
}

export function expectNumber(value: BsonValue | undefined, code: number, name: string): BsonNumber {
  if (!isNumeric(value)) throw new MongoServerFault(code, `${name} only supports numeric types, not ${typeOf(value)}`);
  return value;
}

export function expectString(value: BsonValue | undefined, code: number, name: string): string {
  if (typeof value !== 'string')
    throw new MongoServerFault(code, `${name} only supports strings, not ${typeOf(value)}`);
  return value;
}

export function expectDocument(value: BsonValue | undefined, code: number, name: string): BsonDocument {
  if (!isDocument(value))
    throw new MongoServerFault(code, `${name} requires object inputs, but found ${typeOf(value)}`);
  return value;
}

/** A date, or the date inside an ObjectId. */
export function expectDate(value: BsonValue | undefined): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  throw new MongoServerFault(16_006, `can't convert from BSON type ${typeOf(value)} to Date`);
}
