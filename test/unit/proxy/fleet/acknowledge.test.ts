import { MongoClient, type Db, type Document } from 'mongodb';
import { awaitFollowers, EXPECTED, judge } from '../../../../proxy/fleet/acknowledge';
import { describeAcknowledgement } from '../../../../proxy/fleet/describe-acknowledgement';
import { PROXIES_COLLECTION, readProxies, type SeenProxy } from '../../../../proxy/fleet/heartbeat';
import { clear, raise, routeOverrideId } from '../../../../proxy/overrides/store';
import { startEmbedded, type EmbeddedMongo } from '../../../../shared/local/mongo';
import { waitFor } from '../../../support/wait-for';
import { startFollower, type Follower } from './follower';

const ID = routeOverrideId('list-events');
const CHANGE = { by: 'ann', why: 'test' };
let mongo: EmbeddedMongo;
let client: MongoClient;
let db: Db;
let uri: string;
let followers: Follower[];

beforeEach(async () => {
  mongo = await startEmbedded();
  uri = `mongodb://127.0.0.1:${mongo.port}/eventsapp`;
  client = await MongoClient.connect(uri);
  db = client.db();
  followers = [];
});
afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.close()));
  await client.close();
  await mongo.stop();
});

const start = async (name: string, port: number): Promise<Follower> => {
  const follower = await startFollower(uri, name, { port });
  followers.push(follower);
  return follower;
};
const lower = () => raise(db, ID, { ...CHANGE, since: new Date() });
const names = (proxies: readonly { readonly name: string }[]) => proxies.map(({ name }) => name);

const proxy = (name: string, revision: number | null, age = 0): SeenProxy => ({
  ...{ _id: name, name, host: 'host', port: 1, version: '1', uptime: 1, revision, age },
  ...{ routes: 'x', builds: { legacy: '1', lambda: '1' } },
});

describe('who follows', () => {
  it('are those at the revision or later; what was written long ago is not counted', () => {
    const { following, behind, lost } = judge(
      [
        proxy('at', 7),
        proxy('later', 8),
        proxy('before', 6),
        proxy('unknown', null, EXPECTED),
        proxy('gone', 6, EXPECTED + 1),
        // Of overrides that were emptied since.
        proxy('dead at a later revision', 50, EXPECTED + 1),
      ],
      7,
    );
    expect([names(following), names(behind), names(lost)]).toEqual([
      ['at', 'later'],
      ['before', 'unknown'],
      ['gone', 'dead at a later revision'],
    ]);
  });

  it('are all proxies that run, within a second or so', async () => {
    await start('web-1', 1);
    await start('web-2', 2);
    for (const change of [await lower(), await clear(db, ID, CHANGE, new Date()), await lower()]) {
      const acknowledgement = await awaitFollowers(db, change.revision);
      expect(names(acknowledgement.following)).toEqual(['web-1', 'web-2']);
      expect(describeAcknowledgement(acknowledgement, 'eventsapp')).toEqual([
        expect.stringMatching(/^2 of 2 proxies follow \(\d+ ms\)$/),
      ]);
    }
  });

  it('are waited for also where somebody was first: whoever was may not have counted the change', async () => {
    await start('web-1', 1);
    const { revision } = await lower();
    const again = await lower();
    expect([again.first, again.revision > revision]).toEqual([false, true]);
    expect(names((await awaitFollowers(db, again.revision)).following)).toEqual(['web-1']);
  });

  it('are not those that have stopped: they are named, with how long ago they were seen', async () => {
    const stopped = await start('web-1', 1);
    await start('web-2', 2);
    await stopped.stop();
    const { revision } = await lower();
    const acknowledgement = await awaitFollowers(db, revision, { patience: 300 });
    expect(describeAcknowledgement(acknowledgement, 'eventsapp')).toEqual([
      expect.stringMatching(/^1 of 2 proxies follow \(\d+ ms\)$/),
      expect.stringMatching(/^does not follow: web-1 \(.+:1, last seen 0 s ago\): stopped, or unable to reach/),
    ]);
  });

  it('are none where no proxy has been seen, which is said at once', async () => {
    const { revision } = await lower();
    const acknowledgement = await awaitFollowers(db, revision);
    expect(acknowledgement).toMatchObject({ following: [], behind: [], lost: [] });
    expect(acknowledgement.waited).toBeLessThan(2_000);
    expect(describeAcknowledgement(acknowledgement, 'mistyped')[0]).toMatch(
      /^no proxy seen in this database \("mistyped"\): does MONGODB_URI name the proxies' database\?/,
    );
  });
});

describe('a heartbeat', () => {
  it('says what runs there, at the server’s time', async () => {
    await start('web-1', 8080);
    const [seen] = await readProxies(db);
    expect(seen).toMatchObject({
      ...{ name: 'web-1', port: 8080, version: '0.1.0', revision: 0, routes: 'a-digest' },
      builds: { legacy: '1', lambda: '2' },
    });
    expect(seen?.age).toBeLessThan(5_000);
    expect(await db.collection(PROXIES_COLLECTION).findOne()).toMatchObject({
      schema: 1,
      seenAt: expect.any(Date) as Date,
    });
  });

  it('goes with its proxy when that ends in order, and with the next one at the same address when it does not', async () => {
    const first = await start('web-1', 8080);
    await first.close();
    expect(await readProxies(db)).toEqual([]);
    await db.collection(PROXIES_COLLECTION).insertOne({ host: (await import('node:os')).hostname(), port: 8080 });
    await start('web-1', 8080);
    expect(await readProxies(db)).toHaveLength(1);
  });

  it('comes again when MongoDB was away', async () => {
    await start('web-1', 1);
    await mongo.faults.down();
    await mongo.faults.up();
    // The client of this test has lost its connections, too.
    const { revision } = await waitFor('a change', () => lower().catch(() => undefined));
    await waitFor('the proxy to follow', async () => judge(await readProxies(db), revision).following.length === 1);
  });

  it('of another version is one of a proxy all the same, which does not follow unless it says so', async () => {
    const collection = db.collection<{ _id: string } & Document>(PROXIES_COLLECTION);
    await collection.insertMany([
      { _id: 'newer', schema: 2, name: 'web-9', seenAt: new Date(), revision: 99, zone: 'a' },
      { _id: 'strange', schema: 3, name: { of: 'another kind' }, seenAt: new Date(), revision: '99' },
    ]);
    const { following, behind } = judge(await readProxies(db), 5);
    expect([names(following), names(behind)]).toEqual([['web-9'], ['unknown']]);
  });
});
