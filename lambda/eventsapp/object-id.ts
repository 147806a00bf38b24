import { ObjectId } from 'mongodb';

import type { EventsappIdentity } from './identity';

/** The id that a client sent, or undefined if it cannot be one. The driver alone would take any 12 bytes of text for an id. */
export function parseObjectId(text: string | undefined): ObjectId | undefined {
  return text !== undefined && /^[0-9a-f]{24}$/i.test(text) ? ObjectId.createFromHexString(text) : undefined;
}

/**
 * The account whose data a request may see.
 *
 * @throws BSONError when the session holds no such id: a 500, as from the monolith
 */
export function accountOf({ customerAccountId }: EventsappIdentity): ObjectId {
  return new ObjectId(customerAccountId);
}

/**
 * The user whose doing it is.
 *
 * @throws BSONError as {@link accountOf}
 */
export function userOf({ userId }: EventsappIdentity): ObjectId {
  return new ObjectId(userId);
}
