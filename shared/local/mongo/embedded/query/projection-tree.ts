import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault } from '../errors';
import type { Expression, Scope } from '../aggregation/scope';

type Leaf =
  | { readonly kind: 'include' | 'exclude' }
  /** `in place` keeps the field where it stands in the document; `computed` adds it at the end if it is new. */
  | { readonly kind: 'in place' | 'computed'; readonly compute: Expression };

/** Fields of a projection; a nested Map is a path with more components. */
export type ProjectionTree = Map<string, Leaf | ProjectionTree>;

/** Adds `a.b.c` to the tree. @throws MongoServerFault when one path is a prefix of another */
export function insertPath(tree: ProjectionTree, path: string, leaf: Leaf): void {
  const components = path.split('.');
  const last = components.pop() ?? '';
  if (last === '' || components.includes(''))
    throw new MongoServerFault(15_998, `FieldPath field names may not be empty strings: ${path}`);
  let node = tree;
  for (const component of components) {
    const next = node.get(component) ?? new Map<string, Leaf | ProjectionTree>();
    if (!(next instanceof Map)) throw collision(path);
    node.set(component, next);
    node = next;
  }
  if (node.has(last)) throw collision(path);
  node.set(last, leaf);
}

const collision = (path: string) => new MongoServerFault(31_250, `Path collision at ${path}`);

/** Keeps what the tree names, in the document's own order; computed fields are added by {@link applyComputed}. */
export function include(document: BsonDocument, tree: ProjectionTree, scope: Scope): BsonDocument {
  const result = new Map<string, BsonValue>();
  for (const [name, value] of document) {
    const node = tree.get(name);
    if (node === undefined) continue;
    const kept = node instanceof Map ? includeNested(value, node, scope) : includeLeaf(value, node, scope);
    if (kept !== undefined) result.set(name, kept);
  }
  return result;
}

function includeLeaf(value: BsonValue, leaf: Leaf, scope: Scope): BsonValue | undefined {
  if (leaf.kind === 'in place') return leaf.compute(scope);
  return leaf.kind === 'include' ? value : undefined;
}

/** Arrays are entered; values that are no documents cannot hold the named field and disappear. */
function includeNested(value: BsonValue, tree: ProjectionTree, scope: Scope): BsonValue | undefined {
  if (isDocument(value)) return include(value, tree, scope);
  if (!isArray(value)) return undefined;
  return value.map((item) => includeNested(item, tree, scope)).filter((item) => item !== undefined);
}

/** Drops what the tree names and keeps everything else. */
export function exclude(document: BsonDocument, tree: ProjectionTree, scope: Scope): BsonDocument {
  const result = new Map<string, BsonValue>();
  for (const [name, value] of document) {
    const node = tree.get(name);
    const kept = node instanceof Map ? excludeNested(value, node, scope) : excludeLeaf(value, node, scope);
    if (kept !== undefined) result.set(name, kept);
  }
  return result;
}

function excludeLeaf(value: BsonValue, leaf: Leaf | undefined, scope: Scope): BsonValue | undefined {
  if (leaf === undefined) return value;
  return leaf.kind === 'in place' ? leaf.compute(scope) : undefined;
}

function excludeNested(value: BsonValue, tree: ProjectionTree, scope: Scope): BsonValue {
  if (isDocument(value)) return exclude(value, tree, scope);
  return isArray(value) ? value.map((item) => excludeNested(item, tree, scope)) : value;
}

/** Sets the computed fields of the tree, as `$addFields` does: arrays on the way are entered, other values are replaced. */
export function applyComputed(document: BsonDocument, tree: ProjectionTree, scope: Scope): BsonDocument {
  const result = new Map(document);
  for (const [name, node] of tree) {
    if (node instanceof Map) {
      if (hasComputed(node)) result.set(name, computeNested(result.get(name), node, scope));
    } else if (node.kind === 'computed') {
      const value = node.compute(scope);
      if (value === undefined) result.delete(name);
      else result.set(name, value);
    }
  }
  return result;
}

const hasComputed = (tree: ProjectionTree): boolean =>
  [...tree.values()].some((node) => (node instanceof Map ? hasComputed(node) : node.kind === 'computed'));

function computeNested(value: BsonValue | undefined, tree: ProjectionTree, scope: Scope): BsonValue {
  if (isArray(value)) return value.map((item) => computeNested(item, tree, scope));
  return applyComputed(isDocument(value) ? value : new Map(), tree, scope);
}
