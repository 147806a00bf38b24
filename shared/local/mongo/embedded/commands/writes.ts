import { scopesAt } from '../aggregation/scope';
import { wholeNumber } from '../bson/numbers';
import type { BsonDocument, Plain } from '../bson/values';
import { document } from '../bson/values';
import { dollarPrefixed, MongoServerFault } from '../errors';
import { compileMatcher, type Matcher } from '../query/matcher';
import type { Collection } from '../storage/collection';
import { DuplicateKeyFault } from '../storage/document-index';
import { compileUpdate, type Update } from '../update/compile-update';
import { documentToUpsert, withIdFirst } from '../update/upsert';
import type { CommandHandler, Fields } from './command';
import { checkHint } from './hint';

const STATEMENT = {
  update: new Set(['q', 'u', 'multi', 'upsert', 'collation', 'arrayFilters', 'hint', 'c', 'upsertSupplied']),
  delete: new Set(['q', 'limit', 'collation', 'hint']),
};

/** Reads one of `updates[]`. Like MongoDB, a fault in what a statement is made of fails the command; one in what it does, the statement. */
function readUpdate(statement: Fields) {
  statement.only(STATEMENT.update);
  statement.refuse('collation', 'arrayFilters', 'c', 'upsertSupplied');
  return {
    statement,
    filter: statement.required('q', statement.document('q')),
    update: statement.required('u', statement.get('u')),
    multi: statement.flag('multi'),
    upserts: statement.flag('upsert'),
  };
}

/** Reads one of `deletes[]`. */
function readDelete(statement: Fields) {
  statement.only(STATEMENT.delete);
  statement.refuse('collation');
  const limit = wholeNumber(statement.required('limit', statement.get('limit')));
  if (limit !== 0 && limit !== 1)
    throw new MongoServerFault('FailedToParse', 'The limit field in delete objects must be 0 or 1.');
  return { statement, filter: statement.required('q', statement.document('q')), limit };
}

/**
 * Runs the statements of a write one by one (manual: `insert`, "Output"): each that fails becomes a write error; an ordered write
 * ends with it.
 */
function runStatements<T>(
  command: Fields,
  statements: readonly T[],
  run: (statement: T, index: number) => void,
): readonly BsonDocument[] {
  const errors: BsonDocument[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof MongoServerFault)) throw error;
      errors.push(writeError(index, error));
      if (command.flag('ordered', { fallback: true })) break;
    }
  }
  return errors;
}

const writeError = (index: number, error: MongoServerFault): BsonDocument =>
  document({
    index,
    code: error.code,
    ...(error instanceof DuplicateKeyFault ? { keyPattern: error.keyPattern, keyValue: error.keyValue } : {}),
    errmsg: error.message,
  });

const unlessEmpty = (items: readonly Plain[]): readonly Plain[] | undefined => (items.length === 0 ? undefined : items);

/** Manual: `insert`. */
export const insert: CommandHandler = (command, { databases }) => {
  const documents = command.statements('documents').map((fields) => fields.whole);
  const collection = databases.ensure(command.database, command.collectionName());
  let n = 0;
  const errors = runStatements(command, documents, (item) => {
    for (const name of item.keys()) if (name.startsWith('$')) throw dollarPrefixed(name);
    collection.insert(withIdFirst(item));
    n += 1;
  });
  return document({ n, writeErrors: unlessEmpty(errors) });
};

/** Manual: `update`. */
export const updateCommand: CommandHandler = (command, context) => {
  command.refuse('let');
  const totals = { n: 0, nModified: 0 };
  const upserted: BsonDocument[] = [];
  const statements = command.statements('updates').map(readUpdate);
  const errors = runStatements(command, statements, ({ statement, filter, multi, upserts, ...read }, index) => {
    // Only an upsert brings a collection into being.
    const collection =
      command.collection(context) ??
      (upserts ? context.databases.ensure(command.database, command.collectionName()) : undefined);
    checkHint(statement, collection);
    const update = compileUpdate(read.update, context.now);
    if (multi && update.kind === 'replacement')
      throw new MongoServerFault('FailedToParse', 'multi update is not supported for replacement-style update');
    const matches = compileMatcher(filter, scopesAt(context.now));
    if (collection === undefined) return;
    const matched = select(collection, filter, { matches, multi });
    for (const item of matched) {
      totals.n += 1;
      if (applyUpdate(collection, item, update) !== item) totals.nModified += 1;
    }
    if (matched.length === 0 && upserts) {
      const item = upsert(collection, filter, update);
      totals.n += 1;
      upserted.push(document({ index, _id: item.get('_id') ?? null }));
    }
  });
  return document({ ...totals, upserted: unlessEmpty(upserted), writeErrors: unlessEmpty(errors) });
};

/** Manual: `delete`. */
export const deleteCommand: CommandHandler = (command, context) => {
  command.refuse('let');
  const collection = command.collection(context);
  let n = 0;
  const statements = command.statements('deletes').map(readDelete);
  const errors = runStatements(command, statements, ({ statement, filter, limit }) => {
    checkHint(statement, collection);
    const matches = compileMatcher(filter, scopesAt(context.now));
    if (collection === undefined) return;
    const found = collection.candidates(filter);
    const first = limit === 1 ? found.find(matches) : undefined;
    for (const item of limit === 0 ? found.filter(matches) : first === undefined ? [] : [first]) {
      collection.remove(item);
      n += 1;
    }
  });
  return document({ n, writeErrors: unlessEmpty(errors) });
};

function select(
  collection: Collection,
  filter: BsonDocument,
  { matches, multi }: { readonly matches: Matcher; readonly multi: boolean },
): readonly BsonDocument[] {
  const candidates = collection.candidates(filter);
  if (multi) return candidates.filter(matches);
  const first = candidates.find(matches);
  return first === undefined ? [] : [first];
}

/** Updates one stored document and returns it as it is now; the same object when nothing changed. */
function applyUpdate(collection: Collection, item: BsonDocument, update: Update): BsonDocument {
  const after = update.apply(item, { inserting: false });
  if (after !== item) collection.replace(item, after);
  return after;
}

/** Inserts what the filter and the update make, and returns it. */
function upsert(collection: Collection, filter: BsonDocument, update: Update): BsonDocument {
  const item = documentToUpsert(filter, update);
  collection.insert(item);
  return item;
}
