import { ownProperty } from '../own-property';
import type { StoredSession } from '../session-format';
import { SessionRecordError } from '../session-errors';
import { parseStoredCookie } from '../stored-cookie';

/**
 * A session from its deserialised value.
 *
 * @throws SessionRecordError for anything that express-session could not inflate: null, an array, no usable `cookie`
 */
export function parseSession(value: unknown, lastModified: unknown): StoredSession {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SessionRecordError('A session record is not an object');
  const cookie = parseStoredCookie(ownProperty(value, 'cookie'));
  if (cookie === undefined) throw new SessionRecordError('A session record has no usable cookie');
  return {
    data: value as Readonly<Record<string, unknown>>,
    cookie,
    lastModified: lastModified instanceof Date ? lastModified : undefined,
  };
}
