import { compare } from 'bcryptjs';
import { MongoClient, type Db, type Document } from 'mongodb';
import { reportCalculation } from '../../../../legacy/reports/calculate';
import type { ReportDocument } from '../../../../legacy/reports/store';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { DEMO_IDS, DEMO_PASSWORD, seedDemoData } from '../../seed';

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

test('the data is fit for demonstration: passwords work, nothing lies in the future, days and weeks have activity', async () => {
  const db = two;
  const user = await db.collection('users').findOne({ email: 'organiser@example.com' });
  expect(await compare(DEMO_PASSWORD, String(user?.['passwordHash']))).toBe(true);
  const activity = await db.collection<{ at: Date }>('eventActivity').find().toArray();
  const times = activity.map(({ at }) => at.getTime());
  expect(Math.max(...times)).toBeLessThanOrEqual(NOW.getTime());
  expect(Math.min(...times)).toBeGreaterThanOrEqual(NOW.getTime() - 60.5 * 86_400_000);
  expect(times.filter((time) => time % 86_400_000 === 0).length).toBeGreaterThan(10);
});

test('the reports say what the monolith would calculate', async () => {
  const db = two;
  const reports = await db.collection<ReportDocument>('reports').find({ status: 'done' }).toArray();
  for (const { customerAccountId, day, result } of reports) {
    expect({ day, result }).toEqual({ day, result: await reportCalculation(db)(customerAccountId, day) });
  }
  const figures = reports.flatMap(({ result }) => Object.values<number>({ ...result }));
  expect(figures.filter((figure) => figure > 0).length).toBeGreaterThan(6);
});
