import { readFile, writeFile } from 'node:fs/promises';
import { MongoClient, type Collection, type Document } from 'mongodb';
import { overrideOf } from '../../../../proxy/overrides/state';
import { clear, OVERRIDES_COLLECTION, raise, readRevision, routeOverrideId } from '../../../../proxy/overrides/store';
import { waitFor } from '../../../support/wait-for';
import { startProxies, type Proxies } from './two-proxies';

const CHANGE = { by: 'ann', why: 'test' };
const SINCE = new Date('2026-11-28T10:00:00.000Z');
let proxies: Proxies;
let client: MongoClient;
let stored: Collection<{ _id: string } & Document>;

beforeEach(async () => {
  proxies = await startProxies();
  client = await MongoClient.connect(proxies.mongo.uri);
  stored = client.db().collection(OVERRIDES_COLLECTION);
});
afterEach(async () => {
  await client.close();
  await proxies.close();
});

describe('beside an older version', () => {
  it('finds what that one has written, and can take it back', async () => {
    await stored.insertOne({ _id: 'route:list', active: { ...CHANGE, since: SINCE, kind: 'guard' }, revision: 1 });
    const proxy = await proxies.start('a');
    expect(proxy.current().lowered.get('list')).toEqual({ ...CHANGE, since: SINCE, kind: 'guard' });
    await proxy.resume('list', CHANGE);
    expect(await stored.findOne({ _id: 'route:list' })).toMatchObject({ active: null, revision: 2, schema: 1 });
  });

  it('writes nothing that one would take for an override: what it reads is `active`', async () => {
    const proxy = await proxies.start('a');
    await proxy.lower('list', CHANGE);
    const seen = await stored.find({ active: { $ne: null } }).toArray();
    expect(seen.map(({ _id }) => _id)).toEqual(['route:list']);
    expect(seen[0]?.['active']).toEqual({ ...CHANGE, kind: 'manual', since: expect.any(Date) as Date });
  });

  it('counts every change, of several at the same time each', async () => {
    const db = client.db();
    const entry = { ...CHANGE, since: SINCE };
    const changes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => raise(db, routeOverrideId(`route-${index}`), entry)),
    );
    const revisions = changes.map(({ revision }) => revision).sort((a, b) => a - b);
    expect(revisions).toEqual(revisions.map((_, index) => (revisions[0] ?? 0) + index));
    expect(await readRevision(db)).toBe(revisions.at(-1));
  });

  it('counts on after the overrides were emptied, so that what was followed before is not taken for later', async () => {
    const db = client.db();
    const entry = { ...CHANGE, since: SINCE };
    for (let i = 0; i < 5; i += 1) await raise(db, routeOverrideId(`route-${i}`), entry);
    const before = await readRevision(db);
    await stored.deleteMany({});
    const { revision } = await raise(db, routeOverrideId('list'), entry);
    expect(revision).toBeGreaterThan(before);
  });
});

describe('documents that were edited by hand', () => {
  it.each(['7', null, Infinity, { a: 1 }])('do not stand in the way of a change: revision %j', async (revision) => {
    const db = client.db();
    await stored.insertMany([
      { _id: 'revision', revision },
      { _id: 'route:list', active: null, revision },
    ]);
    const proxy = await proxies.start('a');
    expect(await proxy.lower('list', CHANGE)).toEqual({ shared: true, first: true });
    const counted = await readRevision(db);
    expect(counted).toBeGreaterThan(0);
    await stored.updateOne({ _id: 'route:list' }, { $set: { revision } });
    const cleared = await clear(db, 'route:list', CHANGE, SINCE);
    expect([cleared.first, cleared.revision > counted]).toEqual([true, true]);
  });
});

describe('beside a newer version', () => {
  it('takes a kind that it does not know for a roll back, and leaves the fields that it does not know', async () => {
    await stored.insertOne({
      ...{ _id: 'route:list', schema: 7, revision: 3, zone: 'north' },
      active: { ...CHANGE, since: SINCE, kind: 'at-most', percent: 5 },
    });
    const proxy = await proxies.start('a');
    expect(overrideOf(proxy.current(), 'list', 'lambda')).toBe('rolled-back');
    expect(JSON.stringify([...proxy.current().lowered])).not.toContain('percent');
    expect(await proxy.lower('list', { by: 'bob', why: 'again' })).toEqual({ shared: true, first: false });
    expect(await stored.findOne({ _id: 'route:list' })).toMatchObject({ active: { kind: 'at-most', percent: 5 } });
    await proxy.resume('list', CHANGE);
    expect(await stored.findOne({ _id: 'route:list' })).toMatchObject({ schema: 7, zone: 'north', active: null });
  });

  it('holds an override of which it does not know what it is about for all routes', async () => {
    await stored.insertOne({ _id: 'account:42', schema: 2, revision: 1, active: { ...CHANGE, since: SINCE } });
    const proxy = await proxies.start('a');
    expect(overrideOf(proxy.current(), 'any', 'lambda')).toBe('kill-switch');
    expect(proxy.current().killSwitch?.why).toBe('"account:42", an override that this version does not know: test');
    await stored.updateOne({ _id: 'account:42' }, { $set: { active: null } });
    await waitFor('the end of it', () => proxy.current().killSwitch === undefined);
  });

  it('keeps in its snapshot, and writes to MongoDB, what that one had in its own', async () => {
    const before = await proxies.start('a');
    await before.close();
    const { snapshotFile } = before;
    await proxies.faults.down();
    const entry = { ...CHANGE, since: SINCE.toISOString(), kind: 'at-most', percent: 5 };
    const snapshot = {
      format: 1,
      at: new Date().toISOString(),
      shared: {},
      unsaved: { 'route:list': entry },
      zone: 'a',
    };
    await writeFile(snapshotFile, JSON.stringify(snapshot));
    const proxy = await proxies.start('a', { startTimeout: 100 });
    expect(overrideOf(proxy.current(), 'list', 'lambda')).toBe('rolled-back');
    await proxy.lower('other', CHANGE);
    await waitFor('the snapshot', async () => (await readFile(snapshotFile, 'utf8')).includes('route:other'));
    expect(JSON.parse(await readFile(snapshotFile, 'utf8'))).toMatchObject({
      ...{ format: 1, zone: 'a' },
      unsaved: { 'route:list': { kind: 'at-most', percent: 5 } },
    });
    await proxies.faults.up();
    await waitFor('MongoDB to have it', async () =>
      stored
        .findOne({ 'active.percent': 5, 'active.kind': 'at-most' })
        .catch(() => null)
        .then((found) => found !== null),
    );
  });

  it('does not go by a snapshot of a newer format, and loses nothing of what is in it', async () => {
    const before = await proxies.start('a');
    await before.close();
    const { snapshotFile } = before;
    await proxies.faults.down();
    const entry = { ...CHANGE, since: SINCE.toISOString() };
    const snapshot = { format: 2, at: new Date().toISOString(), shared: {}, unsaved: { 'route:list': entry } };
    await writeFile(snapshotFile, JSON.stringify(snapshot));
    const proxy = await proxies.start('a', { startTimeout: 100 });
    expect(overrideOf(proxy.current(), 'any', 'lambda')).toBe('overrides-unknown');
    await proxies.faults.up();
    await waitFor('MongoDB to have it', () => overrideOf(proxy.current(), 'any', 'lambda') === undefined);
    expect(overrideOf(proxy.current(), 'list', 'lambda')).toBe('rolled-back');
  });
});
