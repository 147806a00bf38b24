import { MongoClient } from 'mongodb';
import { sign } from '../../shared/session/unsign';

const DAY = 24 * 60 * 60 * 1000;

/**
 * Stores sessions as the monolith does, each of a user of its own.
 *
 * @returns their cookies' values, signed and percent-encoded as a browser sends them
 */
export async function storeSessions(uri: string, secret: string, count: number): Promise<string[]> {
  const client = await MongoClient.connect(uri);
  try {
    const expires = new Date(Date.now() + DAY);
    const ids = Array.from({ length: count }, (_, i) => `bench-${String(i).padStart(10, '0')}`);
    const collection = client.db().collection<{ _id: string; expires: Date; session: string }>('sessions');
    for (let from = 0; from < count; from += 1_000) {
      const documents = ids.slice(from, from + 1_000).map((_id) => {
        const user = { userId: `user-of-${_id}`, customerAccountId: 'bench', fullName: 'Bench', roles: [] };
        const cookie = { originalMaxAge: DAY, expires: expires.toISOString(), httpOnly: true, path: '/' };
        return { _id, expires, session: JSON.stringify({ cookie, passport: { user } }) };
      });
      await collection.insertMany(documents);
    }
    return ids.map((id) => encodeURIComponent(`s:${sign(id, secret)}`));
  } finally {
    await client.close();
  }
}
