import { indexValues } from '../query/index-values';
import { compileMatcher } from '../query/matcher';
import type { Collection } from './collection';
import type { Databases } from './databases';
import type { IndexSpecification } from './document-index';

/**
 * Removes expired documents (manual: "TTL Indexes"): those whose indexed date, or the earliest of an array of dates, lies
 * `expireAfterSeconds` back. Other values never expire.
 *
 * @returns how many were removed
 */
export function removeExpired(databases: Databases, now: Date): number {
  let removed = 0;
  for (const collection of databases.everything())
    for (const specification of collection.indexSpecifications()) removed += expire(collection, specification, now);
  return removed;
}

function expire(
  collection: Collection,
  { key, expireAfterSeconds, partialFilterExpression }: IndexSpecification,
  now: Date,
): number {
  const [field] = key.keys();
  if (expireAfterSeconds === undefined || field === undefined) return 0;
  const path = field.split('.');
  const limit = now.getTime() - expireAfterSeconds * 1000;
  const indexed = compileMatcher(partialFilterExpression ?? new Map());
  const expired = collection.all().filter((document) => {
    if (!indexed(document)) return false;
    const times = indexValues(document, path).flatMap((value) => (value instanceof Date ? [value.getTime()] : []));
    return times.length > 0 && Math.min(...times) <= limit;
  });
  for (const document of expired) collection.remove(document);
  return expired.length;
}
