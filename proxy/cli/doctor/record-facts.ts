import type { Db, Document } from 'mongodb';
import { describeRecord } from '../../../shared/session/stores/record-shape';
import { passportUser, type IdentityResolver } from '../../../shared/session/identity';
import { ownProperty } from '../../../shared/session/own-property';
import { SessionRecordError } from '../../../shared/session/session-errors';
import type { StoreFormat, StoredSession } from '../../../shared/session/stores/store-format';
import type { StoredCookie } from '../../../shared/session/stored-cookie';
import { describeError } from '../describe-error';

/** One session record, as far as it can be described without identifying it. */
export interface RecordFacts {
  readonly expiry: 'live' | 'expired' | 'missing' | 'null' | 'not a date';
  readonly hasTextId: boolean;
  readonly hasLastModified: boolean;
  /** What it looks like by shape alone. */
  readonly looksLike: string;
  /** Set when the configured format cannot read it. */
  readonly unreadable: 'other format' | 'broken' | undefined;
  readonly cookie: StoredCookie | undefined;
  readonly keys: readonly string[];
  readonly user: 'recognised' | 'not recognised' | 'failed' | 'nobody' | undefined;
}

export interface RecordLook {
  readonly db: () => Promise<Db>;
  readonly format: StoreFormat;
  readonly identity: IdentityResolver;
  readonly now: Date;
}

/** Reads one record as the authorizer would. Throws the driver's error when an identity needs the database and it is unavailable. */
export async function examineRecord(record: Document, look: RecordLook): Promise<RecordFacts> {
  const { format, now } = look;
  const facts = {
    expiry: expiryOf(ownProperty(record, format.expiryField), now),
    hasTextId: typeof ownProperty(record, format.idField) === 'string',
    hasLastModified: ownProperty(record, 'lastModified') instanceof Date,
    looksLike: describeRecord(record),
  };
  const session = await read(record, format);
  if (typeof session === 'string')
    return { ...facts, unreadable: session, cookie: undefined, keys: [], user: undefined };
  const { cookie, data } = session;
  return { ...facts, unreadable: undefined, cookie, keys: Object.keys(data), user: await userOf(data, look) };
}

async function read(record: Document, format: StoreFormat): Promise<StoredSession | 'other format' | 'broken'> {
  try {
    return (await format.read(record)) ?? 'broken';
  } catch (error) {
    // A hook that throws is a wrong hook for these records.
    return error instanceof SessionRecordError ? 'broken' : 'other format';
  }
}

async function userOf(data: StoredSession['data'], { identity, db }: RecordLook): Promise<RecordFacts['user']> {
  try {
    if ((await identity.fromSession(data, db)) !== undefined) return 'recognised';
  } catch (error) {
    if (describeError(error).code.startsWith('database')) throw error;
    return 'failed';
  }
  return passportUser(data) === undefined ? 'nobody' : 'not recognised';
}

function expiryOf(value: unknown, now: Date): RecordFacts['expiry'] {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (!(value instanceof Date)) return 'not a date';
  return value > now ? 'live' : 'expired';
}
