import { scopesAt } from '../aggregation/scope';
import { compilePipeline } from '../aggregation/pipeline';
import { identical } from '../bson/compare';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { dollarPrefixed, MongoServerFault, notSupported } from '../errors';
import { checkSupported } from '../supported';
import { ARRAY_OPERATORS } from './array-operators';
import { FIELD_OPERATORS } from './field-operators';
import { changeAt } from './set-path';

interface ApplyOptions {
  /** Whether the document is about to be inserted by an upsert: `$setOnInsert` acts, and `_id` may be set. */
  readonly inserting: boolean;
}

/** A compiled update of any of the three kinds. */
export interface Update {
  readonly kind: 'operators' | 'replacement' | 'pipeline';
  /** The document afterwards; the very same object when nothing changes. */
  apply(document: BsonDocument, options: ApplyOptions): BsonDocument;
}

const OPERATORS = { ...FIELD_OPERATORS, ...ARRAY_OPERATORS };
export const IMPLEMENTED_UPDATE_OPERATORS = ['$rename', ...Object.keys(OPERATORS)];

const PIPELINE_STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);
/** Operators that leave a document without the field alone. */
const NOT_CREATING = new Set(['$unset', '$pull', '$pullAll', '$pop']);

/**
 * Compiles the `u` of an update: operators, a replacement document or a pipeline (manual: `update`, "Behavior").
 *
 * @throws MongoServerFault for what is unknown, malformed, contradictory or not supported
 */
export function compileUpdate(update: BsonValue, now: Date): Update {
  if (isArray(update)) return pipelineUpdate(update, now);
  if (!isDocument(update))
    throw new MongoServerFault('FailedToParse', 'Update argument must be either an object or an array');
  const [first] = update.keys();
  return first?.startsWith('$') ? operatorUpdate(update, now) : replacement(update);
}

function replacement(update: BsonDocument): Update {
  const dollar = [...update.keys()].find((name) => name.startsWith('$'));
  return {
    kind: 'replacement',
    apply(document, { inserting }) {
      if (dollar !== undefined) {
        if (inserting) throw dollarPrefixed(dollar);
        throw new MongoServerFault(
          'DollarPrefixedFieldName',
          `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. ` +
            'Consider using an aggregation pipeline with $replaceWith.',
        );
      }
      const id = document.get('_id');
      const next = id === undefined ? update : new Map([['_id', update.get('_id') ?? id], ...update]);
      return keepingId(document, next);
    },
  };
}

function pipelineUpdate(pipeline: readonly BsonValue[], now: Date): Update {
  const context = { scopes: scopesAt(now), documentsOf: () => [] };
  const run = compilePipeline(pipeline, context, PIPELINE_STAGES);
  return {
    kind: 'pipeline',
    apply(document, { inserting }) {
      const [result = document] = run([document]);
      const id = document.get('_id');
      // A stage may drop _id, as $replaceWith does; the document keeps it.
      const next = id === undefined || result.has('_id') ? result : new Map([['_id', id], ...result]);
      return inserting ? next : keepingId(document, next);
    },
  };
}

interface Step {
  readonly path: string;
  readonly components: readonly string[];
  readonly run: (document: BsonDocument, options: ApplyOptions) => BsonDocument;
}

function operatorUpdate(update: BsonDocument, now: Date): Update {
  const steps = Array.from(update, ([operator, fields]) => stepsOf(operator, fields, now)).flat();
  refuseConflicts(steps.map(({ path }) => path));
  // Since 5.0 the fields are processed in the order of their names, which decides the order of new ones (manual: $set).
  steps.sort((a, b) => comparePaths(a.components, b.components));
  return {
    kind: 'operators',
    apply(document, options) {
      const next = steps.reduce((current, step) => step.run(current, options), document);
      return options.inserting ? next : keepingId(document, next);
    },
  };
}

