import { BSONRegExp, ObjectId } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { hasOperators } from '../query/matcher';
import { checkWrittenSize } from '../storage/collection';
import type { Update } from './compile-update';
import { changeAt } from './set-path';

/**
 * The document that an upsert inserts when nothing matches: the equalities of the filter, then the update (manual: "Upsert
 * Behavior" of `update`).
 *
 * @throws MongoServerFault 54 when the filter says a field twice, 17420 when the document is too large
 */
export function documentToUpsert(filter: BsonDocument, update: Update): BsonDocument {
  const equalities = new Map<string, BsonValue>();
  collectEqualities(filter, equalities);
  const base =
    update.kind === 'replacement'
      ? new Map([...equalities].filter(([path]) => path === '_id'))
      : [...equalities].reduce<BsonDocument>(
          (document, [path, value]) => changeAt(document, path.split('.'), () => value, { create: true }),
          new Map(),
        );
  const document = withIdFirst(update.apply(base, { inserting: true }));
  checkWrittenSize(document, 17_420, 'Document to upsert');
  return document;
}

/** The same document with `_id` in front, generated if it is missing. */
export function withIdFirst(document: BsonDocument): BsonDocument {
  if (document.keys().next().value === '_id') return document;
  return new Map([['_id', document.get('_id') ?? new ObjectId()], ...document]);
}

function collectEqualities(filter: BsonDocument, found: Map<string, BsonValue>): void {
  for (const [name, value] of filter) {
    if (name === '$and' && isArray(value))
      for (const item of value) if (isDocument(item)) collectEqualities(item, found);
    // MongoDB simplifies a single alternative into an equality at a point that depends on its version.
    if (name === '$or' && isArray(value) && value.length === 1)
      throw notSupported('an upsert whose filter has an $or of one alternative');
    if (name.startsWith('$')) continue;
    if (!hasOperators(value)) {
      if (!(value instanceof BSONRegExp)) addEquality(found, name, value);
      continue;
    }
    const equal = value.get('$eq');
    if (equal !== undefined) addEquality(found, name, equal);
    for (const operator of ['$in', '$all']) {
      const list = value.get(operator);
      if (isArray(list) && list.length === 1)
        throw notSupported(`an upsert whose filter has an ${operator} of one value`);
    }
  }
}

function addEquality(found: Map<string, BsonValue>, path: string, value: BsonValue): void {
  for (const known of found.keys())
    if (known === path || known.startsWith(`${path}.`) || path.startsWith(`${known}.`))
      throw new MongoServerFault(
        'NotSingleValueField',
        `cannot infer query fields to set, path '${path}' is matched twice`,
      );
  found.set(path, value);
}
