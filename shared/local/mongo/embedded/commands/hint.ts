import { identical } from '../bson/compare';
import { wholeNumber } from '../bson/numbers';
import type { BsonDocument } from '../bson/values';
import { document, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import type { Collection } from '../storage/collection';
import type { Fields } from './command';

const isForward = (hint: BsonDocument): boolean => hint.size === 1 && wholeNumber(hint.get('$natural')) === 1;

/**
 * Accepts a hint that cannot change the result. There is no planner to advise, but an unknown index is an error, and scanning a
 * sparse or partial index would leave documents out.
 */
export function checkHint(command: Fields, collection: Collection | undefined): void {
  const hint = command.get('hint');
  if (hint === undefined || collection === undefined) return;
  if (isDocument(hint) && (hint.size === 0 || identical(hint, document({ _id: 1 })) || isForward(hint))) return;
  if (hint === '_id_') return;
  if (isDocument(hint) && hint.has('$natural')) throw notSupported('a hint of $natural in another direction than 1');
  const index = collection.indexSpecifications().find(({ name, key }) => name === hint || identical(key, hint));
  if (index === undefined)
    throw new MongoServerFault('BadValue', 'hint provided does not correspond to an existing index');
  if (index.sparse || index.partialFilterExpression !== undefined)
    throw notSupported('a hint of a sparse or partial index');
}
