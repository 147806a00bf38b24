import { createServer, type Server } from 'node:http';
import { MongoClient, ObjectId, type Db, type Document } from 'mongodb';
import { atBounds } from '../../../../proxy/parity/at-bounds';
import { DataCopy } from '../../../../proxy/parity/data-copy';
import { oddDocuments } from '../../../../proxy/parity/odd-documents';
import type { PlannedCase } from '../../../../proxy/parity/run';
import type { Sample } from '../../../../proxy/parity/sample/sample-file';
import type { CaseSuite } from '../../../../shared/parity/case';
import { listen } from '../../../support/listen';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

const SHOWN = new ObjectId('5eede0e00000000000000001');
const OTHER = new ObjectId('5eede0e00000000000000002');
const SUITES: readonly CaseSuite[] = [
  {
    route: 'GET /items',
    cases: [
      { name: 'refused', request: { path: '/items?page=x' }, status: 400 },
      { name: 'all', request: { path: '/items' }, status: { member: 200 } },
    ],
  },
  {
    route: 'POST /items',
    cases: [{ name: 'one', request: { method: 'POST', path: '/items' }, status: { member: 200 } }],
  },
];

let mongo: TestMongo;
let client: MongoClient;
let db: Db;
let server: Server;
let port: number;
let requests = 0;

beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  db = client.db();
  server = createServer((request, response) => {
    requests += 1;
    if (request.url === '/items?broken') {
      void db
        .collection('items')
        .findOne({ _id: SHOWN })
        .then((item) => (item === null ? request.socket.destroy() : response.end(SHOWN.toHexString())));
      return;
    }
    if (request.url?.includes('from=') === true)
      void db
        .collection('items')
        .findOne({ _id: SHOWN })
        .then((item) => response.end(JSON.stringify([{ id: SHOWN.toHexString(), at: item?.['at'] as unknown }])));
    else if (request.method === 'GET') response.end(JSON.stringify([{ id: SHOWN.toHexString() }]));
    else
      void db
        .collection('written')
        .updateOne({}, { $set: { a: 2 } })
        .then(() => response.end('{}'));
  });
  port = await listen(server);
});
afterAll(async () => {
  server.close();
  await client.close();
  await mongo.stop();
});
beforeEach(async () => {
  await db.dropDatabase();
  const at = new Date('2026-03-01T12:00:00Z');
  const more = { name: 'Caf\u00E9', at, createdAt: at, count: 3, tags: ['a'] };
  await db.collection('items').insertMany([
    { _id: OTHER, ...more },
    { _id: SHOWN, ...more },
  ]);
  await db.collection<Document & { _id: string }>('views').insertOne({ _id: 'v', itemId: SHOWN, kind: 'view' });
  await db.collection('unread').insertOne({ a: 1 });
  await db.collection('written').insertOne({ a: 1 });
  await db.collection('sessions').insertOne({ itemId: SHOWN });
});

const plan = async (
  each: number,
  { seed = 1, suites = SUITES.slice(0, 1), sample = new Map() as Sample } = {},
): Promise<readonly PlannedCase[]> =>
  (
    await oddDocuments(suites, {
      ...{ db, each, seed, sample, except: new Set(['sessions']), credentials: new Map([['member', {}]]) },
      url: `http://127.0.0.1:${port}`,
    })
  ).cases;
const dump = async (): Promise<unknown> =>
  Promise.all(
    ['items', 'views', 'unread', 'written', 'sessions'].map((name) =>
      db.collection(name).find().sort({ _id: 1 }).toArray(),
    ),
  );

it('are made of the documents that an answer comes from, one field at a time', async () => {
  const before = await dump();
  const cases = await plan(1_000);
  expect(await dump()).toEqual(before);
  expect(new Set(cases.map(({ route, identity, source }) => `${route} ${identity} ${source}`))).toEqual(
    new Set(['GET /items member generated']),
  );
  const given = cases.flatMap((one) => one.given ?? []);
  expect(new Set(given.map(({ collection }) => collection))).toEqual(new Set(['items', 'views']));
  expect(given.some(({ document }) => OTHER.equals(document['_id'] as ObjectId))).toBe(false);
  const names = cases.map(({ parityCase }) => parityCase.name);
  for (const what of [
    'a document of items, name missing',
    'a document of items, name decomposed',
    'a document of items, at T00:00:00.000Z',
    'a document of items, at 2027-01-03T23:59:59.999Z',
    'a document of items, count a fraction',
    'a document of items, tags null',
    'a document of views, itemId an id as text',
    'a document of items, as it is, 101 times more',
  ])
    expect(names).toContain(`all; ${what}`);
  expect(new Set(names).size).toBe(names.length);
});

