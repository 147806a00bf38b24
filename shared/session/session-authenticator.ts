import type { Collection, Db } from 'mongodb';
import type {
  AnonymousReason,
  AuthenticationContext,
  AuthenticationRequest,
  AuthenticationResult,
  LiveSession,
} from './authenticator';
import { passportUser, type Identity } from './identity';
import type { StoreFormat } from './stores/store-format';
import { tokenFromRequest } from './token-from-request';
import { touchSession } from './touch';
import { unsign } from './unsign';

const anonymous = (reason: AnonymousReason) => ({ outcome: 'anonymous', reason }) as const;

/** Accepts the monolith's sessions: token, signature, live record, identity. The database is asked only for ids that a secret has signed. */
export const sessionAuthenticator = {
  name: 'session',

  async authenticate<I extends Identity>(
    request: AuthenticationRequest,
    context: AuthenticationContext<I>,
  ): Promise<AuthenticationResult<I>> {
    const { session, format, now, observe } = context;
    if (request.path !== undefined && !request.path.startsWith(session.cookie.path))
      return anonymous('outside the cookie path');
    const token = tokenFromRequest(request, session.cookieName);
    observe?.({ step: 'token', token });
    if (token === undefined) return anonymous('no credential');
    const verified = unsign(token.value, session.secrets);
    observe?.({ step: 'signature', verified });
    if (verified === undefined) return anonymous('bad signature');

    const collection = sessionCollection(await context.db(), format);
    const record = await collection.findOne(format.filter(verified.id, now()), { projection: format.projection });
    observe?.({ step: 'record', found: record !== null });
    if (record === null) return anonymous('no live session');
    const stored = await format.read(record);
    if (stored === undefined) return anonymous('no live session');
    observe?.({ step: 'session', session: stored });
    const identity = await context.identity.fromSession(stored.data, context.db);
    observe?.({ step: 'identity', identity });

    const touch = format.touch(verified.id, stored, now());
    const live: LiveSession = {
      ...(session.rolling && { sessionCookie: JSON.stringify(stored.cookie) }),
      ...(touch !== undefined && { afterwards: () => touchSession(collection, touch) }),
    };
    if (identity === undefined) {
      const reason = passportUser(stored.data) === undefined ? 'not logged in' : 'user not recognised';
      return { ...anonymous(reason), ...live };
    }
    observe?.({ step: 'touch', touch });
    return { outcome: 'authenticated', identity, ...live };
  },
};

export function sessionCollection(db: Db, format: StoreFormat): Collection {
  const database = format.database === undefined ? db : db.client.db(format.database);
  return database.collection(format.collection);
}
