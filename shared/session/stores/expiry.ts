import type { Document, Filter } from 'mongodb';
import type { StoredCookie } from '../stored-cookie';

/** connect-mongo's rule for a live record. In the query, because the TTL index removes expired records only now and then. */
export function notExpired(field: string, now: Date): Filter<Document> {
  return { $or: [{ [field]: { $exists: false } }, { [field]: { $gt: now } }] };
}

/** When a session ends that is used now: by its cookie's age, else the store's default; undefined beyond the calendar. */
export function expiryAfterUse(cookie: StoredCookie, defaultAge: number, now: Date): Date | undefined {
  const expires = new Date(now.getTime() + (cookie.originalMaxAge ?? defaultAge));
  return Number.isNaN(expires.getTime()) ? undefined : expires;
}
