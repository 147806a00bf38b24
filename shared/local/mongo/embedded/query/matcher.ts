import { BSONRegExp } from 'bson';
import { compileExpression } from '../aggregation/expression';
import { truthy } from '../aggregation/scope';
import type { ScopeFactory } from '../aggregation/scope';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument, isNumeric } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { checkSupported } from '../supported';
import { visitPath, visitPathAndElements } from './paths';
import type { Predicate } from './predicates';
import { comparison, inList, modulo, ofSize, ofType, regexMatch } from './predicates';
import { toDouble } from '../bson/numbers';

/** Whether a document fulfils a filter. */
export type Matcher = (document: BsonDocument) => boolean;

/**
 * Compiles a filter (manual: "Query and Projection Operators").
 *
 * @throws MongoServerFault for an operator that is unknown, malformed or not supported, before any document is looked at
 */
export function compileMatcher(filter: BsonDocument, newScope?: ScopeFactory): Matcher {
  const tests = Array.from(filter, ([name, value]) => compileField(name, value, newScope)).filter(isDefined);
  return (document) => tests.every((test) => test(document));
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

function compileField(name: string, value: BsonValue, newScope?: ScopeFactory): Matcher | undefined {
  if (!name.startsWith('$')) return compilePath(name, value);
  if (DBREF_FIELDS.includes(name)) throw notSupported(`a query on the DBRef field ${name} itself`);
  checkSupported('query', name, () => new MongoServerFault('BadValue', `unknown top level operator: ${name}`));
  if (name === '$comment') return undefined;
  if (name === '$expr') return compileExpr(value, newScope);
  if (name !== '$and' && name !== '$or' && name !== '$nor')
    throw new MongoServerFault('BadValue', `unknown top level operator: ${name}`);
  if (!isArray(value) || value.length === 0) throw new MongoServerFault('BadValue', `${name} must be a nonempty array`);
  const branches = value.map((item) => {
    if (!isDocument(item)) throw new MongoServerFault('BadValue', `${name} entries need to be full objects`);
    return compileMatcher(item, newScope);
  });
  if (name === '$and') return (document) => branches.every((branch) => branch(document));
  if (name === '$or') return (document) => branches.some((branch) => branch(document));
  return (document) => !branches.some((branch) => branch(document));
}

function compileExpr(value: BsonValue, newScope: ScopeFactory | undefined): Matcher {
  if (newScope === undefined)
    throw new MongoServerFault('BadValue', '$expr can only be applied to the top-level document');
  const expression = compileExpression(value);
  return (document) => truthy(expression(newScope(document)));
}

/** Whether a document holds operators rather than a value to be equal to: its first field decides. */
export function hasOperators(value: BsonValue): value is BsonDocument {
  if (!isDocument(value)) return false;
  const first = value.keys().next().value;
  return first !== undefined && first.startsWith('$') && !DBREF_FIELDS.includes(first);
}

/** Names that MongoDB reads as fields although they look like operators. */
const DBREF_FIELDS = ['$ref', '$id', '$db'];

/** The values that one field shows to the operators: entered arrays included, or the field's own value only. */
interface FieldView {
  any(predicate: Predicate): boolean;
  whole(predicate: Predicate): boolean;
}
type FieldTest = (field: FieldView) => boolean;

function compilePath(name: string, value: BsonValue): Matcher {
  const path = name.split('.');
  const test = hasOperators(value) ? compileOperators(value) : equality(value);
  return (document) => test(new PathView(document, path));
}

/** A class rather than closures, because one is made for every document. */
class PathView implements FieldView {
  constructor(
    private readonly document: BsonDocument,
    private readonly path: readonly string[],
  ) {}

  any(predicate: Predicate): boolean {
    return visitPathAndElements(this.document, this.path, predicate);
  }

  whole(predicate: Predicate): boolean {
    return visitPath(this.document, this.path, predicate);
  }
}

function compileOperators(operators: BsonDocument): FieldTest {
  const tests = Array.from(operators, ([name, operand]) => compileOperator(name, operand, operators));
  return (field) => tests.every((test) => test(field));
}

const any =
  (predicate: Predicate): FieldTest =>
  (field) =>
    field.any(predicate);
const whole =
  (predicate: Predicate): FieldTest =>
  (field) =>
    field.whole(predicate);
const not =
  (test: FieldTest): FieldTest =>
  (field) =>
    !test(field);

const equality = (value: BsonValue): FieldTest =>
  any(value instanceof BSONRegExp ? regexMatch(value) : comparison('$eq', value));

function compileOperator(operator: string, operand: BsonValue, siblings: BsonDocument): FieldTest {
  const unknown = () => new MongoServerFault('BadValue', `unknown operator: ${operator}`);
  checkSupported('query', operator, unknown);
  switch (operator) {
    case '$eq':
      // Unlike a bare pattern, $eq with one means the stored pattern itself (manual: $eq, "Regex Match Behavior").
      return any(comparison('$eq', operand));
    case '$ne':
      if (operand instanceof BSONRegExp) throw new MongoServerFault('BadValue', "Can't have regex as arg to $ne.");
      return not(any(comparison('$eq', operand)));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return any(comparison(operator, operand));
    case '$in':
      return any(inList(operand));
    case '$nin':
      return not(any(inList(operand)));
    case '$exists': {
      const exists = whole((value) => value !== undefined);
      return isTruthyOption(operand) ? exists : not(exists);
    }
    case '$type':
      return any(ofType(operand));
    case '$mod':
      return any(modulo(operand));
    case '$regex':
      return any(regexMatch(regexWithOptions(operand, siblings.get('$options'))));
    case '$options':
      if (!siblings.has('$regex')) throw new MongoServerFault('BadValue', '$options needs a $regex');
      return () => true;
    case '$not':
      return not(negated(operand));
    case '$size':
      return whole(ofSize(operand));
    case '$all':
      return compileAll(operand);
    case '$elemMatch': {
      const test = compileElemMatch(operand);
      return whole((value) => isArray(value) && value.some(test));
    }
    default:
      throw unknown();
  }
}

const isTruthyOption = (value: BsonValue): boolean =>
  isNumeric(value) ? toDouble(value) !== 0 : value !== false && value !== null;

function regexWithOptions(pattern: BsonValue, options: BsonValue | undefined): BSONRegExp {
  if (options !== undefined && typeof options !== 'string')
    throw new MongoServerFault('BadValue', '$options has to be a string');
  if (typeof pattern === 'string') return new BSONRegExp(pattern, options ?? '');
  if (!(pattern instanceof BSONRegExp)) throw new MongoServerFault('BadValue', '$regex has to be a string');
  if (options === undefined) return pattern;
  if (pattern.options !== '') throw new MongoServerFault(51_075, 'options set in both $regex and $options');
  return new BSONRegExp(pattern.pattern, options);
}

function negated(operand: BsonValue): FieldTest {
  if (operand instanceof BSONRegExp) return equality(operand);
  if (!isDocument(operand)) throw new MongoServerFault('BadValue', '$not needs a regex or a document');
  if (!hasOperators(operand)) throw new MongoServerFault('BadValue', '$not needs operators');
  return compileOperators(operand);
}

function compileAll(operand: BsonValue): FieldTest {
  if (!isArray(operand)) throw new MongoServerFault('BadValue', '$all needs an array');
  if (operand.length === 0) return () => false;
  const tests = operand.map((item) => {
    if (!hasOperators(item)) return equality(item);
    if (!item.has('$elemMatch') || item.size !== 1) throw new MongoServerFault('BadValue', 'no $ expressions in $all');
    return compileOperators(item);
  });
  return (field) => tests.every((test) => test(field));
}

const LOGICAL = ['$and', '$or', '$nor', '$expr'];

/** The test of one array element, also used by `$pull` and by the projection `$elemMatch`. */
export function compileElemMatch(operand: BsonValue): Predicate {
  if (!isDocument(operand)) throw new MongoServerFault('BadValue', '$elemMatch needs an Object');
  const [first] = operand.keys();
  if (hasOperators(operand) && first !== undefined && !LOGICAL.includes(first)) {
    // Operators apply to the element itself: one that is an array is not entered but counts as a whole.
    const test = compileOperators(operand);
    return (element) => test({ any: (predicate) => predicate(element), whole: (predicate) => predicate(element) });
  }
  const matches = compileMatcher(operand);
  return (element) => {
    if (isDocument(element)) return matches(element);
    return isArray(element) && matches(new Map(element.map((item, index) => [String(index), item])));
  };
}
