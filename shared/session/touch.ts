import type { Collection } from 'mongodb';
import type { Touch } from './session-format';

/**
 * Extends a session's life. Never an upsert and never more than the named fields: the record may have been deleted by a
 * logout since it was read, and must stay deleted.
 */
export async function touchSession(collection: Collection, { filter, update }: Touch): Promise<void> {
  await collection.updateOne(filter, update);
}
