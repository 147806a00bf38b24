import type { ObjectId } from 'mongodb';
import { ownProperty } from './own-property';

/** Reads the id alone: of an id, or the first of an object's `userId`, `id` and `_id` that is text, a whole number or an ObjectId. */
export function parseUserId(user: unknown): { readonly userId: string } | undefined {
  const candidates = [user, ownProperty(user, 'userId'), ownProperty(user, 'id'), ownProperty(user, '_id')];
  const userId = candidates.map((id) => (Number.isSafeInteger(id) ? String(id) : idText(id))).find(isPresent);
  return userId === undefined ? undefined : { userId };
}

const isPresent = (id: string | undefined): id is string => id !== undefined;

/** Text of an id; undefined for anything but non-empty text and ObjectIds. */
export function idText(value: unknown): string | undefined {
  if (isObjectId(value)) return value.toHexString();
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** By what BSON says of itself: with the class, every function would bundle the driver. */
function isObjectId(value: unknown): value is ObjectId {
  if (typeof value !== 'object' || value === null) return false;
  // A session is JSON: it can hold the name, never the method.
  return Reflect.get(value, '_bsontype') === 'ObjectId' && typeof Reflect.get(value, 'toHexString') === 'function';
}
