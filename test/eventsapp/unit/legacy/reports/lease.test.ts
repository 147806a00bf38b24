import { MongoClient, type Db } from 'mongodb';
import { createLeaseStore } from '../../../../../legacy/reports/lease';
import { startTestMongo, type TestMongo } from '../../../../support/test-mongo';

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

const at = (second: number) => new Date(Date.UTC(2026, 10, 18, 2, 0, second));
const MINUTE = 60_000;

test('one takes it; the others hear until when; after that one of them takes it; done is done', async () => {
  const leases = createLeaseStore(db);
  expect(await leases.take('work', 'one', at(0), MINUTE)).toEqual({ outcome: 'taken' });
  expect(await db.collection('leases').findOne()).toEqual({
    _id: 'work',
    holder: 'one',
    takenAt: at(0),
    expiresAt: at(60),
    doneAt: null,
  });
  expect(await leases.take('work', 'two', at(59), MINUTE)).toEqual({ outcome: 'held', until: at(60) });
  expect(await leases.take('work', 'two', at(60), MINUTE)).toEqual({ outcome: 'taken' });
  expect(await leases.take('work', 'one', at(61), MINUTE)).toEqual({ outcome: 'held', until: at(120) });
  await leases.finish('work', at(62));
  await leases.finish('work', at(63));
  expect(await leases.take('work', 'one', at(3600), MINUTE)).toEqual({ outcome: 'done' });
  expect(await leases.find('work')).toMatchObject({ holder: 'two', doneAt: at(62) });
  expect(await leases.find('other work')).toBeNull();
});

test.each(['new', 'expired'])('of many at the same time one takes a lease that is %s', async (kind) => {
  const leases = createLeaseStore(db);
  if (kind === 'expired') await leases.take(`${kind} work`, 'dead', at(-120), MINUTE);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => leases.take(`${kind} work`, `holder ${index}`, at(0), MINUTE)),
  );
  expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'held')).toHaveLength(19);
});
