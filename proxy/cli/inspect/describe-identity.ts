import { ObjectId } from 'mongodb';
import { passportUser, type Identity } from '../../../shared/session/identity';
import { ownProperty } from '../../../shared/session/own-property';
import { fault, ok, type Finding } from '../finding';

/** Whom the request would act for. Claims by name only: their values may be personal, and an inspection is pasted into tickets. */
export function describeIdentity({ userId, ...claims }: Identity): Finding {
  const names = keys(claims);
  return ok('identity', names === 'none' ? `user ${userId}` : `user ${userId}, with ${names}`);
}

/** Why a session has no identity, as far as its shape shows: names of keys and types, never values. */
export function describeNobody(data: Readonly<Record<string, unknown>>): Finding {
  const remedy = 'make identity in banyan.config.ts match what serializeUser stores';
  const user = passportUser(data);
  if (user === undefined) {
    if (Object.hasOwn(data, 'passport'))
      return fault('identity', 'passport has no user: logged out, or never logged in', 'the client must log in');
    return fault(
      'identity',
      `not logged in (keys in the session: ${keys(data)})`,
      "the client must log in; if it has, give identity the monolith's own passport key",
    );
  }
  if (typeof user === 'object' && !(user instanceof ObjectId))
    return fault(
      'identity',
      `the user in the session (keys: ${keys(user)}) was not recognised, or no longer exists`,
      remedy,
    );
  const type = user instanceof ObjectId ? 'an ObjectId' : typeof user === 'string' ? 'text' : `a ${typeof user}`;
  return fault(
    'identity',
    `the user in the session is ${type}, which matches no user`,
    `${remedy}; for ids use passportUserId`,
  );
}

/** Names of keys only, shortened: a session could hold anything as a key. */
function keys(value: object | null): string {
  const names = Object.keys(value ?? {}).filter((name) => ownProperty(value, name) !== undefined);
  const shown = names.slice(0, 10).map((name) => (/^[\w$.-]{1,30}$/.test(name) ? name : '?'));
  return [...shown, ...(names.length > 10 ? ['...'] : [])].join(', ') || 'none';
}
