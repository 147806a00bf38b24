import { valueKey } from '../../bson/compare';
import type { BsonValue } from '../../bson/values';
import { document, isDocument } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import { compileSort } from '../../query/sort';
import { compileAccumulator } from '../accumulators';
import { compileExpression } from '../expression';
import type { PipelineContext, Stage } from '../stage';

/** `$group` (manual: `$group`). Groups come in the order of their first document; MongoDB promises none. */
export function compileGroup(operand: BsonValue, { scopes }: PipelineContext): Stage {
  if (!isDocument(operand)) throw new MongoServerFault(15_947, "a group's fields must be specified in an object");
  const idOperand = operand.get('_id');
  if (idOperand === undefined) throw new MongoServerFault(15_955, 'a group specification must include an _id');
  const id = compileExpression(idOperand);
  const fields = [...operand]
    .filter(([name]) => name !== '_id')
    .map(([name, value]) => {
      if (name.includes('.')) throw new MongoServerFault(40_235, `The field name '${name}' cannot contain '.'`);
      if (name.startsWith('$'))
        throw new MongoServerFault(40_236, `The field name '${name}' cannot be an operator name`);
      return { name, ...compileAccumulator(name, value) };
    });
  return (documents) => {
    const groups = new Map<
      string,
      { readonly id: BsonValue; readonly states: ReturnType<(typeof fields)[number]['create']>[] }
    >();
    for (const item of documents) {
      const scope = scopes(item);
      const value = id(scope) ?? null;
      const key = valueKey(value);
      let group = groups.get(key);
      if (group === undefined) {
        group = { id: value, states: fields.map(({ create }) => create()) };
        groups.set(key, group);
      }
      for (const [i, { input }] of fields.entries()) group.states[i]?.add(input(scope));
    }
    return Array.from(groups.values(), (group) => {
      const result = new Map<string, BsonValue>([['_id', group.id]]);
      for (const [i, { name }] of fields.entries()) result.set(name, group.states[i]?.result() ?? null);
      return result;
    });
  };
}

/** `$sortByCount`, which the manual defines as a `$group` and a `$sort`. */
export function compileSortByCount(operand: BsonValue, context: PipelineContext): Stage {
  if (!isDocument(operand) && !(typeof operand === 'string' && operand.startsWith('$')))
    throw new MongoServerFault(40_149, 'the sortByCount field must be specified as a $-prefixed path or an expression');
  const group = compileGroup(document({ _id: operand, count: { $sum: 1 } }), context);
  const sort = compileSort(document({ count: -1 }));
  return (documents) => sort(group(documents));
}
