import { MongoClient } from 'mongodb';
import request from 'supertest';
import { oracleApp, passport04, unpatchRequests } from '../../../oracles/app';
import { connectMongo, type OracleStore } from '../../../oracles/stores';
import { cookieEvent, runningAuthorizer, SECRETS } from './running-authorizer';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const bob = { ...ann, userId: 'u2', fullName: 'Bob' };

let mongo: TestMongo;
let oracle: OracleStore;
let client: MongoClient;
let app: ReturnType<typeof oracleApp>;
let lambda: ReturnType<typeof runningAuthorizer>;

beforeAll(async () => {
  mongo = await startTestMongo();
  const { uri } = mongo;
  oracle = connectMongo(6, uri);
  client = await MongoClient.connect(uri);
  app = oracleApp({ session: { secret: SECRETS, store: oracle.store }, passport: passport04() });
  lambda = runningAuthorizer({ uri, session: { store: { format: 'connect-mongo' } } });
});
afterAll(async () => {
  unpatchRequests();
  await Promise.all([oracle.close(), client.close(), lambda.connection.close()]);
  await mongo.stop();
});

const login = (user: object, cookie = '') =>
  request(app).post('/login').set('Cookie', cookie).send({ user }).expect(200);
const cookieOf = (response: request.Response) => String(response.headers['set-cookie']?.[0]).split(';')[0] ?? '';
const legacy = async (cookie: string) => (await request(app).get('/whoami').set('Cookie', cookie)).status;

describe('sessions of passport 0.4', () => {
  it('Login: keep their id, so that the old cookie is the new user', async () => {
    const cookie = cookieOf(await login(ann));
    await expect(lambda.authorize(cookieEvent(cookie))).resolves.toMatchObject({ principalId: 'u1' });
    await login(bob, cookie);
    expect((await request(app).get('/whoami').set('Cookie', cookie)).body).toEqual(bob);
    await expect(lambda.authorize(cookieEvent(cookie))).resolves.toMatchObject({ principalId: 'u2' });
  });

  it('Logout: stay behind with an empty passport, and are refused', async () => {
    const cookie = cookieOf(await login(ann));
    await request(app).post('/logout').set('Cookie', cookie).expect(204);
    const id = decodeURIComponent(cookie)
      .replace(/^.*?s:/, '')
      .replace(/\.[^.]*$/, '');
    const record = await client.db().collection<{ _id: string; session: string }>('sessions').findOne({ _id: id });
    expect(JSON.parse(record?.session ?? '')).toMatchObject({ passport: {} });
    expect([await legacy(cookie), await lambda.status(cookieEvent(cookie))]).toEqual([401, 401]);
  });
});
