import { MongoClient, type Db } from 'mongodb';
import request from 'supertest';
import { sign } from '../../../../shared/session/unsign';
import { waitFor } from '../../../support/wait-for';
import { COOKIE_NAME, oracleApp, passport07 } from '../../../oracles/app';
import { STORE_CASES, type OracleStore } from '../../../oracles/stores';
import { bearerEvent, cookieEvent, runningAuthorizer, SECRETS } from './running-authorizer';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const MINUTE = 60_000;

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startTestMongo();
});
afterAll(async () => {
  await mongo.stop();
});

describe.each(STORE_CASES)('sessions of $name', ({ open, ours, touchAfter }) => {
  let oracle: OracleStore;
  let app: ReturnType<typeof oracleApp>;
  let client: MongoClient;
  let db: Db;
  let lambda: ReturnType<typeof runningAuthorizer>;

  beforeAll(async () => {
    const uri = mongo.anotherUri();
    oracle = open(uri);
    app = oracleApp({
      session: { secret: SECRETS, store: oracle.store, cookie: { maxAge: 5 * MINUTE } },
      passport: passport07(),
    });
    client = await MongoClient.connect(uri);
    db = client.db();
    lambda = runningAuthorizer({ uri, session: { store: ours, ...(touchAfter !== undefined && { touchAfter }) } });
  });
  afterAll(async () => {
    await Promise.all([oracle.close(), client.close(), lambda.connection.close()]);
  });

  const sessions = () => {
    const named = ours.format === 'connect-mongo' ? ours.collectionName : ours.collection;
    return db.collection(named ?? 'sessions');
  };
  const expiryField = ours.format === 'connect-mongodb-session' ? (ours.expiresKey ?? 'expires') : 'expires';

  async function login(as: unknown = user): Promise<string> {
    await sessions().deleteMany({});
    const response = await request(app).post('/login').send({ user: as }).expect(200);
    return String(response.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  }
  const legacy = async (cookie: string) => (await request(app).get('/whoami').set('Cookie', cookie)).status;
  const both = async (cookie: string) => [await legacy(cookie), await lambda.status(cookieEvent(cookie))];

  it('are accepted by cookie and as bearer token, with the same user', async () => {
    const cookie = await login();
    expect((await request(app).get('/whoami').set('Cookie', cookie).expect(200)).body).toEqual(user);
    mongo.embedded?.resetCommandCounts();
    await expect(lambda.authorize(cookieEvent(cookie))).resolves.toMatchObject({
      principalId: 'u1',
      context: { identity: JSON.stringify(user) },
    });
    // A real MongoDB does not tell.
    if (mongo.embedded !== undefined) expect(mongo.embedded.commandCounts()['find']).toBe(1);
    const token = decodeURIComponent(cookie.slice(COOKIE_NAME.length + 1));
    await request(app).get('/whoami').set('Authorization', `Bearer ${token}`).expect(200);
    expect(await lambda.status(bearerEvent(token))).toBe(200);
  });

  it('are accepted under an older secret', async () => {
    const cookie = await login();
    const id = decodeURIComponent(cookie)
      .replace(/^.*?s:/, '')
      .replace(/\.[^.]*$/, '');
    const older = `${COOKIE_NAME}=${encodeURIComponent(`s:${sign(id, SECRETS[1] ?? '')}`)}`;
    expect(await both(older)).toEqual([200, 200]);
    const foreign = `${COOKIE_NAME}=${encodeURIComponent(`s:${sign(id, 'foreign')}`)}`;
    expect(await both(foreign)).toEqual([401, 401]);
  });

  it.each<[string, unknown]>([
    ['in a minute', new Date(Date.now() + MINUTE)],
    ['a minute ago', new Date(Date.now() - MINUTE)],
    ['null', null],
    ['text', new Date(Date.now() + MINUTE).toISOString()],
    ['a number', Date.now() + MINUTE],
  ])('that expire %s are accepted or refused alike', async (_case, expires) => {
    const cookie = await login();
    await sessions().updateOne({}, { $set: { [expiryField]: expires } });
    // The authorizer first: connect-mongodb-session deletes what it finds expired.
    const ourStatus = await lambda.status(cookieEvent(cookie));
    const theirStatus = await legacy(cookie);
    // Decided otherwise: connect-mongodb-session never looks at its own expiresKey; a number is no date.
    if (ours.format === 'connect-mongodb-session' && (expiryField !== 'expires' || typeof expires === 'number')) return;
    expect(ourStatus).toBe(theirStatus);
  });

  it('without expiry are accepted alike', async () => {
    const cookie = await login();
    await sessions().updateOne({}, { $unset: { [expiryField]: true } });
    expect(await both(cookie)).toEqual([200, 200]);
  });

  it('are refused after logout by the very next request', async () => {
    const cookie = await login();
    expect(await lambda.status(cookieEvent(cookie))).toBe(200);
    await request(app).post('/logout').set('Cookie', cookie).expect(204);
    expect(await lambda.status(cookieEvent(cookie))).toBe(401);
    expect(await legacy(cookie)).toBe(401);
  });

  it('are extended as the store itself extends them', async () => {
    const expiry = async () => ((await sessions().findOne({}))?.[expiryField] as Date).getTime();
    const aged = { [expiryField]: new Date(Date.now() + MINUTE) };
    const lastModified = touchAfter === undefined ? {} : { lastModified: new Date(Date.now() - touchAfter * 1000) };
    const cookie = await login();

    await sessions().updateOne({}, { $set: { ...aged, ...lastModified } });
    await legacy(cookie);
    const byLegacy = (await expiry()) - Date.now();

    await sessions().updateOne({}, { $set: { ...aged, ...lastModified } });
    const keys = Object.keys((await sessions().findOne({})) ?? {});
    const agedTo = await expiry();
    await lambda.authorize(cookieEvent(cookie));
    // connect-mongodb-session has no touch; the others' is started by the authorizer, not awaited.
    if (ours.format === 'connect-mongo') await waitFor('the touch', async () => (await expiry()) !== agedTo);
    const byLambda = (await expiry()) - Date.now();
    expect(Math.abs(byLambda - byLegacy)).toBeLessThan(5_000);
    expect(Object.keys((await sessions().findOne({})) ?? {})).toEqual(keys);
  });

  it('are left alone when nobody is logged in', async () => {
    const cookie = await login();
    await request(app).post('/logout').set('Cookie', cookie).expect(204);
    const before = await sessions().find().toArray();
    await lambda.status(cookieEvent(cookie));
    expect(await sessions().find().toArray()).toEqual(before);
  });
});
