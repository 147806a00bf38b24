import { compare } from 'bcryptjs';
import type { RequestHandler } from 'express';
import type { Store } from 'express-session';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { LegacyConfig } from '../config';
import { SESSION_COOKIE, sessionMiddleware } from '../session';
import { bearerToCookie } from './bearer';
import type { SessionUser } from './identity';
import type { UserDocument, UserStore } from './store';

/** Of an unknown password, at the cost of real ones: an unknown email takes as long as a wrong password. */
const DUMMY_HASH = '$2b$10$SXjSL6ai0pUoPYkVljRE.O5a6yXDPijwQBGe4yszrDV9QOH6Iycu2';

export type PassportInstance = InstanceType<typeof Passport>;

export interface Authentication {
  readonly passport: PassportInstance;
  /** Finds out who is asking, in this order. Also runs in front of the WebSocket. */
  readonly middleware: readonly RequestHandler[];
}

/** Sessions by cookie or bearer token, and passport-local on top. */
export function createAuthentication(config: LegacyConfig, store: Store, users: UserStore): Authentication {
  // Not the shared instance of the package: several applications may live in one process.
  const passport = new Passport();
  passport.use(
    new LocalStrategy({ usernameField: 'email' }, (email, password, done) => {
      verify(users, email, password).then(
        (user) => {
          done(null, user);
        },
        (error: unknown) => {
          done(error);
        },
      );
    }),
  );
  // The session holds all that requests need; nothing is read from the users collection again.
  passport.serializeUser((user, done) => {
    done(null, user);
  });
  passport.deserializeUser((user: SessionUser, done) => {
    done(null, user);
  });
  return {
    passport,
    middleware: [
      bearerToCookie(SESSION_COOKIE),
      sessionMiddleware(config, store),
      passport.initialize(),
      passport.session(),
    ],
  };
}

/** How emails are kept and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

async function verify(users: UserStore, email: string, password: string): Promise<SessionUser | false> {
  const user = await users.findByEmail(normaliseEmail(email));
  const matches = await compare(password, user?.passwordHash ?? DUMMY_HASH);
  return user && matches ? toSessionUser(user) : false;
}

function toSessionUser(user: UserDocument): SessionUser {
  return {
    userId: user._id.toHexString(),
    customerAccountId: user.customerAccountId.toHexString(),
    fullName: user.fullName,
    roles: user.roles,
  };
}
