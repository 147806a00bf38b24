import { MongoClient, type Db, type Document } from 'mongodb';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { DEMO_IDS, seedDemoData } from '../../seed';

const NOW = new Date('2026-11-18T12:00:00.000Z');
const COLLECTIONS = [
  'users',
  'customerAccounts',
  'apiKeys',
  'events',
  'eventActivity',
  'notifications',
  'attendees',
  'photos',
  'reports',
];

let mongo: TestMongo;
let client: MongoClient;
let one: Db;
let two: Db;
beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  one = client.db();
  two = client.db(new URL(mongo.anotherUri()).pathname.slice(1));
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

const content = (db: Db): Promise<Document[][]> =>
  Promise.all(COLLECTIONS.map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()));

test('two databases seeded at the same time are equal, and a second run changes nothing', async () => {
  expect(await seedDemoData(one, { now: NOW })).toBe('seeded');
  expect(await seedDemoData(two, { now: NOW })).toBe('seeded');
  const before = await content(one);
  expect(await content(two)).toEqual(before);
  expect(before.map(({ length }) => length)).toEqual([3, 2, 1, 25, 400, 6, 88, 5, 7]);

  await one.collection('events').deleteOne({ _id: DEMO_IDS.event(1) });
  expect(await seedDemoData(one, { now: new Date(0) })).toBe('left alone');
  expect(await one.collection('events').countDocuments()).toBe(24);
});

test('a run that was interrupted is completed', async () => {
  const db = one;
  await db.collection('customerAccounts').deleteMany({});
  expect(await seedDemoData(db, { now: NOW })).toBe('seeded');
  expect(await db.collection('events').countDocuments()).toBe(25);
});
