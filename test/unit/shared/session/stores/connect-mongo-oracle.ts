import MongoStore from 'connect-mongo';
import expressSession, { type SessionData } from 'express-session';
import type { Document } from 'mongodb';

/** The real connect-mongo 6 in front of one record in memory instead of a collection. */
export function connectMongoOracle(options: object) {
  let record: Document | null = null;
  const updates: Document[] = [];
  const collection = {
    findOne: () => Promise.resolve(record && structuredClone(record)),
    updateOne: (_filter: Document, update: Document) => {
      updates.push(update);
      return Promise.resolve({ upsertedCount: 0, matchedCount: 1 });
    },
  };
  const client = { db: () => ({ collection: () => collection }) };
  // Its type wants a real client.
  const store = MongoStore.create({ ...options, client, autoRemove: 'disabled' } as never);

  return {
    /** The record that connect-mongo writes for this session. */
    async write(data: object, maxAge?: number): Promise<Document> {
      // Its type declares no options.
      const cookie: unknown = Reflect.construct(expressSession.Cookie, [maxAge === undefined ? {} : { maxAge }]);
      const session = Object.assign(Object.create(null) as object, { cookie, ...data }) as SessionData;
      await new Promise<void>((resolve, reject) => {
        store.set('id', session, (error: unknown) => (error instanceof Error ? reject(error) : resolve()));
      });
      return updates.at(-1)?.['$set'] as Document;
    },
    /** What connect-mongo reads from a record; rejects as `get` does. */
    async read(stored: Document): Promise<unknown> {
      record = stored;
      return new Promise((resolve, reject) => {
        store.get('id', (error: unknown, session) =>
          error instanceof Error || typeof error === 'string' ? reject(new Error(String(error))) : resolve(session),
        );
      });
    },
    /** The update with which connect-mongo touches a session that express-session has just used; none when it skips. */
    async touch(data: object): Promise<Document | undefined> {
      updates.length = 0;
      await new Promise<void>((resolve, reject) => {
        const done = (error: unknown) => (error instanceof Error ? reject(error) : resolve());
        store.touch('id', data as SessionData, done);
      });
      return updates[0];
    },
  };
}
