import { MongoClient, type Collection, type Db } from 'mongodb';
import { bucketOf } from '../../../../proxy/cohort/bucket';
import { createSessionUsers, type SessionUsersOptions } from '../../../../proxy/cohort/session-users';
import { passportUserData } from '../../../../shared/session/identity';
import { storeFormat } from '../../../../shared/session/stores/registry';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { type LocalMongo } from '../../../../shared/local/mongo';
import { startTestMongo } from '../../../support/test-mongo';
import { capturedLogger } from '../../../support/captured-logger';

const SECRET = 'a secret';
const session = resolveSession(completeSession({ secrets: [SECRET], store: { format: 'connect-mongo' } }), {});
const tokenOf = (id: string, secret = SECRET) => `s:${sign(id, secret)}`;
const ANN = { userId: 'ann', customerAccountId: 'a', fullName: 'Ann', roles: [] };

interface SessionRecord {
  readonly _id: string;
  readonly session: string;
  readonly expires: Date;
}

describe('users behind session tokens', () => {
  let mongo: LocalMongo;
  let client: MongoClient;
  let sessions: Collection<SessionRecord>;
  let time = 0;
  let reads = 0;

  beforeAll(async () => {
    mongo = await startTestMongo({ logger: capturedLogger() });
    client = await MongoClient.connect(mongo.uri);
    sessions = client.db().collection('sessions');
  });
  afterAll(async () => {
    await client.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    [time, reads] = [0, 0];
    await sessions.deleteMany({});
    await store('one', ANN);
  });

  const store = (id: string, user: unknown) =>
    sessions.replaceOne(
      { _id: id },
      { session: JSON.stringify({ cookie: {}, passport: { user } }), expires: new Date(Date.now() + 60_000) },
      { upsert: true },
    );
  const users = (options: Partial<SessionUsersOptions> = {}) =>
    createSessionUsers({
      secrets: session.secrets,
      format: storeFormat(session),
      identity: passportUserData(),
      db: () => {
        reads += 1;
        return Promise.resolve(client.db());
      },
      logger: capturedLogger(),
      deadline: 5_000,
      now: () => time,
      ...options,
    });

  it('forgets no user for any number of sessions without one', async () => {
    const { userOf } = users({ max: 5 });
    await userOf(tokenOf('one'));
    for (let i = 0; i < 20; i += 1) await userOf(tokenOf(`dead-${i}`));
    expect(userOf(tokenOf('one'))).toMatchObject({ userId: 'ann' });
  });

  it('goes on with who a session is of after a login or a logout', async () => {
    const { userOf } = users();
    expect(await userOf(tokenOf('late'))).toBeUndefined();
    await store('late', ANN);
    time = 1_001;
    expect(await userOf(tokenOf('late'))).toMatchObject({ userId: 'ann' });
    await sessions.deleteMany({});
    time = 40_000;
    expect(await userOf(tokenOf('late'))).toBeUndefined();
    expect(await userOf(tokenOf('late'))).toBeUndefined();
  });

  it('reads a session once, and remembers whose it is for half a minute', async () => {
    const { userOf } = users();
    expect(await userOf(tokenOf('one'))).toEqual({ userId: 'ann', bucket: bucketOf('ann') });
    time = 29_999;
    expect(userOf(tokenOf('one'))).toEqual({ userId: 'ann', bucket: bucketOf('ann') });
    expect(reads).toBe(1);
    time = 30_001;
    await userOf(tokenOf('one'));
    expect(reads).toBe(2);
  });

  it('gives a user the same place in every session, and an id the same as data', async () => {
    await store('two', ANN);
    await store('three', 'ann');
    const { userOf } = users();
    const buckets = await Promise.all(['one', 'two', 'three'].map(async (id) => (await userOf(tokenOf(id)))?.bucket));
    expect(new Set(buckets)).toEqual(new Set([bucketOf('ann')]));
  });

  it('asks once for many requests of one session at a time', async () => {
    const { userOf } = users();
    await Promise.all(Array.from({ length: 20 }, async () => userOf(tokenOf('one'))));
    expect(reads).toBe(1);
  });

  it('reads nothing for a token that no secret signed', () => {
    expect(users().userOf(tokenOf('one', 'other'))).toBeUndefined();
    expect(reads).toBe(0);
  });

  it('knows nobody behind sessions that are gone, expired or without a user, and asks again soon', async () => {
    const { userOf } = users();
    await store('nobody', undefined);
    expect(await userOf(tokenOf('gone'))).toBeUndefined();
    expect(await userOf(tokenOf('nobody'))).toBeUndefined();
    await store('nobody', ANN);
    time = 1_001;
    expect(await userOf(tokenOf('nobody'))).toMatchObject({ userId: 'ann' });
  });

  it('keeps users on their side while MongoDB is away, and makes nobody wait for it twice', async () => {
    let isAway = false;
    const db = (): Promise<Db> => {
      reads += 1;
      return isAway ? new Promise(() => undefined) : Promise.resolve(client.db());
    };
    const { userOf } = users({ db, deadline: 500 });
    expect(await userOf(tokenOf('one'))).toMatchObject({ userId: 'ann' });
    isAway = true;
    time = 60_000;
    expect(await userOf(tokenOf('one'))).toMatchObject({ userId: 'ann' });
    expect(userOf(tokenOf('one'))).toMatchObject({ userId: 'ann' });
    expect(userOf(tokenOf('two'))).toBeUndefined();
    expect(reads).toBe(2);
    isAway = false;
    time += 1_001;
    await store('two', { ...ANN, userId: 'bob' });
    expect(await userOf(tokenOf('two'))).toMatchObject({ userId: 'bob' });
  });

  it.each([
    ['a record that cannot be read', {}],
    [
      'a user that cannot be worked out',
      { identity: { ...passportUserData(), fromSession: () => Promise.reject(new Error('no such user')) } },
    ],
    [
      'a user that takes too long',
      {
        deadline: 100,
        identity: { ...passportUserData(), fromSession: () => new Promise<undefined>(() => undefined) },
      },
    ],
  ])('lets %s be the matter of that session alone', async (what, options) => {
    const isUnreadable = what.includes('record');
    // An id alone, as passport keeps it, needs no identity.
    await store('bob', 'bob');
    await sessions.replaceOne(
      { _id: 'odd' },
      { session: '{', expires: new Date(Date.now() + 60_000) },
      { upsert: true },
    );
    const logger = capturedLogger();
    const { userOf } = users({ ...options, logger });
    const odd = tokenOf(isUnreadable ? 'odd' : 'one');
    expect(await userOf(odd)).toBeUndefined();
    expect(await userOf(tokenOf('bob'))).toMatchObject({ userId: 'bob' });
    // Not read for every request of it, nor told.
    const before = reads;
    for (let i = 0; i < 5; i += 1) expect(userOf(odd)).toBeUndefined();
    expect(reads).toBe(before);
    time = 1_001;
    await userOf(odd);
    expect(reads).toBe(before + 1);
    expect(logger.lines.length).toBeLessThanOrEqual(2);
  });

  it('is bounded, and holds no token', async () => {
    const { userOf } = users({ max: 2 });
    for (const id of ['one', 'two', 'three']) {
      await store(id, ANN);
      await userOf(tokenOf(id));
    }
    await userOf(tokenOf('one'));
    expect(reads).toBe(4);
  });
});
