import { readFile, writeFile } from 'node:fs/promises';
import { MongoClient, type Db } from 'mongodb';
import { NO_OVERRIDES, shareInForce } from '../../../../proxy/overrides/state';
import { forgetStep, noteWait, storeStep } from '../../../../proxy/overrides/steps';
import { clear, OVERRIDES_COLLECTION, raise, readState, routeOverrideId } from '../../../../proxy/overrides/store';
import { climbOf } from '../../../../proxy/route-table/canary-settings';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { waitFor } from '../../../support/wait-for';
import { startProxies } from './two-proxies';

const BEFORE = { answered: 3, failed: 1 };
const ANN = { by: 'ann', why: 'errors' };
const ENTRY = { ...ANN, since: new Date(1_000), kind: 'manual' as const };
const ID = routeOverrideId('a');

let mongo: TestMongo;
let client: MongoClient;
let db: Db;
beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
});
beforeEach(() => {
  db = client.db(new URL(mongo.anotherUri()).pathname.slice(1));
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

const step = (percent: number, expected: number) => storeStep(db, 'a', { percent, before: BEFORE }, expected);
const stepOf = async (routeId = 'a') => (await readState(db)).steps.get(routeId);
const shareOf = async () => (await stepOf())?.percent;

describe('the step of a route', () => {
  it('is stored with the time of the server', async () => {
    const begun = Date.now();
    expect(await step(1, 0)).toBe('climb:route:a:0:1');
    const stored = await stepOf();
    expect(stored).toMatchObject({ percent: 1, changes: 1, before: BEFORE, waits: undefined });
    expect(stored?.since.getTime()).toBeGreaterThan(begun - 60_000);
    expect((await readState(db)).entries.size).toBe(0);
  });

  it('is moved by one of several who decide the same', async () => {
    const first = await Promise.all(Array.from({ length: 10 }, () => step(1, 0)));
    expect(first.filter((id) => id !== undefined)).toHaveLength(1);
    const second = await Promise.all(Array.from({ length: 10 }, () => step(5, 1)));
    expect(second.filter((id) => id !== undefined)).toHaveLength(1);
    expect(await stepOf()).toMatchObject({ percent: 5, changes: 2 });
    expect(await step(100, 1)).toBeUndefined();
  });

  it('ends with a roll back, and begins anew after the resume', async () => {
    await step(1, 0);
    await step(25, 1);
    await raise(db, ID, ENTRY);
    expect(await step(100, 2)).toBeUndefined();
    expect(await step(1, 0)).toBeUndefined();
    expect(await shareOf()).toBeUndefined();
    await clear(db, ID, ANN, new Date());
    expect(await shareOf()).toBeUndefined();
    expect(await step(100, 2)).toBeUndefined();
    expect(await step(1, 0)).toBe('climb:route:a:2:1');
    expect(await shareOf()).toBe(1);
  });

  it('ends with the roll back of a proxy that knows of no steps', async () => {
    await step(25, 0);
    const old = db.collection<{ _id: string; active: object | null }>(OVERRIDES_COLLECTION);
    await old.findOneAndUpdate({ _id: ID, active: null }, { $set: { active: ENTRY }, $inc: { revision: 1 } });
    await old.updateOne({ _id: ID }, { $set: { active: null }, $inc: { revision: 1 } });
    expect(await shareOf()).toBeUndefined();
  });

  it('says why it waits, until it moves on', async () => {
    await step(0, 0);
    await noteWait(db, 'a', 'frozen\nuntil Monday', 1);
    expect(await stepOf()).toMatchObject({ percent: 0, waits: 'frozen until Monday' });
    await noteWait(db, 'a', 'of an older step', 0);
    expect(await stepOf()).toMatchObject({ waits: 'frozen until Monday' });
    await step(1, 1);
    expect(await stepOf()).toMatchObject({ percent: 1, waits: undefined });
  });

  it('is forgotten, and does not disturb what else is stored of the route', async () => {
    await step(25, 0);
    await raise(db, ID, ENTRY);
    await forgetStep(db, 'a');
    expect((await readState(db)).entries.get(ID)).toMatchObject(ANN);
    await clear(db, ID, ANN, new Date());
    expect(await step(1, 0)).toBeDefined();
  });

  it.each([
    ['no object', 'text'],
    ['a share beyond 100', { percent: 101, changes: 1, of: 0, since: new Date(), before: BEFORE }],
    ['no beginning', { percent: 25, changes: 1, of: 0, before: BEFORE }],
  ])('is none when it has %s', async (_what, climb) => {
    await db
      .collection<{ _id: string }>(OVERRIDES_COLLECTION)
      .insertOne({ _id: ID, active: null, revision: 0, climb } as never);
    expect(await stepOf()).toBeUndefined();
  });

  it('is none while the number of changes is no number', async () => {
    await db
      .collection<{ _id: string }>(OVERRIDES_COLLECTION)
      .insertOne({ _id: ID, active: null, revision: 'x' } as never);
    expect(await step(1, 0)).toBeUndefined();
  });
});

describe('the share in force', () => {
  const climbing = { id: 'a', percent: 25, climb: climbOf({}, 25) };
  const stateAt = (percent: number) => ({
    ...NO_OVERRIDES,
    steps: new Map([['a', { percent, changes: 1, since: new Date(), before: BEFORE, waits: undefined }]]),
  });

  it('is what is stored, never more than the file allows, and nothing without either', () => {
    expect(shareInForce(stateAt(5), climbing)).toBe(5);
    expect(shareInForce(stateAt(100), climbing)).toBe(25);
    expect(shareInForce(NO_OVERRIDES, climbing)).toBe(0);
  });

  it("is the file's where the route does not climb", () => {
    expect(shareInForce(stateAt(5), { ...climbing, climb: undefined })).toBe(25);
  });
});

describe('proxies', () => {
  it('follow a step, keep it while MongoDB is unavailable, and know it after a restart', async () => {
    const proxies = await startProxies();
    const own = await MongoClient.connect(proxies.mongo.uri);
    try {
      const [one, two] = await Promise.all([proxies.start('one'), proxies.start('two')]);
      const shares = () => [one, two].map((proxy) => proxy.current().steps.get('a')?.percent);
      await storeStep(own.db(), 'a', { percent: 5, before: BEFORE }, 0);
      await waitFor('both', () => shares().every((share) => share === 5));
      const climbed = one.logger.lines.filter(({ message }) => message === 'routes climb');
      expect(climbed).toMatchObject([{ level: 'info', fields: { steps: ['a: 0 % -> 5 %'] } }]);
      expect(one.logger.lines.filter(({ level }) => level === 'warn')).toEqual([]);
      await proxies.faults.down();
      await one.close();
      await two.close();
      const again = await proxies.start('one', { startTimeout: 50 });
      expect(again.current()).toMatchObject({ known: true });
      expect(again.current().steps.get('a')).toMatchObject({ percent: 5, changes: 1, before: BEFORE });
    } finally {
      await own.close();
      await proxies.close();
    }
  });

  it('do not go by steps that an older version has written back', async () => {
    const proxies = await startProxies();
    const own = await MongoClient.connect(proxies.mongo.uri);
    try {
      const first = await proxies.start('one');
      await storeStep(own.db(), 'a', { percent: 5, before: BEFORE }, 0);
      await waitFor('the step', () => first.current().steps.has('a'));
      await first.close();
      const snapshot = JSON.parse(await readFile(first.snapshotFile, 'utf8')) as { at: string };
      const later = { ...snapshot, at: new Date(Date.parse(snapshot.at) + 1).toISOString() };
      await writeFile(first.snapshotFile, JSON.stringify(later));
      await proxies.faults.down();
      const again = await proxies.start('one', { startTimeout: 50 });
      expect(again.current()).toMatchObject({ known: true, steps: new Map() });
    } finally {
      await own.close();
      await proxies.close();
    }
  });
});
