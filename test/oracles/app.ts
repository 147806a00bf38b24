import { IncomingMessage } from 'node:http';
import express, { type Express, type Request } from 'express';
import session, { type SessionOptions } from 'express-session';
import { Passport } from 'passport';
import { bearerToCookie } from './bearer';
import { loadFrom } from './load';

export const COOKIE_NAME = 'eventsapp.sid';

type PassportInstance = InstanceType<typeof Passport>;

interface OracleApp {
  readonly session: Omit<SessionOptions, 'resave' | 'saveUninitialized'> & { readonly resave?: boolean };
  readonly passport: PassportInstance;
}

/** passport 0.7, keeping the user in the session as it is. */
export function passport07(): PassportInstance {
  return keepingUsers(new Passport());
}

/**
 * passport 0.4.1. It adds `login` and the like to Node's own IncomingMessage: use it in a test file of its own and call
 * {@link unpatchRequests} at the end.
 */
export function passport04(): PassportInstance {
  const { Passport: Passport04 } = loadFrom('passport-0.4', 'passport') as { readonly Passport: typeof Passport };
  return keepingUsers(new Passport04());
}

/** Removes what passport 0.4 added: other test files of the process use the class as well. */
export function unpatchRequests(): void {
  for (const name of ['login', 'logIn', 'logout', 'logOut', 'isAuthenticated', 'isUnauthenticated'])
    Reflect.deleteProperty(IncomingMessage.prototype, name);
}

function keepingUsers(passport: PassportInstance): PassportInstance {
  passport.serializeUser((user, done) => {
    done(null, user);
  });
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user);
  });
  return passport;
}

/**
 * A real Express application with real sessions: `POST /login` takes the user to be stored, `GET /whoami` answers 200 and the
 * user, or 401; `POST /logout`; `GET /app/whoami` the same as `/whoami`.
 */
export function oracleApp({ session: options, passport }: OracleApp): Express {
  const app = express();
  app.set('env', 'test'); // silences the log of errors, which are asked for here
  app.use(express.json());
  app.use(bearerToCookie(options.name ?? COOKIE_NAME));
  app.use(session({ name: COOKIE_NAME, resave: false, saveUninitialized: false, ...options }));
  app.use(passport.initialize());
  app.use(passport.session());
  app.post('/login', (req, res, next) => {
    const { user } = req.body as { readonly user: Express.User };
    req.login(user, (error: unknown) => (error === undefined || error === null ? res.json({}) : next(error)));
  });
  app.post('/logout', (req, res, next) => {
    logout(req, (error) => (error === undefined || error === null ? res.status(204).end() : next(error)));
  });
  app.get(['/whoami', '/app/whoami'], (req, res) => {
    if (req.user) res.json(req.user);
    else res.status(401).end();
  });
  return app;
}

/** Until passport 0.5 `logout` took no callback, and called none. */
function logout(req: Request, done: (error?: unknown) => void): void {
  const takesCallback = req.logout.length > 0;
  req.logout(done);
  if (!takesCallback) done();
}
