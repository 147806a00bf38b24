import expressSession, { type Store } from 'express-session';
import type { StoreOptions } from '../../shared/session/session-config';
import { loadFrom, type Workspace } from './load';

/** A real session store, connected. */
export interface OracleStore {
  readonly store: Store;
  close(): Promise<void>;
}

interface ConnectMongoClass {
  create(options: object): Store & { close(): Promise<void> };
}
interface ConnectMongo6 extends ConnectMongoClass {
  readonly default: ConnectMongoClass;
  readonly createWebCryptoAdapter: (options: object) => object;
}
type ConnectMongo3 = (session: typeof expressSession) => new (options: object) => Store & { close(): Promise<void> };
type ConnectMongodbSession = (
  session: typeof expressSession,
) => new (options: object) => Store & { client: { close(): Promise<void> } };

/** connect-mongo 4 to 6 by the options of their documentation. */
export function connectMongo(version: 4 | 5 | 6, uri: string, options: object = {}): OracleStore {
  const loaded = loadFrom(`connect-mongo-${version}`, 'connect-mongo') as ConnectMongoClass & {
    default?: ConnectMongoClass;
  };
  const store = (loaded.default ?? loaded).create({ mongoUrl: uri, ...options });
  return { store, close: () => store.close() };
}

/** connect-mongo 3, whose collection option has another name. */
export function connectMongo3(uri: string, options: object = {}): OracleStore {
  const Store = (loadFrom('connect-mongo-3', 'connect-mongo') as ConnectMongo3)(expressSession);
  const store = new Store({ url: uri, mongoOptions: { useUnifiedTopology: true }, ...options });
  return { store, close: () => Promise.resolve(store.close()) };
}

/** connect-mongodb-session 5. */
export function connectMongodbSession(uri: string, options: object = {}): OracleStore {
  const Store = (loadFrom('connect-mongodb-session-5', 'connect-mongodb-session') as ConnectMongodbSession)(
    expressSession,
  );
  const store = new Store({ uri, ...options });
  return { store, close: () => store.client.close() };
}

/** One way to keep sessions: how the monolith configures it, and how banyan.config.ts says the same. */
export interface StoreCase {
  readonly name: string;
  readonly workspace: Workspace;
  readonly open: (uri: string) => OracleStore;
  readonly ours: StoreOptions;
  readonly touchAfter?: number;
}

const text = (session: object) => `v1 ${JSON.stringify(session)}`;
const fromText = (stored: unknown): unknown => JSON.parse(String(stored).slice(3));
const hooks = { serialize: text, unserialize: fromText };
const transformId = (id: string) => `sess:${id}`;

function connectMongoCases(version: 3 | 4 | 5 | 6): StoreCase[] {
  const workspace = `connect-mongo-${version}` as const;
  const open = (options: object) => (uri: string) =>
    version === 3 ? connectMongo3(uri, options) : connectMongo(version, uri, options);
  const of = (what: string, theirs: object, ours: object, touchAfter?: number): StoreCase => ({
    name: `connect-mongo ${version}, ${what}`,
    workspace,
    open: open(theirs),
    ours: { format: 'connect-mongo', ...ours },
    ...(touchAfter !== undefined && { touchAfter }),
  });
  return [
    of('defaults', {}, {}),
    of('stringify: false', { stringify: false }, { stringify: false }),
    of('touchAfter', { touchAfter: 60 }, {}, 60),
    of('hooks', { ...hooks, transformId }, { ...hooks, transformId }),
    of(
      'its own collection, no TTL index',
      { [version === 3 ? 'collection' : 'collectionName']: 'web', autoRemove: 'disabled', ttl: 100 },
      { collectionName: 'web', ttl: 100 },
    ),
    ...(version === 3
      ? []
      : [
          of(
            'crypto',
            { crypto: { secret: 'store secret' } },
            { encryption: { scheme: 'kruptein', secret: ['store secret'] } },
          ),
          of(
            'crypto and stringify: false',
            { crypto: { secret: 'store secret' }, stringify: false },
            { encryption: { scheme: 'kruptein', secret: ['store secret'] }, stringify: false },
          ),
        ]),
  ];
}

function webCryptoCases(): StoreCase[] {
  const { createWebCryptoAdapter } = loadFrom('connect-mongo-6', 'connect-mongo') as ConnectMongo6;
  const cryptoAdapter = createWebCryptoAdapter({ secret: 'store secret' });
  return [true, false].map((stringify) => ({
    name: `connect-mongo 6, WebCrypto, stringify: ${stringify}`,
    workspace: 'connect-mongo-6',
    open: (uri) => connectMongo(6, uri, { cryptoAdapter, stringify }),
    ours: { format: 'connect-mongo', stringify, encryption: { scheme: 'webcrypto', secret: ['store secret'] } },
  }));
}

/** Every store version with every way to configure it that the authorizer reads. */
export const STORE_CASES: readonly StoreCase[] = [
  ...([3, 4, 5, 6] as const).flatMap(connectMongoCases),
  ...webCryptoCases(),
  {
    name: 'connect-mongodb-session 5, defaults',
    workspace: 'connect-mongodb-session-5',
    open: (uri) => connectMongodbSession(uri),
    ours: { format: 'connect-mongodb-session' },
  },
  {
    name: 'connect-mongodb-session 5, its own fields and collection',
    workspace: 'connect-mongodb-session-5',
    open: (uri) => connectMongodbSession(uri, { idField: 'sid', expiresKey: 'until', collection: 'web' }),
    ours: { format: 'connect-mongodb-session', idField: 'sid', expiresKey: 'until', collection: 'web' },
  },
];
