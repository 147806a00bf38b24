import type { BsonDocument, BsonValue } from '../../bson/values';
import { isArray, isDocument } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import { applyComputed, exclude, insertPath, type ProjectionTree } from '../../query/projection-tree';
import { compileExpression } from '../expression';
import { typeOf } from '../operands';
import type { PipelineContext, Stage } from '../stage';

/** `$addFields` and its alias `$set`. */
export function compileAddFields(operand: BsonValue, { scopes }: PipelineContext): Stage {
  if (!isDocument(operand)) throw new MongoServerFault(40_272, '$addFields specification stage must be an object');
  if (operand.size === 0) throw new MongoServerFault(40_177, '$addFields specification must have at least one field');
  const tree: ProjectionTree = new Map();
  insertComputed(tree, '', operand);
  return (documents) => documents.map((document) => applyComputed(document, tree, scopes(document)));
}

/** A nested document without operators adds to the field of that name rather than replacing it (manual: `$addFields`). */
function insertComputed(tree: ProjectionTree, prefix: string, fields: BsonDocument): void {
  for (const [name, value] of fields) {
    const path = prefix + name;
    if (name === '' || name.startsWith('$'))
      throw new MongoServerFault(16_410, `FieldPath field names may not be empty or start with '$': ${path}`);
    const nested = isDocument(value) && value.size > 0 && !value.keys().next().value?.startsWith('$');
    if (nested) insertComputed(tree, `${path}.`, value);
    else insertPath(tree, path, { kind: 'computed', compute: compileExpression(value) });
  }
}

/** `$unset`: one field or a list. */
export function compileUnset(operand: BsonValue, { scopes }: PipelineContext): Stage {
  const names = isArray(operand) ? operand : [operand];
  const tree: ProjectionTree = new Map();
  for (const name of names) {
    if (typeof name !== 'string' || name.startsWith('$'))
      throw new MongoServerFault(
        31_120,
        '$unset specification must be a string or an array containing only string values',
      );
    insertPath(tree, name, { kind: 'exclude' });
  }
  if (names.length === 0) throw new MongoServerFault(31_119, '$unset specification must contain at least one field');
  return (documents) => documents.map((document) => exclude(document, tree, scopes(document)));
}

/** `$replaceRoot: { newRoot: <expression> }`. */
export function compileReplaceRoot(operand: BsonValue, context: PipelineContext): Stage {
  const newRoot = isDocument(operand) && operand.size === 1 ? operand.get('newRoot') : undefined;
  if (newRoot === undefined) throw new MongoServerFault(40_231, '$replaceRoot needs a newRoot and nothing else');
  return compileReplaceWith(newRoot, context);
}

/** `$replaceWith: <expression>`. */
export function compileReplaceWith(operand: BsonValue, { scopes }: PipelineContext): Stage {
  const expression = compileExpression(operand);
  return (documents) =>
    documents.map((document) => {
      const root = expression(scopes(document));
      if (!isDocument(root))
        throw new MongoServerFault(
          40_228,
          `'newRoot' expression must evaluate to an object, but resulting value was of type ${typeOf(root)}`,
        );
      return root;
    });
}
