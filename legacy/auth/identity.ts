import type {} from 'passport';
import type { Request } from 'express';
import { ObjectId } from 'mongodb';

export type Role = 'organiser' | 'member';

/** Who is logged in. Kept in the session as it is, so that a request needs no read of the users collection. */
export interface SessionUser {
  readonly userId: string;
  readonly customerAccountId: string;
  readonly fullName: string;
  readonly roles: readonly Role[];
}

/** A third-party integration that came with an API key: it has an account, but no user and no roles. */
export interface Integration {
  readonly name: string;
  readonly customerAccountId: string;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Express's types are extended
  namespace Express {
    interface Request {
      integration?: Integration;
    }
  }
}

/** The user whom Passport found in the session, if any. */
export function currentUser(req: Request): SessionUser | undefined {
  return req.user as SessionUser | undefined;
}

/**
 * The user behind a request.
 *
 * @throws Error on a request that no access check has let through
 */
export function userOf(req: Request): SessionUser {
  return orThrow(req, currentUser(req));
}

/**
 * The account whose data a request may see.
 *
 * @throws Error on a request that no access check has let through
 */
export function accountOf(req: Request): ObjectId {
  return new ObjectId(orThrow(req, currentUser(req) ?? req.integration).customerAccountId);
}

function orThrow<T>(req: Request, found: T | undefined): T {
  if (found === undefined) throw new Error(`${req.method} ${req.path} has no access check in front of it`);
  return found;
}
