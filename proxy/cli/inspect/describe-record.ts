import { fault, ok, type Finding } from '../finding';
import { formatDuration } from '../duration';
import type { RecordLook } from './look-up-record';

const SECOND_LOOK = 'found when expiry is ignored';

/** When a live session ends. */
export function describeExpiry(record: RecordLook | undefined, now: Date): Finding {
  // It was live when the authenticator read it and may have been logged out since.
  if (record === undefined || !record.found) return ok('expiry', 'unknown: the document has been removed');
  const { expiry } = record;
  if (!(expiry instanceof Date)) return ok('expiry', 'never: the document has no date');
  const rest = expiry.getTime() - now.getTime();
  return ok('expiry', `expires in ${formatDuration(rest)} (${expiry.toISOString()})`);
}

/** Why no live document was found, after a second look without the expiry rule. */
export function explainMissing(record: RecordLook | undefined, place: string, now: Date): Finding {
  if (record !== undefined && record.elsewhere.length > 0)
    return fault(
      'document',
      `not in ${place}, but in ${record.elsewhere.join(', ')} of the same database`,
      'set that collection in session.store, as in the monolith',
    );
  if (record === undefined || !record.found) {
    const remedy =
      record?.documents === 0
        ? `${place} is empty: check the database in MONGODB_URI and the collection in session.store`
        : "the client must log in again; if it has just done so, this is not the monolith's database";
    return fault('document', `not in ${place}: logged out, expired and removed, or never stored here`, remedy);
  }
  const { expiry } = record;
  if (expiry instanceof Date) {
    const ago = formatDuration(now.getTime() - expiry.getTime());
    return fault('document', `expired ${ago} ago (${SECOND_LOOK} in ${place})`, 'the client must log in again');
  }
  const kind = expiry === null ? 'null' : `a ${typeof expiry}`;
  return fault(
    'document',
    `its expiry is ${kind}, not a date, so the session is never accepted (${SECOND_LOOK} in ${place})`,
    'find out what else writes to the collection; the client must log in again',
  );
}
