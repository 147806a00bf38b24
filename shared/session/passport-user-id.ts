import { ObjectId, type Db } from 'mongodb';
import { passportUser, type Identity, type IdentityResolver, type PassportOptions, type WithParser } from './identity';
import { parseUserId } from './user-id';

interface PassportUserIdOptions<I extends Identity = Identity> extends PassportOptions<I> {
  /** The application's `deserializeUser`: one read by `{_id: {$in: ids}}`, because JSON sessions turn an ObjectId into hex text. */
  readonly findUser: (db: Db, ids: readonly UserId[]) => Promise<unknown>;
}

/** A user's id in one of the forms in which it may be stored. */
export type UserId = string | number | ObjectId;

/** Identity of an application whose `serializeUser` stores only an id (string, number or ObjectId): one more read. */
export function passportUserId<I extends Identity>(
  options: WithParser<PassportUserIdOptions<I>, I>,
): IdentityResolver<I>;
export function passportUserId(options: PassportUserIdOptions): IdentityResolver;
export function passportUserId(options: PassportUserIdOptions): IdentityResolver {
  const { key, findUser, parse = parseUserId } = options;
  return {
    parse,
    async fromSession(session, db) {
      const ids = userIds(passportUser(session, key));
      if (ids.length === 0) return undefined;
      const user = await findUser(await db(), ids);
      return user === null || user === undefined || user === false ? undefined : parse(user);
    },
  };
}

/** Objects other than ObjectId yield nothing: they would be query operators. */
function userIds(user: unknown): readonly UserId[] {
  if (typeof user === 'number') return [user];
  if (user instanceof ObjectId) return [user, user.toHexString()];
  if (typeof user !== 'string') return [];
  return /^[0-9a-f]{24}$/i.test(user) ? [user, new ObjectId(user)] : [user];
}
