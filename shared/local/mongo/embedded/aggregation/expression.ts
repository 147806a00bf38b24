import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { readPath } from '../query/paths';
import { checkSupported } from '../supported';
import { ARITHMETIC } from './expressions/arithmetic';
import { ARRAYS } from './expressions/arrays';
import { CONDITIONS } from './expressions/conditions';
import { DATES } from './expressions/dates';
import { OBJECTS } from './expressions/objects';
import { STRINGS } from './expressions/strings';
import { TYPES } from './expressions/types';
import type { CompileOperator } from './operands';
import type { Expression } from './scope';

const OPERATORS: ReadonlyMap<string, CompileOperator> = new Map(
  Object.entries({ ...ARITHMETIC, ...ARRAYS, ...CONDITIONS, ...DATES, ...OBJECTS, ...STRINGS, ...TYPES }),
);

/** The operators there is code for; a test holds this list against `supported.ts`. */
export const IMPLEMENTED_EXPRESSIONS = ['$literal', ...OPERATORS.keys()];

/**
 * Compiles an aggregation expression (manual: "Expressions").
 *
 * @throws MongoServerFault for an operator that is unknown, malformed or not supported, before any document is looked at
 */
export function compileExpression(value: BsonValue): Expression {
  if (typeof value === 'string') return value.startsWith('$') ? compilePath(value) : () => value;
  if (isArray(value)) {
    const items = value.map(compileExpression);
    return (scope) => items.map((item) => item(scope) ?? null);
  }
  return isDocument(value) ? compileObject(value) : () => value;
}

/** System variables of MongoDB 6.0; DESCEND, PRUNE and KEEP belong to a stage that is refused. */
const UNSUPPORTED_VARIABLES = ['CLUSTER_TIME', 'JS_SCOPE', 'IS_MR', 'SEARCH_META', 'DESCEND', 'PRUNE', 'KEEP'];

function compilePath(text: string): Expression {
  const path = text.replace(/^\$\$?/, '').split('.');
  if (path.includes(''))
    throw new MongoServerFault(text === '$' ? 16_872 : 15_998, `${JSON.stringify(text)} is not a valid FieldPath`);
  if (!text.startsWith('$$')) return (scope) => readPath(scope.root, path);
  const [name = '', ...rest] = path;
  if (name === 'ROOT' || name === 'CURRENT') return (scope) => readPath(scope.root, rest);
  if (name === 'NOW') return (scope) => readPath(scope.now, rest);
  if (name === 'REMOVE') return () => undefined;
  if (UNSUPPORTED_VARIABLES.includes(name)) throw notSupported(`the variable $$${name}`);
  if (/^[A-Z]/.test(name)) throw new MongoServerFault(17_276, `Use of undefined variable: ${name}`);
  return (scope) => {
    if (!scope.variables.has(name)) throw new MongoServerFault(17_276, `Use of undefined variable: ${name}`);
    return readPath(scope.variables.get(name), rest);
  };
}

function compileObject(value: BsonDocument): Expression {
  const [first] = value;
  if (first?.[0].startsWith('$')) {
    const [name, operand] = first;
    if (value.size > 1)
      throw new MongoServerFault(15_983, 'an object representing an expression must have exactly one field');
    return compileOperator(name, operand);
  }
  const fields = Array.from(value, ([name, item]) => {
    if (name.includes('.')) throw new MongoServerFault(16_412, `FieldPath field names may not contain '.': ${name}`);
    if (name.startsWith('$'))
      throw new MongoServerFault(16_410, `FieldPath field names may not start with '$': ${name}`);
    return [name, compileExpression(item)] as const;
  });
  return (scope) => {
    const result = new Map<string, BsonValue>();
    for (const [name, item] of fields) {
      const computed = item(scope);
      if (computed !== undefined) result.set(name, computed);
    }
    return result;
  };
}

function compileOperator(name: string, operand: BsonValue): Expression {
  const unknown = () => new MongoServerFault(168, `Unrecognized expression '${name}'`);
  checkSupported('expressions', name, unknown);
  if (name === '$literal') return () => operand;
  const compile = OPERATORS.get(name);
  if (compile === undefined) throw unknown();
  return compile(operand, { name, compile: compileExpression });
}
