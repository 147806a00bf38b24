import { createWebCryptoAdapter } from 'connect-mongo';
import { Binary, ObjectId, type Document } from 'mongodb';
import { storeFormat } from '../../../../../shared/session/stores/registry';
import { SessionFormatError, SessionRecordError } from '../../../../../shared/session/session-errors';
import {
  completeSession,
  resolveSession,
  type ConnectMongoOptions,
} from '../../../../../shared/session/session-config';
import { connectMongoOracle } from './connect-mongo-oracle';

const SECRET = 'encryption secret';
const NOW = new Date('2026-11-23T08:00:00.000Z');
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };

function format(store: Omit<ConnectMongoOptions, 'format'> = {}, touchAfter = 0) {
  const session = completeSession({ secrets: ['s'], touchAfter, store: { format: 'connect-mongo', ...store } });
  return storeFormat(resolveSession(session, {}));
}

const kruptein = { encryption: { scheme: 'kruptein', secret: [SECRET] } } as const;
const webcrypto = { encryption: { scheme: 'webcrypto', secret: [SECRET] } } as const;
const webCryptoOracle = (options = {}) => ({ cryptoAdapter: createWebCryptoAdapter({ secret: SECRET, ...options }) });
const reverse = (text: unknown) => Array.from(String(text)).reverse().join('');
const hooks = {
  serialize: (session: object) => reverse(JSON.stringify(session)),
  unserialize: (stored: unknown): unknown => JSON.parse(reverse(stored)),
};

function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no session');
  return value;
}

describe('records that connect-mongo 6 writes', () => {
  it.each<[string, object, Omit<ConnectMongoOptions, 'format'>]>([
    ['stringify: true', {}, {}],
    ['stringify: false', { stringify: false }, { stringify: false }],
    ['serialize and unserialize', hooks, hooks],
    ['serialize alone, stored as an object', { serialize: asObject }, { serialize: asObject }],
    ['the crypto option', { crypto: { secret: SECRET } }, kruptein],
    [
      'the crypto option, stringify: false',
      { crypto: { secret: SECRET }, stringify: false },
      { ...kruptein, stringify: false },
    ],
    ['the crypto option with hooks', { crypto: { secret: SECRET }, ...hooks }, { ...kruptein, ...hooks }],
    [
      'the crypto option with another hash and hex',
      { crypto: { secret: SECRET, hashing: 'sha384', encodeas: 'hex' } },
      { encryption: { scheme: 'kruptein', secret: [SECRET], hashing: 'sha384', encodeas: 'hex' } },
    ],
    ['createWebCryptoAdapter', webCryptoOracle(), webcrypto],
    [
      'createWebCryptoAdapter, stringify: false',
      { ...webCryptoOracle(), stringify: false },
      { ...webcrypto, stringify: false },
    ],
    ['createWebCryptoAdapter with hooks', { ...webCryptoOracle(), ...hooks }, { ...webcrypto, ...hooks }],
    [
      'createWebCryptoAdapter with its options',
      webCryptoOracle({ encoding: 'base64url', salt: 'salt', iterations: 1000, ivLength: 16 }),
      {
        encryption: {
          scheme: 'webcrypto',
          secret: [SECRET],
          encoding: 'base64url',
          salt: 'salt',
          iterations: 1000,
          ivLength: 16,
        },
      },
    ],
  ])('are read: %s', async (_case, theirs, ours) => {
    const oracle = connectMongoOracle(theirs);
    const record = await oracle.write({ passport: { user } }, 60_000);
    const { data, cookie } = some(await format(ours).read(record));
    expect(data['passport']).toEqual({ user });
    // express-session computes it from two readings of the clock.
    expect(cookie.originalMaxAge).toBeCloseTo(60_000, -2);
    expect(cookie).toMatchObject({ path: '/', httpOnly: true });
    expect(await oracle.read(record)).toMatchObject({ passport: { user } });
  });

  it('are read with lastModified when touchAfter is set', async () => {
    const record = await connectMongoOracle({ touchAfter: 60 }).write({ passport: { user } });
    expect(some(await format({}, 60).read(record)).lastModified).toEqual(record['lastModified']);
  });

  it('fail where the content is null and touchAfter is set, as there', async () => {
    const record = { _id: 'id', session: 'null', lastModified: new Date() };
    await expect(connectMongoOracle({ touchAfter: 60 }).read(record)).rejects.toThrow('of null');
    await expect(format({}, 60).read(record)).rejects.toThrow(SessionRecordError);
    expect(await format().read(record)).toBeUndefined();
  });

  it('keep an ObjectId with stringify: false, and its hex text otherwise', async () => {
    const userId = new ObjectId();
    const passport = { passport: { user: userId } };
    const bson = await format({ stringify: false }).read(
      await connectMongoOracle({ stringify: false }).write(passport),
    );
    expect(bson?.data['passport']).toEqual({ user: userId });
    const json = await format().read(await connectMongoOracle({}).write(passport));
    expect(json?.data['passport']).toEqual({ user: userId.toHexString() });
  });
});

