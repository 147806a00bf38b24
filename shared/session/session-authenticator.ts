import type { Collection, Db } from 'mongodb';
import type {
  AnonymousReason,
  AuthenticationContext,
  AuthenticationResult,
  Authenticator,
  LiveSession,
} from './authenticator';
import { SessionRecordError } from './session-errors';
import type { SessionFormat, StoredSession } from './session-format';
import { tokenFromRequest } from './token-from-request';
import { touchSession } from './touch';
import { unsign } from './unsign';

const anonymous = (reason: AnonymousReason): AuthenticationResult => ({ outcome: 'anonymous', reason });

/**
 * Accepts the monolith's own sessions: token, signature, live record, identity. The database is asked only for ids that
 * one of the secrets has signed, once (twice when the identity needs its own read).
 */
export const sessionAuthenticator: Authenticator = {
  name: 'session',

  async authenticate(request, context) {
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
    const stored = await readSession(collection, verified.id, context);
    if (typeof stored === 'string') return anonymous(stored);
    observe?.({ step: 'session', session: stored });
    const identity = await context.identity(stored.data, context.db);
    observe?.({ step: 'identity', identity });

    const touch = format.touch(verified.id, stored, now());
    const live: LiveSession = {
      ...(session.rolling && { sessionCookie: JSON.stringify(stored.cookie) }),
      ...(touch !== undefined && { afterwards: () => touchSession(collection, touch) }),
    };
    if (identity === undefined) return { ...anonymous('nobody logged in'), ...live };
    observe?.({ step: 'touch', touch });
    return { outcome: 'authenticated', identity, ...live };
  },
};

/** Where the sessions are. */
export function sessionCollection(db: Db, format: SessionFormat): Collection {
  const database = format.database === undefined ? db : db.client.db(format.database);
  return database.collection(format.collection);
}

async function readSession(
  collection: Collection,
  id: string,
  { format, logger, now, observe }: AuthenticationContext,
): Promise<StoredSession | AnonymousReason> {
  const record = await collection.findOne(format.filter(id, now()), { projection: format.projection });
  observe?.({ step: 'record', found: record !== null });
  if (record === null) return 'no live session';
  try {
    return await format.read(record);
  } catch (error) {
    if (!(error instanceof SessionRecordError)) throw error;
    observe?.({ step: 'unreadable', error });
    logger.warn({ metric: error.code, fault: error.message }, 'session record unreadable, request refused');
    return 'unreadable session';
  }
}