it('are made of the documents that a route changes, which stay as they were', async () => {
  const before = await dump();
  const cases = await plan(1_000, { suites: SUITES.slice(1) });
  expect(await dump()).toEqual(before);
  expect(cases.map(({ parityCase: { name, request } }) => `${request.method ?? ''} ${name}`)).toContain(
    'POST one; a document of written, a missing',
  );
  expect(new Set(cases.flatMap(({ given = [] }) => given.map(({ collection }) => collection)))).toEqual(
    new Set(['written']),
  );
});

it('are those of a sample as well, in the place of the data that a route finds', async () => {
  const sampled = { _id: new ObjectId(), itemId: new ObjectId(), kind: ['odd'] };
  const cases = await plan(1_000, { sample: new Map([['views', [sampled]]]) });
  const found = cases.find(({ parityCase }) => parityCase.name.endsWith("a document of views, as the sample's 1"));
  expect(found?.given).toEqual([{ collection: 'views', document: { _id: 'v', itemId: SHOWN, kind: ['odd'] } }]);
});

it('are the same for a seed, and differ most when they are few', async () => {
  const cases = await plan(12);
  expect(cases).toHaveLength(12);
  expect((await plan(12)).map(({ parityCase }) => parityCase.name)).toEqual(
    cases.map(({ parityCase }) => parityCase.name),
  );
  const fields = cases.map(({ parityCase: { name } }) => name.split(' ').slice(3, 6).join(' '));
  expect(new Set(fields).size).toBeGreaterThanOrEqual(6);
});

it('are not there at all, which is taken back as well', async () => {
  const before = await dump();
  const missing = (await plan(1_000)).filter(({ parityCase }) => parityCase.name.endsWith(', itself missing'));
  expect(missing.map(({ given }) => given?.map(({ collection, isMissing }) => [collection, isMissing]))).toEqual(
    expect.arrayContaining([[['items', true]], [['views', true]]]),
  );
  const copy = await DataCopy.of(db);
  for (const { given = [] } of missing) await copy.give(given);
  expect(await db.collection('items').findOne({ _id: SHOWN })).toBeNull();
  expect(await db.collection('views').countDocuments()).toBe(0);
  await copy.restore(await copy.changes({ withMessages: false }));
  expect(await dump()).toEqual(before);
});

it('have the times by which an answer changes at the bounds of the range that any case asks for', async () => {
  const range = '/items?from=2026-02-01&to=2026-04-01T12:00:00Z';
  const suites: CaseSuite[] = [
    {
      route: 'GET /items',
      cases: [
        { name: 'all', request: { path: '/items' }, status: { member: 200 } },
        { name: 'spring', request: { path: range }, status: { member: 200 } },
      ],
    },
  ];
  const cases = (await plan(1_000, { suites })).filter(({ parityCase }) => parityCase.name.startsWith('spring; '));
  const found = cases
    .filter(({ given }) => given?.[0]?.collection === 'items')
    .map(({ parityCase: { name, request }, given }) => [
      name.replace('spring; a document of items, at ', ''),
      request.path,
      (given?.[0]?.document['at'] as Date).toISOString(),
    ]);
  const week = '/items?from=2026-12-28&to=2027-01-04T12:00:00Z';
  expect(found.sort()).toEqual(
    [
      ['at 2026-02-01, a bound of what is asked for', range, '2026-02-01T00:00:00.000Z'],
      ['just before 2026-02-01, a bound of what is asked for', range, '2026-01-31T23:59:59.999Z'],
      ['at 2026-04-01T12:00:00Z, a bound of what is asked for', range, '2026-04-01T12:00:00.000Z'],
      ['just before 2026-04-01T12:00:00Z, a bound of what is asked for', range, '2026-04-01T11:59:59.999Z'],
      ['2026-12-31T23:59:59.999Z, in a week of two years', week, '2026-12-31T23:59:59.999Z'],
      ['2027-01-01T12:00:00Z, in a week of two years', week, '2027-01-01T12:00:00.000Z'],
      ['2027-01-03T23:59:59.999Z, in a week of two years', week, '2027-01-03T23:59:59.999Z'],
    ].sort(),
  );
});

it('try every bound of a range before any bound a second time', async () => {
  const asking = (from: string, to: string) => ({
    ...{ name: `from ${from}`, request: { path: `/items?from=${from}&to=${to}` }, status: { member: 200 } },
  });
  const ranges = [asking('2026-02-01', '2026-04-01'), asking('2026-01-15', '2026-05-01')];
  const cases = await plan(30, { suites: [{ route: 'GET /items', cases: ranges }] });
  const names = cases.map(({ parityCase: { name } }) => name).filter((name) => /items, at .*(?:bound|week)/.test(name));
  const bounds = names.map((name) =>
    name
      .replace(/.*items, at /, '')
      .replace(/2026-0[12]-\d\d(?=, a bound)/, 'the start')
      .replace(/2026-0[45]-\d\d(?=, a bound)/, 'the end'),
  );
  expect(new Set(bounds.slice(0, 7)).size).toBe(7);
});

