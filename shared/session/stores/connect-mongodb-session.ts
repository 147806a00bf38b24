import type { Document, Filter } from 'mongodb';
import { collectionOf, type ConnectMongodbSessionOptions, type ResolvedSession } from '../session-config';
import { SessionFormatError } from '../session-errors';
import type { StoreFormat, StoredSession, Touch } from './store-format';
import { expiryAfterUse } from './expiry';
import { parseSession } from './parse-session';
import { describeRecord, OTHER_FIELDS, recordShape } from './record-shape';

/** Two weeks. */
const DEFAULT_AGE_MS = 1_209_600_000;

/** Records of connect-mongodb-session 5: the id under `idField`, a subdocument `session`, the expiry under `expiresKey`. */
export class ConnectMongodbSessionFormat implements StoreFormat {
  readonly collection: string;
  readonly database: string | undefined;
  readonly text: string;
  readonly idField: string;
  readonly expiryField: string;
  readonly nullNeverExpires = true;
  readonly touches = false;
  readonly projection = { _id: 0, session: 1, ...OTHER_FIELDS };

  constructor(
    private readonly options: ConnectMongodbSessionOptions,
    private readonly session: Pick<ResolvedSession, 'resave'>,
  ) {
    this.collection = collectionOf(options);
    this.database = options.databaseName;
    this.idField = options.idField ?? '_id';
    this.expiryField = options.expiresKey ?? 'expires';
    this.text = `connect-mongodb-session with idField: ${this.idField}, expiresKey: ${this.expiryField}`;
  }

  identify(sessionId: string): Filter<Document> {
    return { [this.idField]: sessionId };
  }

  /** Here the configured key decides; the store itself looks at `expires` only and takes a missing or null one for "never". */
  filter(sessionId: string, now: Date): Filter<Document> {
    const notExpired = [{ [this.expiryField]: null }, { [this.expiryField]: { $gt: now } }];
    return { ...this.identify(sessionId), $or: notExpired };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, so faults must reject
  async read(record: Document): Promise<StoredSession | undefined> {
    const stored: unknown = record['session'];
    // Falsy but there: the store hands it on, and express-session takes it for no session.
    const isNone = stored !== undefined && !stored;
    if (!isNone && recordShape(stored) !== 'subdocument')
      throw new SessionFormatError(`Expected a record of connect-mongodb-session; ${describeRecord(record)}`);
    return parseSession(stored, undefined);
  }

  /**
   * This store has no `touch`: with `resave: false` the monolith never extends an unmodified session, so neither does
   * this. With `resave: true` the monolith writes the whole document, which can resurrect a session that has just been
   * logged out; the same life is given here by changing the expiry of a live record alone.
   */
  touch(sessionId: string, { cookie }: StoredSession, now: Date): Touch | undefined {
    if (!this.session.resave) return undefined;
    const expires = expiryAfterUse(cookie, this.options.expires ?? DEFAULT_AGE_MS, now);
    if (expires === undefined) return undefined;
    return {
      filter: this.filter(sessionId, now),
      update: { $set: { [this.expiryField]: expires } },
    };
  }
}
