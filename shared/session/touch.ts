import type { Collection } from 'mongodb';
import type { Touch } from './stores/store-format';

/** Extends a session. No upsert and only the named fields: a record deleted by a logout meanwhile must stay deleted. */
export async function touchSession(collection: Collection, { filter, update }: Touch): Promise<void> {
  await collection.updateOne(filter, update);
}
