import type { Db } from 'mongodb';
import { ownProperty } from './own-property';
import { parseUserId } from './user-id';

/** Whom a request acts for, as handlers receive it. Claims that an application adds must survive JSON. */
export interface Identity {
  readonly userId: string;
}

/** Gives a user of the session, or claims that came back as JSON, their type; undefined when they cannot be an identity. */
export type IdentityParser<I extends Identity = Identity> = (user: unknown) => I | undefined;

/** How an application's identity is found, and read again where it arrives as JSON. */
export interface IdentityResolver<I extends Identity = Identity> {
  /** The identity in a session's data; undefined: anonymous, or a user that is gone (401). A rejection is a 500, as passport's. */
  readonly fromSession: (
    session: Readonly<Record<string, unknown>>,
    db: () => Promise<Db>,
  ) => I | undefined | Promise<I | undefined>;
  /** Reads the claims that the authorizer hands to functions. */
  readonly parse: IdentityParser<I>;
}

export interface PassportOptions<I extends Identity = Identity> {
  /** passport's session key. Default `passport`. */
  readonly key?: string;
  /** Default: the user's id and no claims, {@link parseUserId}. */
  readonly parse?: IdentityParser<I>;
}

/** Options of an application whose identity has claims. */
export type WithParser<O extends PassportOptions<I>, I extends Identity> = O & Required<Pick<O, 'parse'>>;

/** Whatever `serializeUser` stored, by passport's own rule: truthy, or the number 0. */
export function passportUser(session: unknown, key = 'passport'): unknown {
  const user = ownProperty(ownProperty(session, key), 'user');
  return Boolean(user) || user === 0 ? user : undefined;
}

/** Identity of an application whose `serializeUser` stores the user's data in the session: no second read. */
export function passportUserData<I extends Identity>(options: WithParser<PassportOptions<I>, I>): IdentityResolver<I>;
export function passportUserData(options?: PassportOptions): IdentityResolver;
export function passportUserData({ key, parse = parseUserId }: PassportOptions = {}): IdentityResolver {
  return {
    parse,
    fromSession(session) {
      const user = passportUser(session, key);
      return user === undefined ? undefined : parse(user);
    },
  };
}