describe('records from before encryption', () => {
  it('still count as objects, as with connect-mongo 6', async () => {
    const record = { session: { cookie: {}, passport: { user } } };
    const oracle = connectMongoOracle({ crypto: { secret: SECRET }, stringify: false });
    expect(await oracle.read(record)).toMatchObject({ passport: { user } });
    expect(some(await format({ ...kruptein, stringify: false }).read(record)).data['passport']).toEqual({ user });
  });
});

describe('records of another format', () => {
  const encryptedByCm3 = JSON.stringify(JSON.stringify({ hmac: 'a', ct: 'b', at: 'c', aad: 'd', iv: 'e' }));

  it.each<[string, Omit<ConnectMongoOptions, 'format'>, unknown, RegExp]>([
    [
      'an object instead of text',
      {},
      { cookie: {} },
      /stringify: true; it looks like connect-mongo with stringify: false/,
    ],
    ['text instead of an object', { stringify: false }, '{"cookie":{}}', /stringify: false; .* stringify: true/],
    [
      'JSON instead of kruptein',
      kruptein,
      '{"cookie":{}}',
      /encrypted .* looks like connect-mongo with stringify: true/,
    ],
    [
      'JSON instead of WebCrypto',
      webcrypto,
      '{"cookie":{}}',
      /encrypted .* looks like connect-mongo with stringify: true/,
    ],
    ['connect-mongo 3 encryption, plain expected', {}, encryptedByCm3, /encryption of connect-mongo 3; not supported/],
    ['connect-mongo 3 encryption, kruptein expected', kruptein, encryptedByCm3, /connect-mongo 3; not supported/],
    ['WebCrypto, plain expected', {}, Buffer.alloc(60, 7).toString('base64'), /perhaps by createWebCryptoAdapter/],
    [
      'WebCrypto, kruptein expected',
      kruptein,
      Buffer.alloc(60, 7).toString('base64'),
      /kruptein 3.0 record; .* createWebCryptoAdapter/,
    ],
  ])('are refused by name: %s', async (_case, options, session, message) => {
    const reading = format(options).read({ session });
    await expect(reading).rejects.toThrow(SessionFormatError);
    await expect(reading).rejects.toThrow(message);
  });

  it.each<[string, Document, RegExp]>([
    ['under data', { data: { cookie: {} } }, /keeps its session under data instead of session.* no store\.format/],
    ['as text under data', { data: '{"cookie":{}}' }, /under data instead of session/],
    ['under sess', { sess: { cookie: {} } }, /under sess instead of session/],
    ['at the top', { cookie: {}, passport: { user } }, /a session itself, with its cookie at the top/],
    ['nowhere', {}, /no field session, so no session store of Express that is known here wrote it/],
    ['as a Binary', { session: new Binary(Buffer.from('{"cookie":{}}')) }, /binary data.* your own unserialize/],
    ['as a Buffer', { session: Buffer.from('{"cookie":{}}') }, /binary data/],
    ['as other text', { session: 'v1 {"cookie":{}}' }, /text of no known format.* your own unserialize/],
    ['as a number', { session: 7 }, /session is a number/],
    ['as a list', { session: [{ cookie: {} }] }, /session is a list/],
    ['as a date', { session: NOW }, /session is a value of BSON/],
    ['as an ObjectId', { session: new ObjectId() }, /session is a value of BSON/],
  ])('are refused by name: with the session %s', async (_case, record, message) => {
    const configured = [
      format(),
      format({ stringify: false }),
      format(kruptein),
      format({ ...webcrypto, stringify: false }),
      ...(record['session'] === undefined ? [format(hooks)] : []),
    ];
    const isText = typeof record['session'] === 'string';
    for (const one of isText ? configured.slice(0, 2) : configured) {
      const reading = one.read(record);
      await expect(reading).rejects.toThrow(SessionFormatError);
      await expect(reading).rejects.toThrow(message);
    }
  });

  it('are still a subdocument when a field is called _bsontype', async () => {
    const session = { cookie: {}, _bsontype: 'Binary' };
    await expect(format({ stringify: false }).read({ session })).resolves.toMatchObject({ data: session });
  });

  it('are refused by name: kruptein, plain expected', async () => {
    const record = await connectMongoOracle({ crypto: { secret: SECRET } }).write({});
    await expect(format().read(record)).rejects.toThrow(/crypto option \(kruptein 3\.0 to 3\.3\)/);
    await expect(format({ stringify: false }).read(record)).rejects.toThrow(/kruptein 3\.0 to 3\.3/);
    await expect(format(webcrypto).read(record)).rejects.toThrow(/kruptein 3\.0 to 3\.3/);
  });

  it('are refused by connect-mongo 6 too', async () => {
    await expect(connectMongoOracle({}).read({ session: { cookie: {} } })).rejects.toThrow();
    await expect(
      connectMongoOracle({ crypto: { secret: SECRET } }).read({ session: '{"cookie":{}}' }),
    ).rejects.toThrow();
  });
});

