import type { ResolvedSession } from '../../../shared/session/session-config';
import { ownProperty } from '../../../shared/session/own-property';
import type { StoredSession, StoreFormat, Touch } from '../../../shared/session/stores/store-format';
import { formatDuration } from '../duration';
import { ok, type Finding } from '../finding';

/** Whether using the token now would extend the session. */
export function describeTouch(
  touch: Touch | undefined,
  { lastModified }: StoredSession,
  { touchAfter }: Pick<ResolvedSession, 'touchAfter'>,
  { expiryField, touches }: StoreFormat,
  now: Date,
): Finding {
  if (touch !== undefined) {
    const expires = ownProperty(ownProperty(touch.update, '$set'), expiryField);
    const until = expires instanceof Date ? ` until ${expires.toISOString()}` : '';
    return ok('touch', `due: the next request extends the session${until}; this command writes nothing`);
  }
  if (!touches) return ok('touch', 'never: this store does not extend unchanged sessions unless resave is true');
  if (lastModified === undefined) return ok('touch', 'not possible: its age exceeds the range of dates');
  const age = formatDuration(now.getTime() - lastModified.getTime());
  return ok('touch', `not due: last one ${age} ago, touchAfter ${touchAfter} s`);
}
