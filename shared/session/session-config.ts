import { ConfigError } from '../errors';
import { resolveSecrets, type SecretSource } from './secret-source';

/** How connect-mongo encrypted the records. Other schemes of older versions are recognised and refused by name. */
export type EncryptionOptions =
  | {
      /** The `crypto` option of connect-mongo 4 to 6 with kruptein 3.0.x. */
      readonly scheme: 'kruptein';
      readonly secret: SecretSource;
      /** kruptein's own options, where they were changed; connect-mongo's defaults are sha512 and base64. */
      readonly hashing?: string;
      readonly encodeas?: 'base64' | 'hex';
    }
  | {
      /** `createWebCryptoAdapter` of connect-mongo 6, AES-GCM. */
      readonly scheme: 'webcrypto';
      readonly secret: SecretSource;
      readonly encoding?: 'base64' | 'base64url' | 'hex';
      readonly salt?: string;
      readonly iterations?: number;
      readonly ivLength?: number;
    };

/** connect-mongo 3 to 6, by the names of its own options. */
export interface ConnectMongoOptions {
  readonly format: 'connect-mongo';
  /** Default `sessions`. */
  readonly collectionName?: string;
  /** Default: the database that MONGODB_URI names. */
  readonly dbName?: string;
  /** Default true: the session is stored as JSON text. */
  readonly stringify?: boolean;
  /** Seconds; for sessions whose cookie has no age. Default 14 days. */
  readonly ttl?: number;
  /** connect-mongo 6: `updatedAt` is set on every touch. */
  readonly timestamps?: boolean;
  /** Only its presence matters here: without `unserialize` the stored value is then the session. */
  readonly serialize?: (session: never) => unknown;
  readonly unserialize?: (stored: unknown) => unknown;
  /** From session id to `_id`. */
  readonly transformId?: (sessionId: string) => string;
  readonly encryption?: EncryptionOptions;
}

/** connect-mongodb-session 5, by the names of its own options. */
export interface ConnectMongodbSessionOptions {
  readonly format: 'connect-mongodb-session';
  /** Default `sessions`. */
  readonly collection?: string;
  /** Default: the database that MONGODB_URI names. */
  readonly databaseName?: string;
  /** Default `_id`. */
  readonly idField?: string;
  /** Default `expires`. */
  readonly expiresKey?: string;
  /** Milliseconds; for sessions whose cookie has no age. Default 14 days. */
  readonly expires?: number;
}

export type StoreOptions = ConnectMongoOptions | ConnectMongodbSessionOptions;

/** What a team writes under `session` in banyan.config.ts: the options it gives express-session and its store. */
export interface SessionOptions {
  /** express-session's `name` (or `key`); case-sensitive. Default `connect.sid`. */
  readonly cookieName?: string;
  /** First signs, all verify. */
  readonly secrets: SecretSource;
  readonly store: StoreOptions;
  /** Seconds between touches of one session; 0 touches on every request. Default 0, as connect-mongo's. */
  readonly touchAfter?: number;
  /** Whether every answer renews the session cookie. Default false. */
  readonly rolling?: boolean;
  /** express-session's `resave`. Nothing is ever saved here; true only lets sessions of a store without touch be extended. */
  readonly resave?: boolean;
  /** express-session's `cookie` option, as far as reading needs it: outside `path` there is no session at all. */
  readonly cookie?: { readonly path?: string };
}

/** {@link SessionOptions} with every default filled in, secrets still unread. */
export interface SessionConfig extends Required<Omit<SessionOptions, 'cookie'>> {
  readonly cookie: { readonly path: string };
}

/** The same with the secrets' values: what the session steps work with. */
export interface ResolvedSession extends Omit<SessionConfig, 'secrets'> {
  readonly secrets: readonly string[];
  /** The value of `store.encryption.secret`, when records are encrypted. */
  readonly encryptionSecret?: string;
}

/** Fills in the defaults of express-session and its stores. */
export function completeSession(options: SessionOptions): SessionConfig {
  return Object.freeze({
    cookieName: options.cookieName ?? 'connect.sid',
    secrets: options.secrets,
    store: Object.freeze({ ...options.store }),
    touchAfter: options.touchAfter ?? 0,
    rolling: options.rolling ?? false,
    resave: options.resave ?? false,
    cookie: Object.freeze({ path: options.cookie?.path ?? '/' }),
  });
}

/** The collection of the records, by the store's own option or default. Pure. */
export function collectionOf(store: StoreOptions): string {
  return (store.format === 'connect-mongo' ? store.collectionName : store.collection) ?? 'sessions';
}

/** Of the records, where the store encrypts them. */
export function encryptionOf({ store }: Pick<SessionConfig, 'store'>): EncryptionOptions | undefined {
  return 'encryption' in store ? store.encryption : undefined;
}

/** Reads the secrets that the configuration names. Throws ConfigError naming every missing or empty one at once, never a value. */
export function resolveSession(
  session: SessionConfig,
  env: Readonly<Record<string, string | undefined>>,
): ResolvedSession {
  const encryption = encryptionOf(session);
  const faults: string[] = [];
  const secrets = resolveSecrets(session.secrets, env, faults);
  const [encryptionSecret] = encryption === undefined ? [] : resolveSecrets(encryption.secret, env, faults);
  if (faults.length > 0) throw new ConfigError('Session secrets', [...new Set(faults)]);
  return Object.freeze({ ...session, secrets, ...(encryptionSecret !== undefined && { encryptionSecret }) });
}
