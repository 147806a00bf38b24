import { scopesAt } from '../aggregation/scope';
import { encodedSize } from '../bson/encode';
import { checkObjectSize } from '../bson/size-limits';
import type { BsonDocument } from '../bson/values';
import { document } from '../bson/values';
import { MongoServerFault } from '../errors';
import { compileMatcher } from '../query/matcher';
import { compileProjection } from '../query/projection';
import { compileSort } from '../query/sort';
import { compileUpdate } from '../update/compile-update';
import { documentToUpsert } from '../update/upsert';
import type { CommandHandler, Fields } from './command';
import { checkHint } from './hint';

/** Manual: `findAndModify`. */
export const findAndModify: CommandHandler = (command, context) => {
  command.refuse('collation', 'arrayFilters', 'let');
  const { remove, update, returnNew } = readMode(command);
  // Only an upsert brings a collection into being.
  const collection = command.flag('upsert')
    ? context.databases.ensure(command.database, command.collectionName())
    : command.collection(context);
  checkHint(command, collection);
  const scopes = scopesAt(context.now);
  const filter = command.document('query') ?? new Map();
  const matches = compileMatcher(filter, scopes);
  const sort = compileSort(command.document('sort') ?? new Map());
  const fields = command.document('fields') ?? new Map();
  const project = fields.size === 0 ? undefined : compileProjection(fields, { scopes, dialect: 'find' });
  // Before anything is written: a result that cannot be sent leaves no effect.
  const show = (item: BsonDocument | undefined) => {
    if (item === undefined) return null;
    const shown = project?.(item) ?? item;
    checkObjectSize(encodedSize(shown));
    return shown;
  };
  const [found] = sort(collection?.candidates(filter).filter(matches) ?? []);

  if (remove) {
    const value = show(found);
    if (found !== undefined) collection?.remove(found);
    return document({ lastErrorObject: { n: found === undefined ? 0 : 1 }, value });
  }
  const compiled = compileUpdate(command.required('update', update), context.now);
  if (collection !== undefined && found !== undefined) {
    const after = compiled.apply(found, { inserting: false });
    const value = show(returnNew ? after : found);
    if (after !== found) collection.replace(found, after);
    return document({ lastErrorObject: { n: 1, updatedExisting: true }, value });
  }
  if (collection === undefined || !command.flag('upsert'))
    return document({ lastErrorObject: { n: 0, updatedExisting: false }, value: null });
  const inserted = documentToUpsert(filter, compiled);
  const value = show(returnNew ? inserted : undefined);
  collection.insert(inserted);
  return document({
    lastErrorObject: { n: 1, updatedExisting: false, upserted: inserted.get('_id') ?? null },
    value,
  });
};

function readMode(command: Fields) {
  const remove = command.flag('remove');
  const update = command.get('update');
  const returnNew = command.flag('new');
  const contradiction =
    remove && update !== undefined
      ? 'Cannot specify both an update and remove=true'
      : remove && command.flag('upsert')
        ? 'Cannot specify both upsert=true and remove=true'
        : remove && returnNew
          ? "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document"
          : !remove && update === undefined
            ? 'Either an update or remove=true must be specified'
            : undefined;
  if (contradiction !== undefined) throw new MongoServerFault('FailedToParse', contradiction);
  return { remove, update, returnNew };
}
