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

/** A third-party integration that came with an API key: it has an account, but is nobody and has no roles. */
export interface Integration {
  readonly name: string;
  readonly customerAccountId: string;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Passport's types are extended
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface, because it merges with Passport's own
    interface User extends SessionUser {}
    interface Request {
      integration?: Integration;
    }
  }
}

/**
 * The account whose data a request may see.
 *
 * @throws Error on a request that no access check has let through
 */
export function accountOf(req: Request): ObjectId {
  const owner = req.user ?? req.integration;
  if (owner === undefined) throw new Error(`${req.method} ${req.path} has no access check in front of it`);
  return new ObjectId(owner.customerAccountId);
}

/**
 * The user behind a request.
 *
 * @throws Error on a request that no access check has let through
 */
export function userOf(req: Request): SessionUser {
  if (req.user === undefined) throw new Error(`${req.method} ${req.path} has no access check in front of it`);
  return req.user;
}
