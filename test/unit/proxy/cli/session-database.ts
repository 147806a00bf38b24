import MongoStore from 'connect-mongo';
import type { SessionData } from 'express-session';
import { MongoClient, type Db } from 'mongodb';
import { startTestMongo } from '../../../support/test-mongo';

/** The first signs; both verify. */
export const SECRETS = ['4f1c09b27ae85d36c1e09f42a7b3d851', '9be2714fd0c8a6532e7b1d94f60ac38e'] as const;
export const USER = { userId: 'u-17', customerAccountId: 'a-4', fullName: 'Ann Ümlaut', roles: ['organiser'] };
export const DAY = 86_400_000;

export interface SessionDatabase {
  readonly uri: string;
  readonly db: Db;
  /** Writes a session by connect-mongo itself, as the monolith would. */
  save(id: string, session: object, options?: Parameters<typeof MongoStore.create>[0]): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function startSessionDatabase(): Promise<SessionDatabase> {
  const mongo = await startTestMongo();
  const client = await MongoClient.connect(mongo.uri);
  const db = client.db();
  return {
    uri: mongo.uri,
    db,
    async save(id, session, options = {}) {
      const store = MongoStore.create({ client, dbName: db.databaseName, touchAfter: 300, ...options });
      await store.collectionP;
      await new Promise<void>((resolve, reject) => {
        store.set(id, session as SessionData, (error: unknown) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
      });
    },
    async clear() {
      for (const { name } of await db.listCollections().toArray()) await db.collection(name).drop();
    },
    async close() {
      await client.close();
      await mongo.stop();
    },
  };
}

/** What the monolith stores for a user who is logged in. */
export function sessionOf(user: unknown, cookie: object = {}): object {
  return {
    cookie: {
      originalMaxAge: 14 * DAY,
      expires: new Date(Date.now() + 14 * DAY),
      secure: false,
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
      ...cookie,
    },
    ...(user !== undefined && { passport: { user } }),
  };
}
