import type { Db, ObjectId } from 'mongodb';
import { ownProperty } from './own-property';

/** Whom a request acts for: what the monolith knows as `req.user`, in the shape that handlers receive. */
export interface Identity {
  readonly userId: string;
  readonly customerAccountId: string;
  readonly fullName: string;
  readonly roles: readonly string[];
}

/**
 * Finds the identity in a session's data. Undefined means that nobody is logged in, or that the user is gone: 401. A
 * rejection means that it could not be found out: 500, as passport's `deserializeUser` with an error.
 */
export type IdentityResolver = (
  session: Readonly<Record<string, unknown>>,
  db: () => Promise<Db>,
) => Identity | undefined | Promise<Identity | undefined>;

export interface PassportOptions {
  /** passport's session key. Default `passport`. */
  readonly key?: string;
  /** From what the application keeps about a user to an identity; undefined when it cannot be one. */
  readonly toIdentity?: (user: unknown) => Identity | undefined;
}

/** Whatever `serializeUser` stored, by passport's own rule: truthy, or the number 0. */
export function passportUser(session: unknown, key = 'passport'): unknown {
  const user = ownProperty(ownProperty(session, key), 'user');
  return Boolean(user) || user === 0 ? user : undefined;
}

/** Identity of an application whose `serializeUser` stores the user's data in the session: no second read. */
export function passportUserData({ key, toIdentity = parseIdentity }: PassportOptions = {}): IdentityResolver {
  return (session) => {
    const user = passportUser(session, key);
    return user === undefined ? undefined : toIdentity(user);
  };
}

/**
 * Reads `{userId, customerAccountId, fullName, roles}`; ids may be strings or ObjectIds.
 *
 * @returns undefined when a part is missing or of another type
 */
export function parseIdentity(user: unknown): Identity | undefined {
  const userId = idText(ownProperty(user, 'userId'));
  const customerAccountId = idText(ownProperty(user, 'customerAccountId'));
  const fullName = ownProperty(user, 'fullName');
  const roles = ownProperty(user, 'roles');
  const complete = userId !== undefined && customerAccountId !== undefined && typeof fullName === 'string';
  if (!complete || !Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined;
  return { userId, customerAccountId, fullName, roles };
}

function idText(value: unknown): string | undefined {
  if (isObjectId(value)) return value.toHexString();
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * By what BSON says of itself rather than by its class: with the class, every function would hold the driver, those that never
 * reach MongoDB included.
 */
function isObjectId(value: unknown): value is ObjectId {
  if (typeof value !== 'object' || value === null) return false;
  // A session is JSON: it can hold the name, never the method.
  return Reflect.get(value, '_bsontype') === 'ObjectId' && typeof Reflect.get(value, 'toHexString') === 'function';
}
