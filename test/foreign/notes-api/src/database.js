import { MongoClient } from 'mongodb';

/** Resolves once the database answers. */
export async function connect(url) {
  const client = await new MongoClient(url).connect();
  return { client, db: client.db() };
}
