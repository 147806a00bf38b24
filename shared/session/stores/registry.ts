import type { ResolvedSession, StoreOptions } from '../session-config';
import type { StoreFormat } from './store-format';
import { ConnectMongoFormat } from './connect-mongo';
import { ConnectMongodbSessionFormat } from './connect-mongodb-session';

type OptionsByFormat = { readonly [Options in StoreOptions as Options['format']]: Options };

/** Every session store that can be read, by its name under `session.store.format`. */
const STORES: {
  readonly [Format in keyof OptionsByFormat]: new (
    options: OptionsByFormat[Format],
    session: ResolvedSession,
  ) => StoreFormat;
} = {
  'connect-mongo': ConnectMongoFormat,
  'connect-mongodb-session': ConnectMongodbSessionFormat,
};

/** The format that the configuration names. Made once and kept: it may hold a derived key. */
export function storeFormat(session: ResolvedSession): StoreFormat {
  return make(session.store.format, session.store, session);
}

function make<Format extends keyof OptionsByFormat>(
  format: Format,
  options: OptionsByFormat[Format],
  session: ResolvedSession,
): StoreFormat {
  return new STORES[format](options, session);
}
