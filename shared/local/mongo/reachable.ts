import { MongoClient } from 'mongodb';

/** Pings a MongoDB. Throws the driver's error when it does not answer in time, or refuses. */
export async function ping(uri: string, milliseconds: number): Promise<void> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: milliseconds,
    connectTimeoutMS: milliseconds,
    socketTimeoutMS: milliseconds,
    maxPoolSize: 1,
  });
  try {
    await client.db().command({ ping: 1 });
  } finally {
    await client.close();
  }
}