describe('broken records', () => {
  it.each<[string, unknown]>([
    ['a JSON array', '[]'],
    ['a JSON number', '7'],
    ['a JSON text', '"cookie"'],
    ['broken JSON', '{"cookie":'],
    ['no cookie', '{"passport":{"user":"1"}}'],
    ['cookie null', '{"cookie":null}'],
    ['cookie as text', '{"cookie":"x"}'],
    ['a cookie only in the prototype', '{"__proto__":{"cookie":{}}}'],
  ])('are unreadable: %s', async (_case, session) => {
    await expect(format().read({ session })).rejects.toThrow(SessionRecordError);
  });

  it.each<[string, unknown]>([
    ['no cookie', { passport: {} }],
    ['a cookie that is text', { cookie: 'x' }],
  ])('are unreadable with stringify: false: %s', async (_case, session) => {
    await expect(format({ stringify: false }).read({ session })).rejects.toThrow(SessionRecordError);
  });

  it.each<[unknown, boolean]>([
    ['null', true],
    ['false', true],
    ['0', true],
    ['""', true],
    [null, true],
    [null, false],
    [0, true],
    [false, false],
    ['', false],
  ])('are none when express-session takes them for none: %j, stringify: %s', async (session, stringify) => {
    expect(await format({ stringify }).read({ session })).toBeUndefined();
    expect(await connectMongoOracle({ stringify }).read({ session })).toBeFalsy();
  });

  it('never have their content in the message', async () => {
    await expect(format().read({ session: 'private text' })).rejects.toThrow(/^(?!.*private)/);
  });

  it('may be nested deeply', async () => {
    const depth = 100_000;
    const session = `{"cookie":{},"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    await expect(format().read({ session })).resolves.toMatchObject({ cookie: { path: '/' } });
  });
});

describe('the query', () => {
  it('asks for the id and a live record', () => {
    expect(format().filter('{"$ne":1}', NOW)).toEqual({
      _id: '{"$ne":1}',
      $or: [{ expires: { $exists: false } }, { expires: { $gt: NOW } }],
    });
  });

  it('asks for what transformId makes of the id, if it is text', () => {
    expect(format({ transformId: (id) => `sess:${id}` }).filter('a', NOW)['_id']).toBe('sess:a');
    const toObject: unknown = () => ({ $ne: 1 });
    expect(() => format({ transformId: toObject as (id: string) => string }).filter('a', NOW)).toThrow(
      /did not return a string/,
    );
  });

  it('names the collection and the database of the options', () => {
    expect(format()).toMatchObject({ collection: 'sessions', database: undefined });
    expect(format({ collectionName: 'web', dbName: 'other' })).toMatchObject({ collection: 'web', database: 'other' });
  });
});

describe('the touch', () => {
  const age = 60_000;
  const later = new Date(NOW.getTime() + age);
  const read = async (touchAfter: number, lastModified?: Date, originalMaxAge: number | null = age) => {
    const session = JSON.stringify({ cookie: { originalMaxAge } });
    const ours = format({ ttl: 100, ...(touchAfter === 7 && { timestamps: true }) }, touchAfter);
    return some(await ours.read({ session, lastModified }));
  };
  const secondsAgo = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

  it.each<[string, number, Date | undefined, object | undefined]>([
    ['without touchAfter: always', 0, undefined, { expires: later }],
    ['without touchAfter: lastModified is not written', 0, secondsAgo(1), { expires: later }],
    ['without lastModified: always', 60, undefined, { expires: later }],
    ['lastModified just younger than touchAfter', 60, secondsAgo(59.999), undefined],
    ['lastModified as old as touchAfter', 60, secondsAgo(60), { expires: later, lastModified: NOW }],
    ['lastModified in the future', 60, secondsAgo(-5), undefined],
  ])('follows connect-mongo: %s', async (_case, touchAfter, lastModified, $set) => {
    jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const ours = format({ ttl: 100 }, touchAfter).touch('id', await read(touchAfter, lastModified), NOW);
      expect(ours?.update).toEqual($set && { $set });
      // connect-mongo puts lastModified on the session it gives to express-session only with touchAfter.
      const used = { cookie: { expires: later }, ...(touchAfter > 0 && { lastModified }) };
      expect(await connectMongoOracle({ touchAfter, ttl: 100 }).touch(used)).toEqual($set && { $set });
    } finally {
      jest.useRealTimers();
    }
  });

  it('leaves a session alone whose age leads beyond the calendar', async () => {
    expect(format().touch('id', await read(0, undefined, 1e20), NOW)).toBeUndefined();
  });

  it("uses the store's ttl when the cookie has no age", async () => {
    const touch = format({ ttl: 100 }).touch('id', await read(0, undefined, null), NOW);
    expect(touch?.update).toEqual({ $set: { expires: new Date(NOW.getTime() + 100_000) } });
  });

  it('sets updatedAt with timestamps, as connect-mongo 6', async () => {
    const touch = format({ timestamps: true }).touch('id', await read(0), NOW);
    expect(touch?.update).toEqual({ $set: { expires: later }, $currentDate: { updatedAt: true } });
  });

  it('matches a live record only, as the store one that has no expiry yet', async () => {
    const touch = format({ transformId: (id) => `sess:${id}` }).touch('id', await read(0), NOW);
    expect(touch?.filter).toEqual({
      _id: 'sess:id',
      $or: [{ expires: { $exists: false } }, { expires: { $gt: NOW } }],
    });
  });
});

function asObject(session: object): object {
  return JSON.parse(JSON.stringify(session)) as object;
}
