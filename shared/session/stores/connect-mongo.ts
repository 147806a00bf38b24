import type { Document, Filter } from 'mongodb';
import { parseJson } from '../parse-json';
import { collectionOf, type ConnectMongoOptions, type ResolvedSession } from '../session-config';
import { SessionFormatError, SessionRecordError } from '../session-errors';
import type { StoreFormat, StoredSession, Touch } from './store-format';
import { expiryAfterUse, notExpired } from './expiry';
import { decryptKruptein } from './kruptein';
import { parseSession } from './parse-session';
import { describeRecord, OTHER_FIELDS, recordShape } from './record-shape';
import { webCryptoDecrypter } from './web-crypto';

/** Two weeks. */
const DEFAULT_TTL_SECONDS = 1_209_600;

/** Records of connect-mongo 3 to 6: `{_id, session, expires, lastModified?}`. */
export class ConnectMongoFormat implements StoreFormat {
  readonly collection: string;
  readonly database: string | undefined;
  readonly text: string;
  readonly idField = '_id';
  readonly expiryField = 'expires';
  readonly nullNeverExpires = false;
  readonly touches = true;
  readonly projection = { _id: 0, session: 1, lastModified: 1, ...OTHER_FIELDS };
  private readonly decrypt: ((record: string) => Promise<string>) | undefined;
  private readonly unserialize: ((stored: unknown) => unknown) | undefined;

  constructor(
    private readonly options: ConnectMongoOptions,
    private readonly session: Pick<ResolvedSession, 'touchAfter' | 'encryptionSecret'>,
  ) {
    this.collection = collectionOf(options);
    this.database = options.dbName;
    this.decrypt = decrypter(options, session.encryptionSecret);
    this.unserialize = options.unserialize ?? (options.serialize && ((stored) => stored));
    this.text = describe(options);
  }

  identify(sessionId: string): Filter<Document> {
    return { _id: this.storageId(sessionId) };
  }

  filter(sessionId: string, now: Date): Filter<Document> {
    return { ...this.identify(sessionId), ...notExpired(this.expiryField, now) };
  }

  async read(record: Document): Promise<StoredSession | undefined> {
    const stored: unknown = record['session'];
    // connect-mongo 6 decrypts text only, so that records from before encryption with `stringify: false` still count.
    const encrypted = this.decrypt !== undefined && typeof stored === 'string';
    const value = encrypted ? this.fromPlaintext(await this.plaintext(stored)) : this.deserialise(record);
    // With touchAfter the store records the last touch on whatever it read, and fails if that is not a session.
    if (this.session.touchAfter > 0 && record['lastModified'] && !value)
      throw new SessionRecordError('A session record has a lastModified, and no session');
    return parseSession(value, record['lastModified']);
  }

  /** As connect-mongo's `touch`: `expires`, and `lastModified` where it was, unless younger than `touchAfter`; never of a record that has expired meanwhile. */
  touch(sessionId: string, { cookie, lastModified }: StoredSession, now: Date): Touch | undefined {
    const gated = this.session.touchAfter > 0 && lastModified !== undefined;
    if (gated && now.getTime() - lastModified.getTime() < this.session.touchAfter * 1000) return undefined;
    const expires = expiryAfterUse(cookie, (this.options.ttl ?? DEFAULT_TTL_SECONDS) * 1000, now);
    if (expires === undefined) return undefined;
    return {
      filter: this.filter(sessionId, now),
      update: {
        $set: { expires, ...(gated && { lastModified: now }) },
        ...(this.options.timestamps === true && { $currentDate: { updatedAt: true } }),
      },
    };
  }

  /** Always a string: an object here would be a query operator. The driver's types want an ObjectId under `_id`. */
  private storageId(sessionId: string): never {
    const id: unknown = this.options.transformId?.(sessionId) ?? sessionId;
    if (typeof id !== 'string') throw new SessionFormatError('session.store.transformId did not return a string');
    return id as never;
  }

  private deserialise(record: Document): unknown {
    const stored: unknown = record['session'];
    if (this.unserialize !== undefined && stored !== undefined) return this.unserialize(stored);
    if (isNone(stored) || (stored === '' && this.options.stringify === false)) return stored;
    if (this.options.stringify === false)
      return recordShape(stored) === 'subdocument'
        ? stored
        : this.refuse('connect-mongo with stringify: false', record);
    const value = typeof stored === 'string' ? parseJson(stored) : undefined;
    if (typeof value === 'object' || value === '' || isNone(value)) return value;
    // Text that begins as an object was one, and was cut off; JSON of anything else is no session either.
    const broken = typeof stored === 'string' && (stored.startsWith('{') || recordShape(stored) === 'json');
    if (broken) throw new SessionRecordError('A session record is neither JSON nor an object');
    return this.refuse('connect-mongo with stringify: true', record);
  }

  private async plaintext(stored: string): Promise<string> {
    if (recordShape(stored) === 'json' || this.decrypt === undefined)
      this.refuse('an encrypted connect-mongo', { session: stored });
    return this.decrypt(stored);
  }

  /** With `stringify: true`, and always with connect-mongo 6, the plaintext is JSON text as JSON: parse twice. */
  private fromPlaintext(plaintext: string): unknown {
    const once = parseJson(plaintext);
    if (this.unserialize !== undefined) return this.unserialize(once ?? plaintext);
    return typeof once === 'string' ? parseJson(once) : once;
  }

  private refuse(expected: string, record: Document): never {
    throw new SessionFormatError(`Expected a record of ${expected}; ${describeRecord(record)}`);
  }
}

function describe({ serialize, unserialize, stringify, transformId, encryption }: ConnectMongoOptions): string {
  const parts = [
    unserialize || serialize ? 'custom serialize' : `stringify: ${stringify !== false}`,
    ...(transformId ? ['transformId'] : []),
    ...(encryption ? [`encryption: ${encryption.scheme}`] : []),
  ];
  return `connect-mongo with ${parts.join(', ')}`;
}

/** What connect-mongo hands on as it is, and express-session takes for no session. */
const isNone = (value: unknown): boolean => value === null || value === false || value === 0;

function decrypter(options: ConnectMongoOptions, secret: string | undefined) {
  const { encryption } = options;
  if (encryption === undefined || secret === undefined) return undefined;
  if (encryption.scheme === 'webcrypto') return webCryptoDecrypter({ ...encryption, secret });
  const { hashing = 'sha512', encodeas = 'base64' } = encryption;
  return (record: string) => decryptKruptein(record, { secret, hashing, encodeas });
}
