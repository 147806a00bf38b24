import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument, isNumeric } from '../bson/values';
import { toDouble, wholeNumber } from '../bson/numbers';
import { MongoServerFault, notSupported } from '../errors';
import { compileExpression } from '../aggregation/expression';
import type { Expression, Scope, ScopeFactory } from '../aggregation/scope';
import { compileElemMatch } from './matcher';
import { applyComputed, exclude, include, insertPath, type ProjectionTree } from './projection-tree';

export type Projection = (document: BsonDocument) => BsonDocument;

interface Options {
  readonly scopes: ScopeFactory;
  /** `find` knows `$slice` and `$elemMatch` as projections; `$project` knows `$slice` as an expression. */
  readonly dialect: 'find' | 'aggregate';
}

interface Entry {
  readonly path: string;
  readonly kind: 'include' | 'exclude' | 'slice' | 'computed';
  readonly compute?: Expression;
}

/**
 * Compiles the projection of `find` (manual: "Project Fields to Return") or a `$project` stage.
 *
 * @throws MongoServerFault for a mixture of inclusion and exclusion, colliding paths, and what is not supported
 */
export function compileProjection(specification: BsonDocument, { scopes, dialect }: Options): Projection {
  const entries = [...flatten(specification, '', dialect)];
  const inclusive = isInclusive(entries);
  const tree: ProjectionTree = new Map();
  const keepId = !entries.some(({ path, kind }) => path === '_id' && kind === 'exclude');
  if (inclusive && keepId && !entries.some(({ path }) => path === '_id' || path.startsWith('_id.')))
    insertPath(tree, '_id', { kind: 'include' });
  for (const { path, kind, compute } of entries) {
    if (path === '_id' && kind === (inclusive ? 'exclude' : 'include')) continue;
    if (kind === 'exclude' && inclusive)
      throw new MongoServerFault(31_254, `Cannot do exclusion on field ${path} in inclusion projection`);
    if (kind === 'include' && !inclusive)
      throw new MongoServerFault(31_253, `Cannot do inclusion on field ${path} in exclusion projection`);
    if (kind === 'computed' && !inclusive)
      throw new MongoServerFault(31_252, `Cannot use expression for ${path} in exclusion projection`);
    insertPath(
      tree,
      path,
      compute === undefined
        ? { kind: kind === 'exclude' ? 'exclude' : 'include' }
        : { kind: kind === 'slice' ? 'in place' : 'computed', compute },
    );
  }
  return (document) => {
    const scope = scopes(document);
    return inclusive ? applyComputed(include(document, tree, scope), tree, scope) : exclude(document, tree, scope);
  };
}

function isInclusive(entries: readonly Entry[]): boolean {
  const deciding = entries.find(({ path, kind }) => kind !== 'slice' && path !== '_id');
  if (deciding !== undefined) return deciding.kind !== 'exclude';
  const id = entries.find(({ path }) => path === '_id');
  return id !== undefined && id.kind !== 'exclude';
}

function* flatten(specification: BsonDocument, prefix: string, dialect: Options['dialect']): Generator<Entry> {
  if (specification.size === 0 && (prefix !== '' || dialect === 'aggregate'))
    throw new MongoServerFault(51_272, 'projection specification must have at least one field');
  for (const [name, value] of specification) {
    const path = prefix + name;
    if (name.endsWith('.$') || name === '$') throw notSupported('the positional projection $');
    if (name === '' || name.startsWith('$'))
      throw new MongoServerFault(16_410, `FieldPath field names may not be empty or start with '$': ${path}`);
    if (isNumeric(value) || typeof value === 'boolean') {
      yield { path, kind: value === false || (isNumeric(value) && toDouble(value) === 0) ? 'exclude' : 'include' };
    } else if (!isDocument(value)) yield { path, kind: 'computed', compute: compileExpression(value) };
    else {
      const [operator] = value.keys();
      if (!operator?.startsWith('$')) yield* flatten(value, `${path}.`, dialect);
      else if (dialect === 'find' && (operator === '$slice' || operator === '$elemMatch' || operator === '$meta'))
        yield arrayProjection(path, operator, value.get(operator) ?? null);
      else yield { path, kind: 'computed', compute: compileExpression(value) };
    }
  }
}

function arrayProjection(path: string, operator: '$slice' | '$elemMatch' | '$meta', operand: BsonValue): Entry {
  if (operator === '$meta') throw notSupported('the projection $meta');
  if (path.includes('.')) throw notSupported(`the projection ${operator} on a nested field`);
  const read = ({ root }: Scope): BsonValue | undefined => (isDocument(root) ? root.get(path) : undefined);
  if (operator === '$elemMatch') {
    const test = compileElemMatch(operand);
    const compute: Expression = (scope) => {
      const items = read(scope);
      const found = isArray(items) ? items.find(test) : undefined;
      return found === undefined ? undefined : [found];
    };
    return { path, kind: 'computed', compute };
  }
  if (isArray(operand) && operand.length > 0 && !operand.every(isNumeric))
    throw notSupported('the expression $slice in the projection of a find');
  const [first, count] = (isArray(operand) ? operand : [operand]).map(wholeNumber);
  if (first === undefined || (isArray(operand) && (operand.length !== 2 || count === undefined || count <= 0)))
    throw new MongoServerFault(28_667, 'Invalid $slice syntax: needs a count, or [skip, limit] with a positive limit');
  const slice = (items: readonly BsonValue[]): readonly BsonValue[] => {
    if (count === undefined) return first >= 0 ? items.slice(0, first) : items.slice(first);
    const from = first >= 0 ? first : Math.max(0, items.length + first);
    return items.slice(from, from + count);
  };
  return {
    path,
    kind: 'slice',
    compute: (scope) => {
      const value = read(scope);
      return isArray(value) ? slice(value) : value;
    },
  };
}
