import { Binary, MongoClient } from 'mongodb';
import request from 'supertest';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { storeFormat } from '../../../../shared/session/stores/registry';
import { sign } from '../../../../shared/session/unsign';
import { COOKIE_NAME, oracleApp, passport07 } from '../../../oracles/app';
import { loadFrom, type Workspace } from '../../../oracles/load';
import { connectMongo, connectMongo3 } from '../../../oracles/stores';
import { cookieEvent, runningAuthorizer, SECRETS } from './running-authorizer';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

// Later versions of kruptein want two of each kind of character.
const SECRET = 'Store-Secret-2026';
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const encryption = { scheme: 'kruptein', secret: [SECRET] } as const;

let mongo: TestMongo;
let uri: string;

beforeAll(async () => {
  mongo = await startTestMongo();
  ({ uri } = mongo);
});
afterAll(async () => {
  await mongo.stop();
});

describe('the encryption of connect-mongo 3', () => {
  it('is accepted by the monolith and refused by name, as our fault', async () => {
    const oracle = connectMongo3(uri, { secret: SECRET });
    const { store } = oracle;
    const app = oracleApp({ session: { secret: SECRETS, store }, passport: passport07() });
    const response = await request(app).post('/login').send({ user }).expect(200);
    const cookie = String(response.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    await request(app).get('/whoami').set('Cookie', cookie).expect(200);

    for (const ours of [{ format: 'connect-mongo' }, { format: 'connect-mongo', encryption }] as const) {
      const lambda = runningAuthorizer({ uri, session: { store: ours } });
      expect(await lambda.status(cookieEvent(cookie))).toBe(500);
      expect(lambda.logger.text()).toContain('it looks like the encryption of connect-mongo 3; not supported');
      expect(lambda.logger.text()).not.toContain(SECRET);
      await lambda.connection.close();
    }
    await oracle.close();
  });
});

describe('records of kruptein', () => {
  interface Kruptein {
    set(secret: string, plaintext: string, callback: (error: unknown, record: string) => void): void;
  }

  /** What connect-mongo 4 and 5 would store with this kruptein. */
  function encrypt(workspace: Workspace, session: object): Promise<string> {
    const create = loadFrom(workspace, 'kruptein') as (options: object) => Kruptein;
    const sizes = { key_size: 32, iv_size: 16, at_size: 16 };
    const kruptein = create({ algorithm: 'aes-256-gcm', hashing: 'sha512', encodeas: 'base64', ...sizes });
    return new Promise((resolve, reject) => {
      kruptein.set(SECRET, JSON.stringify(session), (error, record) =>
        error === null || error === undefined ? resolve(record) : reject(new Error('kruptein failed')),
      );
    });
  }

  const read = async (record: unknown) => {
    const options = completeSession({ secrets: ['s'], store: { format: 'connect-mongo', encryption } });
    return storeFormat(resolveSession(options, {})).read({ session: record });
  };

  it.each<[Workspace, RegExp]>([
    ['kruptein-3.1', /this one was written by kruptein 3\.1\.7 to 3\.3\.0; not supported/],
    ['kruptein-3.4', /it looks like kruptein 3\.4, .*; not supported/],
  ])('of the workspace %s are refused by name', async (workspace, message) => {
    await expect(read(await encrypt(workspace, { cookie: {} }))).rejects.toThrow(message);
  });

  it('of 3.0.8 are read', async () => {
    await expect(read(await encrypt('connect-mongo-6', { cookie: {}, a: 1 }))).resolves.toMatchObject({
      data: { a: 1 },
    });
  });
});

describe('a session whose format was changed under way', () => {
  it('is 500 on both sides, never 401', async () => {
    const oracle = connectMongo(6, uri, { collectionName: 'changed' });
    const { store } = oracle;
    const app = oracleApp({ session: { secret: SECRETS, store }, passport: passport07() });
    const response = await request(app).post('/login').send({ user }).expect(200);
    const cookie = String(response.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const client = await MongoClient.connect(uri);
    const lambda = runningAuthorizer({
      uri,
      session: { store: { format: 'connect-mongo', collectionName: 'changed' } },
    });

    await client
      .db()
      .collection('changed')
      .updateOne({}, { $set: { session: { cookie: {}, passport: { user } } } });
    await request(app).get('/whoami').set('Cookie', cookie).expect(500);
    expect(await lambda.status(cookieEvent(cookie))).toBe(500);

    for (const other of ['{', '[]', '{"passport":{}}', 7, new Binary(Buffer.from('x'))]) {
      await client
        .db()
        .collection('changed')
        .updateOne({}, { $set: { session: other } });
      const theirs = (await request(app).get('/whoami').set('Cookie', cookie)).status;
      expect([other, theirs, await lambda.status(cookieEvent(cookie))]).toEqual([other, 500, 500]);
    }
    await Promise.all([oracle.close(), client.close(), lambda.connection.close()]);
  });
});

describe('a record of another store', () => {
  const expires = new Date(Date.now() + 60_000);
  const session = { cookie: {}, passport: { user } };

  it.each<[string, object, RegExp]>([
    ['under data', { data: session }, /under data instead of session, as other stores do; no store\.format reads it/],
    ['under sess', { sess: JSON.stringify(session) }, /under sess instead of session/],
    ['at the top', session, /a session itself, with its cookie at the top/],
    ['as a Binary', { session: new Binary(Buffer.from(JSON.stringify(session))) }, /binary data/],
    ['by a serialize that is not configured', { session: `v1 ${JSON.stringify(session)}` }, /your own unserialize/],
  ])('is 500 with its session %s, and the log says what it looks like', async (_case, fields, looks) => {
    const client = await MongoClient.connect(uri);
    const other = client.db().collection<{ _id: string }>('other');
    await other.deleteMany({});
    await other.insertOne({ _id: 'of-another-store', ...fields, expires } as never);
    const cookie = `${COOKIE_NAME}=${encodeURIComponent(`s:${sign('of-another-store', SECRETS[0] ?? '')}`)}`;
    for (const store of [
      { format: 'connect-mongo', collectionName: 'other' },
      { format: 'connect-mongo', collectionName: 'other', stringify: false },
      { format: 'connect-mongodb-session', collection: 'other' },
    ] as const) {
      const lambda = runningAuthorizer({ uri, session: { store } });
      expect(await lambda.status(cookieEvent(cookie))).toBe(500);
      expect(lambda.logger.text()).toMatch(looks);
      expect(lambda.logger.text()).not.toMatch(/of-another-store|Ann/);
      await lambda.connection.close();
    }
    await client.close();
  });
});
