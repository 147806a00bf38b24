import { MongoClient, type Db, type Document } from 'mongodb';
import type { Credentials } from '../../../../proxy/parity/credentials';
import { oddSessions } from '../../../../proxy/parity/odd-sessions';
import type { CaseSuite } from '../../../../shared/parity/case';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

const suite = (route: string): CaseSuite => ({
  route,
  cases: [
    { name: 'refused', request: { path: '/x' }, status: { ann: 400 } },
    { name: 'good', request: { path: '/a' }, status: { key: 200, ann: 200 } },
    { name: 'another', request: { path: '/b' }, status: { ann: 200 } },
  ],
});
const credentials = new Map([
  ['key', { 'x-api-key': '1' }],
  ['ann', { Cookie: 'a=1; sid=s%3Aann-1.signature' }],
]);

let mongo: TestMongo;
let client: MongoClient;
let db: Db;
beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  db = client.db();
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});
beforeEach(() => db.dropDatabase());

const write = (id: string, session: unknown) =>
  db.collection<Document & { _id: string }>('sessions').insertOne({ _id: id, session, lastModified: new Date() });
const isKnown = (session: Readonly<Record<string, unknown>>): Promise<boolean> =>
  Promise.resolve(!/"(?:userId|accountID)":""/.test(JSON.stringify(session)));
const plan = (routes: readonly string[]) =>
  oddSessions(routes.map(suite), { db, collection: 'sessions', credentials, isKnown });
const CONTENT = { cookie: { originalMaxAge: 1_000, path: '/' }, passport: { user: { userId: 'u' } } };

it("are the record of whoever asks, due, with another cookie, in the store's own form", async () => {
  await write('bob-1', '{}');
  await write('ann-1', JSON.stringify(CONTENT));
  const cases = await plan(['GET /a']);
  expect(new Set(cases.map(({ identity, parityCase }) => `${identity} ${parityCase.request.path}`))).toEqual(
    new Set(['ann /a']),
  );
  const documentOf = (what: string): Document | undefined =>
    cases.find(({ parityCase }) => parityCase.name === `good; a session ${what}`)?.given?.[0]?.document;
  expect(documentOf('for a host of one letter')).toEqual({
    _id: 'ann-1',
    session: JSON.stringify({
      ...CONTENT,
      cookie: { ...CONTENT.cookie, domain: 'a', path: '/ =~', sameSite: 'Strict', priority: 'Medium' },
    }),
    lastModified: new Date('2001-01-01T00:00:00Z'),
  });
  expect(documentOf('without a cookie')?.['session']).toBe(JSON.stringify({ passport: CONTENT.passport }));
});

it('have empty texts, but for those without which there is no identity: that is a 401 on Lambda, on purpose', async () => {
  const user = { userId: 'u', accountID: 'a', name: 'Ann', names: { last: 'B' }, age: 3 };
  await write('ann-1', JSON.stringify({ ...CONTENT, passport: { user }, csrf: 'x' }));
  const found = (await plan(['GET /a']))
    .filter(({ parityCase }) => parityCase.name.endsWith(' is empty'))
    .map(({ parityCase, given }) => [
      parityCase.name.replace('good; a session whose ', ''),
      JSON.parse(String(given?.[0]?.document['session'])) as unknown,
    ]);
  expect(found).toEqual([
    ['passport.user.name is empty', { ...CONTENT, passport: { user: { ...user, name: '' } }, csrf: 'x' }],
    [
      'passport.user.names.last is empty',
      { ...CONTENT, passport: { user: { ...user, names: { last: '' } } }, csrf: 'x' },
    ],
    ['csrf is empty', { ...CONTENT, passport: { user }, csrf: '' }],
  ]);
});

it('are asked for over HTTP and over HTTPS, where a cookie may say Secure', async () => {
  await write('ann-1', CONTENT);
  const headers = (await plan(['GET /a']))
    .filter(({ parityCase }) => parityCase.name.startsWith('good; a session of a cookie for HTTPS'))
    .map(({ parityCase }) => parityCase.request.headers);
  expect(headers).toEqual([{}, { 'X-Forwarded-Proto': 'https' }]);
});

it('are objects where the store keeps objects, and none where it encrypts', async () => {
  await write('ann-1', CONTENT);
  const [first] = await plan(['GET /a']);
  expect(first?.given?.[0]?.document['session']).toMatchObject({ passport: CONTENT.passport });
  await db.dropDatabase();
  await write('ann-1', 'c2VjcmV0');
  expect(await plan(['GET /a'])).toEqual([]);
});

it('are each sent on at least two of many routes, and on few', async () => {
  await write('ann-1', JSON.stringify(CONTENT));
  const cases = await plan(Array.from({ length: 9 }, (_, i) => `GET /${i}`));
  const counts = new Map<string, number>();
  for (const { parityCase } of cases) counts.set(parityCase.name, (counts.get(parityCase.name) ?? 0) + 1);
  expect(counts.size).toBeGreaterThan(10);
  for (const count of counts.values()) expect([2, 3]).toContain(count);
});

it('have a few empty texts, none without which there is no identity', async () => {
  const texts = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`text${i}`, 'x']));
  await write('ann-1', { ...CONTENT, texts });
  const empty = (await plan(['GET /a']))
    .map(({ parityCase: { name } }) => name)
    .filter((name) => name.includes('empty,'));
  expect(empty).toEqual(expect.arrayContaining([expect.stringContaining('texts.text0 is empty')]));
  expect(empty.filter((name) => name.includes('userId'))).toEqual([]);
  expect(new Set(empty).size).toBeLessThanOrEqual(12);
});

it('pass over an identity whose cookie is not well encoded', async () => {
  await write('ann-1', CONTENT);
  const odd = new Map<string, Credentials>([['odd', { cookie: 'seen=50%' }], ...credentials]);
  const cases = [{ name: 'good', request: { path: '/a' }, status: { odd: 200, ann: 200 } }];
  const planned = await oddSessions([{ route: 'GET /a', cases }], {
    ...{ db, collection: 'sessions', credentials: odd, isKnown },
  });
  expect(new Set(planned.map(({ identity }) => identity))).toEqual(new Set(['ann']));
});
