/** What to do about a key, by its name. */
export type Hints = Readonly<Record<string, string>>;

const IN_STORE = 'write it under session.store';
const BY_URI = 'remove it: MONGODB_URI says where the database is';
const NO_EFFECT = 'remove it: Banyan neither saves nor removes sessions';
const FROM_THE_STORE = 'remove it: it is read from each stored session';

/** Names of express-session that are others here, and options of the store that belong one level deeper. */
export const SESSION_HINTS: Hints = {
  name: "write cookieName, which stands for express-session's name",
  key: "write cookieName, which stands for express-session's key",
  secret: "write secrets: fromEnvironment('SESSION_SECRET')",
  maxAge: FROM_THE_STORE,
  saveUninitialized: NO_EFFECT,
  unset: NO_EFFECT,
  genid: NO_EFFECT,
  proxy: 'remove it: it concerns sending cookies, which the proxy leaves alone',
  format: IN_STORE,
  ttl: IN_STORE,
  collectionName: IN_STORE,
  collection: IN_STORE,
  dbName: IN_STORE,
  databaseName: IN_STORE,
  stringify: IN_STORE,
  encryption: IN_STORE,
  crypto: "write session.store.encryption: { scheme: 'kruptein', secret: fromEnvironment(...) }",
};

/** express-session's cookie options. */
export const COOKIE_HINTS: Hints = Object.fromEntries(
  ['maxAge', 'expires', 'secure', 'httpOnly', 'sameSite', 'domain', 'partitioned', 'priority'].map((name) => [
    name,
    FROM_THE_STORE,
  ]),
);

const STORE_HINTS: Hints = {
  touchAfter: 'write session.touchAfter',
  mongoUrl: BY_URI,
  mongoOptions: BY_URI,
  client: BY_URI,
  clientPromise: BY_URI,
  url: BY_URI,
  uri: BY_URI,
  autoRemove: NO_EFFECT,
  autoRemoveInterval: NO_EFFECT,
};

export const CONNECT_MONGO_HINTS: Hints = {
  ...STORE_HINTS,
  collection: 'write collectionName, as since connect-mongo 4',
  databaseName: 'write dbName',
  crypto: "write encryption: { scheme: 'kruptein', secret: fromEnvironment(...) }",
  cryptoAdapter: "write encryption: { scheme: 'webcrypto', secret: fromEnvironment(...) }",
};

export const CONNECT_MONGODB_SESSION_HINTS: Hints = {
  ...STORE_HINTS,
  collectionName: 'write collection, as connect-mongodb-session calls it',
  dbName: 'write databaseName, as connect-mongodb-session calls it',
  ttl: 'write expires, in milliseconds, as connect-mongodb-session calls it',
  connectionOptions: BY_URI,
};
