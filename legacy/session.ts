import type { RequestHandler } from 'express';
import session from 'express-session';
import MongoStore from 'connect-mongo';
import type { Db } from 'mongodb';
import type { LegacyConfig } from './config';

export const SESSION_COOKIE = 'eventsapp.sid';
const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;

/** An unchanged session's expiry is written at most this often. */
const TOUCH_AFTER_S = 300;

/** The store that all instances share. `collectionP` settles when its index is there; it rejects if MongoDB is not. */
export function createSessionStore(
  db: Db,
  { createIndexes = true }: { readonly createIndexes?: boolean } = {},
): MongoStore {
  const store = MongoStore.create({
    client: db.client,
    dbName: db.databaseName,
    touchAfter: TOUCH_AFTER_S,
    autoRemove: createIndexes ? 'native' : 'disabled',
  });
  // Without this a database that is unavailable at start ends the process by an unhandled rejection; requests still see the error.
  store.collectionP.catch(() => undefined);
  return store;
}

/** Rolling sessions of 14 days: every answer to a logged-in client renews the cookie. */
export function sessionMiddleware(config: LegacyConfig, store: session.Store): RequestHandler {
  return session({
    name: SESSION_COOKIE,
    secret: [...config.sessionSecrets],
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { maxAge: MAX_AGE_MS, httpOnly: true, sameSite: 'lax', secure: 'auto' },
  });
}
