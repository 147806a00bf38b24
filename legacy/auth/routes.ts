import { Router, type RequestHandler } from 'express';
import type { LegacyConfig } from '../config';
import { SESSION_COOKIE } from '../session';
import { asFields, isText, sendValidationErrors, type FieldErrors } from '../validation';
import { requireUser } from './access';
import type { PassportInstance } from './authentication';
import { signedSessionId } from './bearer';
import { currentUser } from './identity';

const MAX_EMAIL = 254;
/** bcrypt looks at 72 bytes; anything much longer is no password. */
const MAX_PASSWORD = 1_000;

interface AuthRoutesDeps {
  readonly config: LegacyConfig;
  readonly passport: PassportInstance;
  readonly loginLimiter: RequestHandler;
}

/** `/api/auth`: login, logout, me. */
export function authRoutes({ config, passport, loginLimiter }: AuthRoutesDeps): Router {
  const router = Router();

  router.post('/login', requireCredentials, loginLimiter, (req, res, next) => {
    const answer = (error: unknown, user?: Express.User | false | null) => {
      if (error) {
        next(error);
        return;
      }
      if (!user) {
        res.status(401).json({ error: 'Wrong email or password' });
        return;
      }
      // Passport gives the session a new id here, so that a planted one is worth nothing.
      req.logIn(user, (loginError: unknown) => {
        if (loginError) next(loginError);
        else res.json({ user, token: signedSessionId(req.sessionID, config.sessionSecrets[0]) });
      });
    };
    const authenticate = passport.authenticate('local', answer) as RequestHandler;
    authenticate(req, res, next);
  });

  router.post('/logout', (req, res, next) => {
    req.session.destroy((error: unknown) => {
      if (error) {
        next(error);
        return;
      }
      res.clearCookie(SESSION_COOKIE, { path: '/', httpOnly: true, sameSite: 'lax' });
      res.status(204).end();
    });
  });

  router.get('/me', requireUser, (req, res) => {
    res.json({ user: currentUser(req) });
  });

  return router;
}

const requireCredentials: RequestHandler = (req, res, next) => {
  const { email, password } = asFields(req.body);
  const fields: FieldErrors = {};
  if (!isText(email, MAX_EMAIL) || email.trim() === '') fields['email'] = 'is required';
  if (!isText(password, MAX_PASSWORD) || password === '') fields['password'] = 'is required';
  if (Object.keys(fields).length > 0) sendValidationErrors(res, fields);
  else next();
};
