import type { Db } from 'mongodb';

/** Names of other collections that may hold sessions. */
export async function similarCollections(db: Db, besides: string): Promise<string[]> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  return collections.map(({ name }) => name).filter((name) => /sess/i.test(name) && name !== besides);
}
