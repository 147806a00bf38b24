import { ObjectId, type Db } from 'mongodb';
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

interface PassportOptions {
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

interface PassportUserIdOptions extends PassportOptions {
  /**
   * The application's `deserializeUser`: one read by id, projected to what the identity needs. `ids` holds the forms in
   * which the id may be stored, for `{_id: {$in: ids}}`: JSON sessions turn an ObjectId into its hex text.
   */
  readonly findUser: (db: Db, ids: readonly UserId[]) => Promise<unknown>;
}

export type UserId = string | number | ObjectId;

/** Identity of an application whose `serializeUser` stores only an id (string, number or ObjectId): one more read. */
export function passportUserId(options: PassportUserIdOptions): IdentityResolver {
  const { key, findUser, toIdentity = parseIdentity } = options;
  return async (session, db) => {
    const ids = userIds(passportUser(session, key));
    if (ids.length === 0) return undefined;
    const user = await findUser(await db(), ids);
    return user === null || user === undefined || user === false ? undefined : toIdentity(user);
  };
}

/** Objects other than ObjectId yield nothing: they would be query operators. */
function userIds(user: unknown): readonly UserId[] {
  if (typeof user === 'number') return [user];
  if (user instanceof ObjectId) return [user, user.toHexString()];
  if (typeof user !== 'string') return [];
  return /^[0-9a-f]{24}$/i.test(user) ? [user, new ObjectId(user)] : [user];
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
  if (value instanceof ObjectId) return value.toHexString();
  return typeof value === 'string' && value !== '' ? value : undefined;
}
