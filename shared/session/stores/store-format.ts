import type { Document, Filter, UpdateFilter } from 'mongodb';
import type { StoredCookie } from '../stored-cookie';

/** A session as read from its record. */
export interface StoredSession {
  /** The session's data. Outside data: read own properties only. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly cookie: StoredCookie;
  /** The record's own `lastModified`, when its store keeps one. */
  readonly lastModified: Date | undefined;
}

/** What differs between store packages: where a record is, when it counts, how it reads, how its life is extended. */
export interface StoreFormat {
  /** In a few words, for tools: `connect-mongo with stringify: true, encryption: kruptein`. */
  readonly text: string;
  readonly collection: string;
  readonly database: string | undefined;
  /** The record's field that holds the session's id. */
  readonly idField: string;
  /** The record's field that says when it expires. */
  readonly expiryField: string;
  /** Whether null there stands for a session that never expires. */
  readonly nullNeverExpires: boolean;
  /** Whether the package extends sessions that no request has changed, and notes when in `lastModified`. */
  readonly touches: boolean;
  /** Finds the record of this id whether or not it has expired: for tools that explain a refusal, never to accept. */
  identify(sessionId: string): Filter<Document>;
  /** Finds the record of this id if it has not expired. The cookie's own `expires` is stale and never asked. */
  filter(sessionId: string, now: Date): Filter<Document>;
  readonly projection: Document;
  /** Undefined when the record holds no session. Throws SessionFormatError for another format, SessionRecordError for a broken record. */
  read(record: Document): Promise<StoredSession | undefined>;
  /** The write that extends the session, or undefined when there is nothing to write yet. Never to be an upsert. */
  touch(sessionId: string, session: StoredSession, now: Date): Touch | undefined;
}

export interface Touch {
  readonly filter: Filter<Document>;
  readonly update: UpdateFilter<Document>;
}
