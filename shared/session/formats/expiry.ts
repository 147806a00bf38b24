import type { Document, Filter } from 'mongodb';
import type { StoredCookie } from '../stored-cookie';

/**
 * connect-mongo's rule for a live record: `expires` missing, or a date later than now. Null, text and numbers do not
 * count as live. It is part of the query, because the TTL index removes expired records only now and then, if at all.
 */
export function notExpired(field: string, now: Date): Filter<Document> {
  return { $or: [{ [field]: { $exists: false } }, { [field]: { $gt: now } }] };
}

/**
 * When a session ends that is used now: by its cookie's age, else by the store's own default.
 *
 * @returns undefined when the age leads beyond the calendar
 */
export function expiryAfterUse(cookie: StoredCookie, defaultAge: number, now: Date): Date | undefined {
  const expires = new Date(now.getTime() + (cookie.originalMaxAge ?? defaultAge));
  return Number.isNaN(expires.getTime()) ? undefined : expires;
}
