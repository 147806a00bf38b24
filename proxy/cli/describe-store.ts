import type { StoreOptions } from '../../shared/session/session-config';

/** A store's configuration in a few words: `connect-mongo with stringify: true, encrypted (kruptein)`. */
export function describeStore(store: StoreOptions): string {
  if (store.format === 'connect-mongodb-session')
    return `connect-mongodb-session with idField: ${store.idField ?? '_id'}, expiresKey: ${store.expiresKey ?? 'expires'}`;
  const parts = [
    store.unserialize || store.serialize ? 'custom serialize' : `stringify: ${store.stringify !== false}`,
    ...(store.transformId ? ['transformId'] : []),
    ...(store.encryption ? [`encryption: ${store.encryption.scheme}`] : []),
  ];
  return `connect-mongo with ${parts.join(', ')}`;
}
