import { ownProperty } from '../own-property';
import type { StoredSession } from './store-format';
import { SessionRecordError } from '../session-errors';
import { parseStoredCookie } from '../stored-cookie';

/** A session from its deserialised value; undefined for a falsy one. Throws SessionRecordError for what has no usable cookie, no object included. */
export function parseSession(value: unknown, lastModified: unknown): StoredSession | undefined {
  if (!value) return undefined;
  const cookie = parseStoredCookie(ownProperty(value, 'cookie'));
  if (cookie === undefined)
    throw new SessionRecordError('A session record has no usable cookie, which express-session always writes');
  return {
    data: value as Readonly<Record<string, unknown>>,
    cookie,
    lastModified: lastModified instanceof Date ? lastModified : undefined,
  };
}
