import { collectionOf, encryptionOf, type StoreOptions } from '../../../../shared/session/session-config';

describe('options of a session store', () => {
  it.each<[StoreOptions, string]>([
    [{ format: 'connect-mongo' }, 'sessions'],
    [{ format: 'connect-mongo', collectionName: 'web' }, 'web'],
    [{ format: 'connect-mongodb-session' }, 'sessions'],
    [{ format: 'connect-mongodb-session', collection: 'web' }, 'web'],
  ])('%j: the records are in %s', (store, collection) => expect(collectionOf(store)).toBe(collection));

  it('say how the records are encrypted, where they are', () => {
    const encryption = { scheme: 'kruptein', secret: ['s'] } as const;
    expect(encryptionOf({ store: { format: 'connect-mongo', encryption } })).toBe(encryption);
    expect(encryptionOf({ store: { format: 'connect-mongo' } })).toBeUndefined();
    expect(encryptionOf({ store: { format: 'connect-mongodb-session' } })).toBeUndefined();
  });
});
