import { ownProperty } from '../own-property';
import type { StoredSession } from '../session-format';
import { SessionRecordError } from '../session-errors';
import { parseStoredCookie } from '../stored-cookie';

/**
 * A session from its deserialised value.
 *
 * @returns undefined for a falsy value, which express-session takes for no session at all
 * @throws SessionRecordError for anything that express-session could not inflate: an array, no usable `cookie`
 */
export function parseSession(value: unknown, lastModified: unknown): StoredSession | undefined {
  if (!value) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    throw new SessionRecordError('A session record is not an object');
  const cookie = parseStoredCookie(ownProperty(value, 'cookie'));
  if (cookie === undefined)
    throw new SessionRecordError('A session record has no usable cookie, which express-session always writes');
  return {
    data: value as Readonly<Record<string, unknown>>,
    cookie,
    lastModified: lastModified instanceof Date ? lastModified : undefined,
  };
}