function stepsOf(operator: string, fields: BsonValue, now: Date): readonly Step[] {
  const unknown = () =>
    new MongoServerFault(
      'FailedToParse',
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  checkSupported('update', operator, unknown);
  if (!isDocument(fields))
    throw new MongoServerFault(
      'FailedToParse',
      `Modifiers operate on fields but we found another type instead. For example: {$mod: {<field>: ...}} not {${operator}: ...}`,
    );
  return Array.from(fields, ([path, operand]) => {
    const components = pathComponents(path);
    if (operator === '$rename') return renameSteps(path, components, operand);
    const compile = OPERATORS[operator];
    if (compile === undefined) throw unknown();
    const change = compile(operand, { now, operator, path });
    const create = !NOT_CREATING.has(operator);
    const run: Step['run'] = (document, { inserting }) => {
      if (operator === '$setOnInsert' && !inserting) return document;
      refuseDollarPrefixed(path, { inserting });
      return changeAt(document, components, change, { create });
    };
    return [{ path, components, run }];
  }).flat();
}

function pathComponents(path: string): readonly string[] {
  const components = path.split('.');
  if (components.includes(''))
    throw new MongoServerFault(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  for (const component of components) {
    if (component === '$' || component.startsWith('$['))
      throw notSupported(`the positional operator ${component} in an update`);
  }
  const nested = components.slice(1).find((component) => component.startsWith('$'));
  if (nested !== undefined) throw dollarPrefixed(nested);
  return components;
}

/** An update that inserts may make a top-level name of this kind, one that modifies may not (manual: `core/dot-dollar-considerations/`). */
function refuseDollarPrefixed(path: string, { inserting }: ApplyOptions): void {
  const [name = ''] = path.split('.', 1);
  if (!name.startsWith('$')) return;
  if (inserting) throw dollarPrefixed(name);
  throw new MongoServerFault(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${name}' in '${path}' is not valid for storage.`,
  );
}

/** `$rename` removes the old name and sets the new one; both paths take part in the check for conflicts. */
function renameSteps(path: string, components: readonly string[], operand: BsonValue): readonly Step[] {
  if (typeof operand !== 'string')
    throw new MongoServerFault('BadValue', `The 'to' field for $rename must be a string: ${path}`);
  const target = pathComponents(operand);
  const run: Step['run'] = (document, options) => {
    for (const end of [path, operand]) refuseDollarPrefixed(end, options);
    const value = valueThroughDocuments(document, components);
    if (value === undefined) return document;
    const without = changeAt(document, components, () => undefined, { create: false });
    // Neither end may be an element of an array (manual: $rename).
    valueThroughDocuments(document, target);
    return changeAt(without, target, () => value, { create: true });
  };
  return [
    { path, components, run },
    { path: operand, components: target, run: (document) => document },
  ];
}

function valueThroughDocuments(document: BsonDocument, components: readonly string[]): BsonValue | undefined {
  let value: BsonValue | undefined = document;
  for (const component of components) {
    if (isArray(value))
      throw new MongoServerFault('BadValue', `$rename cannot work on an array element: ${components.join('.')}`);
    value = isDocument(value) ? value.get(component) : undefined;
  }
  return value;
}

function refuseConflicts(paths: readonly string[]): void {
  const seen: string[] = [];
  for (const path of paths) {
    const other = seen.find((known) => known === path || known.startsWith(`${path}.`) || path.startsWith(`${known}.`));
    if (other !== undefined)
      throw new MongoServerFault(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${other.length < path.length ? other : path}'`,
      );
    seen.push(path);
  }
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i];
    if (y === undefined) return 1;
    if (x === y) continue;
    const numbers = /^\d+$/.test(x) && /^\d+$/.test(y);
    return numbers ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return -1;
}

function keepingId(before: BsonDocument, after: BsonDocument): BsonDocument {
  if (before.has('_id') && !identical(before.get('_id'), after.get('_id')))
    throw new MongoServerFault(
      'ImmutableField',
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  return identical(before, after) ? before : after;
}
