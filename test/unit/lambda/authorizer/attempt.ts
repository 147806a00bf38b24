import type { Document } from 'mongodb';
import { createAuthorizer } from '../../../../lambda/authorizer/authorizer';
import type { AuthorizerEvent } from '../../../../lambda/authorizer/policy';
import { createLogger } from '../../../../shared/logger';
import { passportUserData, type IdentityResolver } from '../../../../shared/session/identity';
import { sessionAuthenticator } from '../../../../shared/session/session-authenticator';
import { completeSession, resolveSession, type ConnectMongoOptions } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { restEvent } from './events';
import { fakeDatabase } from './fake-database';
import { parseTestIdentity } from '../../../support/test-identity';

export type Outcome = 'allowed' | 'unauthorized' | 'our fault';

export const SECRET = 'current-secret-value';
export const STORE_SECRET = 'store-secret-value';
const OLDER_SECRET = 'previous-secret-value';
const NAME = 'eventsapp.sid';
export const NOW = new Date('2026-11-23T08:00:00.000Z');
export const LATER = new Date(NOW.getTime() + 300_000);
export const ID = 'private-session-id';
export const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };

export const tokenOf = (id: string, secret = SECRET): string => `s:${sign(id, secret)}`;
export const cookie = (value: string): string => `${NAME}=${value}`;
export const withToken = (token: string): AuthorizerEvent => restEvent({ Cookie: cookie(encodeURIComponent(token)) });
/** The token of the session that {@link attempt} finds in the store unless told otherwise. */
export const GOOD = tokenOf(ID);

/** A record of connect-mongo. */
export function record(session: unknown, fields: object = { expires: LATER }, id: unknown = ID): Document {
  return { _id: id, session, ...fields };
}
export const sessionOf = (user: unknown): string =>
  JSON.stringify({ cookie: { originalMaxAge: 60_000 }, passport: { user } });

interface Attempt {
  readonly sessions?: readonly Document[];
  readonly users?: readonly Document[];
  readonly store?: Omit<ConnectMongoOptions, 'format'>;
  readonly identity?: IdentityResolver;
  /** What must not be told, beside the usual. */
  readonly alsoPrivate?: readonly string[];
}

/**
 * Lets the authorizer decide, and returns how that ended and how many questions the database was asked. Whatever the case: neither
 * answer nor error nor log may tell a token, an id or a secret, and no session may be made, renamed or changed but by its expiry.
 */
export async function attempt(
  event: AuthorizerEvent,
  {
    sessions = [record(sessionOf(ann))],
    users = [],
    store,
    identity = passportUserData({ parse: parseTestIdentity }),
    alsoPrivate = [],
  }: Attempt = {},
): Promise<readonly [Outcome, number]> {
  const before = withoutExpiry(sessions);
  const fake = fakeDatabase({ sessions, users });
  let reported = '';
  const options = { cookieName: NAME, secrets: [SECRET, OLDER_SECRET], rolling: true, touchAfter: 60 };
  const authorize = createAuthorizer({
    config: {
      session: resolveSession(completeSession({ ...options, store: { format: 'connect-mongo', ...store } }), {}),
      identity,
      authenticators: [sessionAuthenticator],
    },
    connection: { db: () => Promise.resolve(fake.db) },
    logger: createLogger({ level: 'debug', write: (line) => (reported += line) }),
    clock: () => NOW,
  });

  let outcome: Outcome = 'allowed';
  try {
    const answer = await authorize(event);
    reported += JSON.stringify(answer);
    if ('isAuthorized' in answer && !answer.isAuthorized) outcome = 'unauthorized';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    reported += `${error.name} ${error.message} ${error.stack} ${String(error.cause)}`;
    outcome = error.message === 'Unauthorized' ? 'unauthorized' : 'our fault';
  }
  await new Promise(setImmediate); // a touch that was started
  fake.restore();

  const signature = GOOD.slice(GOOD.lastIndexOf('.') + 1);
  for (const secret of [SECRET, OLDER_SECRET, STORE_SECRET, ID, signature, ...alsoPrivate])
    expect(reported).not.toContain(secret);
  expect(withoutExpiry(fake.collections['sessions'] ?? [])).toBe(before);
  const reads = fake.calls.filter((call) => call.endsWith('.findOne')).length;
  expect(fake.calls.length - reads).toBeLessThanOrEqual(outcome === 'allowed' ? 1 : 0); // the touch
  return [outcome, reads];
}

const EXPIRY = ['expires', 'lastModified'];
const withoutExpiry = (sessions: readonly Document[]): string =>
  JSON.stringify(sessions.map((found) => Object.entries(found).filter(([field]) => !EXPIRY.includes(field))));
