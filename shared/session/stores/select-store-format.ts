import type { ResolvedSession } from '../session-config';
import type { StoreFormat } from './store-format';
import { ConnectMongoFormat } from './connect-mongo';
import { ConnectMongodbSessionFormat } from './connect-mongodb-session';

/** The format that the configuration names. Made once and kept: it may hold a derived key. */
export function storeFormat(session: ResolvedSession): StoreFormat {
  return session.store.format === 'connect-mongo'
    ? new ConnectMongoFormat(session.store, session)
    : new ConnectMongodbSessionFormat(session.store, session);
}