it('ask no more often than is bounded, and of ranges only as one who may', async () => {
  const asking = (i: number) => ({
    ...{ name: `range ${i}`, request: { path: `/items?from=2026-02-0${i}&to=2026-04-01` } },
    status: { member: 200, other: 200 },
  });
  const before = requests;
  const suites = [{ route: 'GET /items', cases: Array.from({ length: 9 }, (_, i) => asking(i + 1)) }];
  const names = (await plan(1_000, { suites })).map(({ parityCase: { name } }) => name);
  expect(requests - before).toBeLessThan(80);
  const ranges = names.filter((name) => name.includes('a bound')).map((name) => name.split(';', 1)[0]);
  expect([...new Set(ranges)].sort()).toEqual(['range 1', 'range 2', 'range 3', 'range 4']);
});

it('take a handler that gives no answer without a document for one that reads it, and put the document back', async () => {
  const suites = [
    { route: 'GET /items', cases: [{ name: 'all', request: { path: '/items?broken' }, status: { member: 200 } }] },
  ];
  const before = await dump();
  const names = (await plan(1_000, { suites })).map(({ parityCase: { name } }) => name);
  expect(names).toContain('all; a document of items, itself missing');
  expect(await dump()).toEqual(before);
});

it('are at the bounds of ranges in whatever order and spelling they are asked for, in the query alone', () => {
  const ofAt = (path: string) =>
    atBounds({ at: new Date(0) }, path).map((one) => [one.document['at'] as unknown, one.path]);
  const swapped = ofAt('/days/2026-02-01?to=2026-04-01T10%3A30%3A00%2B02%3A00&from=2026-02-01&x=1');
  expect(swapped).toContainEqual([new Date('2026-04-01T08:30:00Z'), undefined]);
  expect(swapped).toContainEqual([new Date('2026-02-01'), undefined]);
  expect(swapped.at(-1)?.[1]).toBe('/days/2026-02-01?to=2027-01-04T10%3A30%3A00%2B02%3A00&from=2026-12-28&x=1');
  expect(ofAt('/days/2026-02-01?from=x')).toEqual([]);
});

it('leave out what the database does not take', async () => {
  await db.collection('items').deleteOne({ _id: OTHER });
  await db.collection('items').createIndexes([{ key: { name: 1 }, unique: true }]);
  const names = (await plan(1_000)).map(({ parityCase }) => parityCase.name);
  expect(names).not.toContain('all; a document of items, as it is, 101 times more');
});

it('are written for a case and taken back', async () => {
  const before = await dump();
  const copy = await DataCopy.of(db);
  const [many] = (await plan(1_000)).filter(({ parityCase }) => parityCase.name.endsWith('times more'));
  await copy.give([...(many?.given ?? []), { collection: 'items', document: { _id: SHOWN, name: null } }]);
  expect(await db.collection('items').countDocuments()).toBe(103);
  expect(await db.collection('items').findOne({ _id: SHOWN })).toEqual({ _id: SHOWN, name: null });
  await copy.restore(await copy.changes({ withMessages: false }));
  expect(await dump()).toEqual(before);
});

it('what a side keeps outside its database is put back after a request that changed it, when the database has been restored', async () => {
  const before = await dump();
  const restored: unknown[] = [];
  const copy = await DataCopy.of(db, {
    restore: async (changes) => {
      restored.push(
        changes.map(({ collection, kind }) => `${collection} ${kind}`),
        await dump(),
      );
    },
  });
  await copy.restore(await copy.changes({ withMessages: false }));
  expect(restored).toEqual([]);
  await db.collection('items').deleteOne({ _id: SHOWN });
  await copy.restore(await copy.changes({ withMessages: false }));
  expect(restored).toEqual([['items removed'], before]);
});

it('are for cases that do not say which status they are about, too, as those who send them', async () => {
  const undeclared: CaseSuite[] = [{ route: 'GET /items', cases: [{ name: 'all', request: { path: '/items' } }] }];
  expect(await plan(3, { suites: undeclared })).toHaveLength(3);
  const ofOthers: CaseSuite[] = [
    { route: 'GET /items', cases: [{ name: 'all', request: { path: '/items' }, status: 200, identities: ['admin'] }] },
  ];
  expect(await plan(3, { suites: ofOthers })).toEqual([]);
});
