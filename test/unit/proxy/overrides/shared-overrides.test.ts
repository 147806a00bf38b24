import { MongoClient, type Db } from 'mongodb';
import { HeldOverrides } from '../../../../proxy/overrides/held';
import { PublishedOverrides } from '../../../../proxy/overrides/published-overrides';
import { SharedOverrides } from '../../../../proxy/overrides/shared-overrides';
import { raise, readRevision, routeOverrideId } from '../../../../proxy/overrides/store';
import { capturedLogger } from '../../../support/captured-logger';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

const ANN = { by: 'ann', why: 'errors' };
const ID = routeOverrideId('a');
const ENTRY = { ...ANN, since: new Date(1_000), kind: 'manual' as const };

let mongo: TestMongo;
let client: MongoClient;
beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

/** Overrides over a database of their own, whose connection can be cut. */
function sharedOverrides() {
  const db = client.db(new URL(mongo.anotherUri()).pathname.slice(1));
  const held = new HeldOverrides();
  const logger = capturedLogger();
  const published = new PublishedOverrides(held, { save: () => undefined }, logger);
  const followed: number[] = [];
  const history: object[] = [];
  const link = { isCut: false };
  const connect = (): Promise<Db> => (link.isCut ? Promise.reject(new Error('cut')) : Promise.resolve(db));
  const shared = new SharedOverrides({
    ...{ connect, held, published, logger, now: () => new Date(2_000) },
    history: (entry) => history.push(entry),
    onFollowed: (revision) => followed.push(revision),
  });
  const messages = () => logger.lines.map(({ message }) => message).filter((text) => text.startsWith('MongoDB'));
  return { db, held, published, shared, followed, history, link, messages };
}

it('writes what was made here once, and says which entry was the first', async () => {
  const { db, held, shared, history, followed } = sharedOverrides();
  held.unsaved.set(ID, ENTRY);
  await shared.synchronise();
  await shared.synchronise();
  expect([held.unsaved.size, [...held.shared.keys()], shared.wasFirst(ENTRY)]).toEqual([0, [ID], true]);
  expect(history).toMatchObject([{ routeId: 'a', action: 'lowered', ...ANN, at: ENTRY.since }]);
  expect(followed).toEqual([await readRevision(db), await readRevision(db)]);
});

it('gives way to an entry that another proxy wrote before', async () => {
  const { db, held, published, shared, history } = sharedOverrides();
  await raise(db, ID, { ...ENTRY, by: 'bob' });
  held.unsaved.set(ID, ENTRY);
  await shared.synchronise();
  expect([shared.wasFirst(ENTRY), history]).toEqual([false, []]);
  expect(published.current().lowered.get('a')).toMatchObject({ by: 'bob' });
});

it('keeps what it holds while MongoDB is unavailable, and says so once', async () => {
  const { held, published, shared, followed, link, messages } = sharedOverrides();
  held.unsaved.set(ID, ENTRY);
  link.isCut = true;
  await shared.synchronise();
  await shared.synchronise();
  expect([shared.isAway, held.known, held.at, published.current().lowered.has('a')]).toEqual([
    true,
    false,
    undefined,
    true,
  ]);
  expect(followed).toEqual([]);
  link.isCut = false;
  await shared.synchronise();
  expect([shared.isAway, held.known, held.at]).toEqual([false, true, new Date(2_000)]);
  expect(messages()).toEqual([expect.stringContaining('unavailable'), expect.stringContaining('available again')]);
});

it('follows others while MongoDB refuses what was made here', async () => {
  const { db, held, published, shared, followed, messages } = sharedOverrides();
  await raise(db, routeOverrideId('of-others'), ENTRY);
  // An index of somebody's own: the second with one reason is refused.
  await db.collection('banyanOverrides').createIndex({ 'active.why': 1 }, { unique: true }, {});
  held.unsaved.set(ID, ENTRY);
  await shared.synchronise();
  expect([...published.current().lowered.keys()].sort()).toEqual(['a', 'of-others']);
  expect([held.known, held.unsaved.has(ID), followed.length]).toEqual([true, true, 1]);
  expect(messages()).toEqual([expect.stringContaining("refuses this proxy's overrides")]);
});

it('switches nothing off that it cannot switch off for all', async () => {
  const { held, published, shared, history, link } = sharedOverrides();
  held.unsaved.set(ID, ENTRY);
  await shared.synchronise();
  link.isCut = true;
  await expect(shared.clear(ID, ANN)).rejects.toMatchObject({ code: 'overrides_unreachable', statusCode: 503 });
  expect(published.current().lowered.has('a')).toBe(true);
  link.isCut = false;
  expect([await shared.clear(ID, ANN), await shared.clear(ID, ANN)]).toEqual([true, false]);
  expect(published.current().lowered.has('a')).toBe(false);
  expect(history).toMatchObject([{ action: 'lowered' }, { action: 'resumed', at: new Date(2_000) }]);
});

it('has no word about MongoDB after its end', async () => {
  const { shared, link, messages } = sharedOverrides();
  shared.close();
  link.isCut = true;
  await shared.synchronise();
  expect(messages()).toEqual([]);
});
