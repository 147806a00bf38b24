import { identical } from '../bson/compare';
import { document, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import type { Collection } from '../storage/collection';
import type { Fields } from './command';

/**
 * Accepts a hint that cannot change the result. There is no planner to advise, but an unknown index is an error, and scanning a
 * sparse or partial index would leave documents out.
 */
export function checkHint(command: Fields, collection: Collection | undefined): void {
  const hint = command.get('hint');
  if (hint === undefined || collection === undefined) return;
  if (
    isDocument(hint) &&
    (hint.size === 0 || identical(hint, document({ _id: 1 })) || identical(hint, document({ $natural: 1 })))
  )
    return;
  if (hint === '_id_') return;
  const index = collection.indexSpecifications().find(({ name, key }) => name === hint || identical(key, hint));
  if (index === undefined)
    throw new MongoServerFault('BadValue', 'hint provided does not correspond to an existing index');
  if (index.sparse || index.partialFilterExpression !== undefined)
    throw notSupported('a hint of a sparse or partial index');
}
