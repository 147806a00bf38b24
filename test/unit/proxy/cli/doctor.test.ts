import { ObjectId } from 'mongodb';
import { diagnoseDeployment } from '../../../../proxy/cli/doctor/diagnose';
import { passportUserData, type IdentityResolver } from '../../../../shared/session/identity';
import { completeSession, resolveSession, type SessionOptions } from '../../../../shared/session/session-config';
import { fingerprint } from '../../../../proxy/cli/fingerprint';
import { DAY, SECRETS, sessionOf, startSessionDatabase, USER, type SessionDatabase } from './session-database';
import { parseTestIdentity } from '../../../support/test-identity';

let database: SessionDatabase;
beforeAll(async () => (database = await startSessionDatabase()));
afterAll(() => database.close());
beforeEach(() => database.clear());

interface Setup {
  readonly session?: Partial<SessionOptions>;
  readonly identity?: IdentityResolver;
  readonly sampleSize?: number;
  readonly timeLimit?: number;
}

async function diagnose({ session, identity = passportUserData({ parse: parseTestIdentity }), ...limits }: Setup = {}) {
  const options: SessionOptions = {
    cookieName: 'eventsapp.sid',
    secrets: [...SECRETS],
    store: { format: 'connect-mongo' },
    touchAfter: 300,
    rolling: true,
    ...session,
  };
  const resolved = resolveSession(completeSession(options), {});
  const db = () => Promise.resolve(database.db);
  const result = await diagnoseDeployment({ banyan: { identity }, session: resolved, db, now: new Date(), ...limits });
  const output = `${result.text}${JSON.stringify(result.json)}`;
  for (const secret of resolved.secrets) if (secret.length > 8) expect(output).not.toContain(secret);
  expect(output).not.toMatch(/the-id-of-|Ann|u-17/);
  const lines = result.text.split(/\n(?! )/).map((line) => line.replace(/\s+/g, ' '));
  return { ...result, find: (start: string) => lines.filter((line) => line.startsWith(start)).join('\n') };
}

const save = async (count: number, session: object = sessionOf(USER)) => {
  for (let i = 0; i < count; i += 1) await database.save(`the-id-of-${i}`, session);
};
/** Undefined leaves a field out. */
const insert = (record: object, count = 1) =>
  database.db.collection('sessions').insertMany(
    Array.from({ length: count }, (_, i) => ({
      _id: `the-id-of-${i}` as never,
      expires: new Date(Date.now() + DAY),
      lastModified: new Date(),
      session: JSON.stringify(sessionOf(USER)),
      ...record,
    })),
    { ignoreUndefined: true },
  );

describe('a healthy store', () => {
  it('has nothing but ok', async () => {
    await save(3);
    const { exitCode, text, find } = await diagnose();
    expect(text).toMatch(/\n0 faults, 0 warnings\n$/);
    expect(exitCode).toBe(0);
    expect(find('ok options')).toContain(
      'cookie eventsapp.sid, path /; connect-mongo with stringify: true; touchAfter 300 s, rolling true, resave false',
    );
    expect(find('ok secret 1 of 2')).toContain(`fingerprint ${fingerprint(SECRETS[0])}; signs and verifies`);
    expect(find('ok secret 2 of 2')).toContain(`fingerprint ${fingerprint(SECRETS[1])}; verifies only`);
    expect(find('ok documents')).toMatch(/about 3 in \w+\.sessions; 3 examined$/);
    expect(find('ok format')).toContain('connect-mongo with stringify: true, as configured');
    expect(find('ok expiry')).toContain('none of 3 expired and not yet removed');
    expect(find('ok TTL index')).toBe('ok TTL index on expires');
    expect(find('ok touch')).toContain('all 3 have lastModified, touchAfter 300 s');
    expect(find('ok cookie age')).toMatch(/1[34] d/);
    expect(find('ok cookie ')).toContain('Secure none of 3, HttpOnly all 3, SameSite lax');
    expect(find('ok users')).toContain('all 3 belong to a user that identity recognises');
  });

  it('is not written', async () => {
    await save(2);
    const before = await database.db.collection('sessions').find().toArray();
    await diagnose();
    expect(await database.db.collection('sessions').find().toArray()).toEqual(before);
  });

  it('is sampled', async () => {
    await insert({}, 30);
    expect((await diagnose({ sampleSize: 10 })).find('ok documents')).toContain('about 30');
    expect((await diagnose({ sampleSize: 10 })).find('ok documents')).toContain('; 10 examined');
  });

  it('is read for a limited time', async () => {
    await insert({}, 30);
    expect((await diagnose({ timeLimit: -1 })).find('ok documents')).toContain('; 1 examined, stopped early');
  });

  it('of connect-mongodb-session', async () => {
    const collection = database.db.collection('web');
    await database.db.command({
      createIndexes: 'web',
      indexes: [{ key: { until: 1 }, name: 'until_1', expireAfterSeconds: 0 }],
    });
    await collection.insertOne({ sid: 'the-id-of-x', until: new Date(Date.now() + DAY), session: sessionOf(USER) });
    const store = {
      format: 'connect-mongodb-session',
      collection: 'web',
      idField: 'sid',
      expiresKey: 'until',
    } as const;
    const { text } = await diagnose({ session: { store, touchAfter: 0 } });
    expect(text).toMatch(/\n0 faults, 0 warnings\n$/);
  });
});

describe('secrets', () => {
  beforeEach(() => save(1));
  const withSecrets = (...secrets: string[]) => diagnose({ session: { secrets } });

  it.each<[string, string, string]>([
    ['short', 'k8#fj2', 'fault secret 1 of 1 can be guessed'],
    ['of one character', 'a'.repeat(40), 'fault secret 1 of 1 can be guessed'],
  ])('that are %s', async (_case, secret, text) => {
    const { exitCode, find } = await withSecrets(secret);
    expect(find(text)).not.toBe('');
    expect(exitCode).toBe(text.startsWith('fault') ? 1 : 0);
  });
});

describe('a store that does not fit the configuration', () => {
  const faults: [string, object, Setup, string][] = [
    [
      'another format',
      { session: sessionOf(USER) },
      {},
      'fault format all 4 cannot be read as connect-mongo with stringify: true: it looks like connect-mongo with stringify: false',
    ],
    ['broken records', { session: '{' }, {}, 'fault format all 4 are broken'],
    [
      'an encryption secret that is another',
      { session: 'A'.repeat(120) },
      {
        session: {
          store: { format: 'connect-mongo', encryption: { scheme: 'webcrypto', secret: [SECRETS[0]], iterations: 1 } },
        },
      },
      'fault format all 4 cannot be read as connect-mongo with stringify: true, encryption: webcrypto: it looks encrypted',
    ],
    ['expiries that are text', { expires: 'tomorrow' }, {}, 'fault expiry all 4 have no date in expires'],
    [
      'another cookie path',
      { session: JSON.stringify(sessionOf(USER, { path: '/app' })) },
      {},
      'fault cookie path all 4 have a path other than /',
    ],
    [
      'users of another shape',
      { session: JSON.stringify(sessionOf({ id: 17 })) },
      {},
      'fault users all 4 have passport.user, but identity does not recognise the user',
    ],
    [
      'an identity that throws',
      {},
      {
        identity: {
          ...passportUserData({ parse: parseTestIdentity }),
          fromSession: () => {
            throw new TypeError('u-17');
          },
        },
      },
      'fault users identity threw for all 4',
    ],
  ];
  it.each(faults)('%s', async (_case, record, setup, text) => {
    await insert(record, 4);
    const { exitCode, find } = await diagnose(setup);
    expect(find(text)).toMatch(/ -> \S/);
    expect(exitCode).toBe(1);
  });

  it('ids in another field', async () => {
    await database.db
      .collection('sessions')
      .insertOne({ _id: new ObjectId(), expires: new Date(Date.now() + DAY), session: sessionOf(USER) });
    const session = { store: { format: 'connect-mongodb-session' } } as const;
    expect((await diagnose({ session })).find('fault session id')).toContain('all 1 have no string');
  });

  const warnings: [string, object, Setup, string][] = [
    ['no TTL index', {}, {}, 'warning TTL index no TTL index in'],
    [
      'lastModified without touchAfter',
      {},
      { session: { touchAfter: 0 } },
      'warning touch all 4 have lastModified, but touchAfter is 0',
    ],
    [
      'touchAfter without lastModified',
      { lastModified: null },
      {},
      'warning touch none of 4 have lastModified, but touchAfter is 300 s',
    ],
    ['records without expiry', { expires: undefined }, {}, 'warning expiry all 4 never expire'],
    [
      'another passport key',
      { session: JSON.stringify({ ...sessionOf(undefined), auth: { user: USER } }) },
      {},
      'warning passport key no session has passport.user; keys seen: cookie, auth',
    ],
  ];
  it.each(warnings)('warns of: %s', async (_case, record, setup, text) => {
    await insert(record, 4);
    const { exitCode, find } = await diagnose(setup);
    expect(find(text)).toMatch(/ -> \S/);
    expect(exitCode).toBe(0);
  });

  it('warns of some records of another format', async () => {
    await save(3);
    await database.db.collection('sessions').updateOne({}, { $set: { session: sessionOf(USER) } });
    const { exitCode, find } = await diagnose();
    expect(find('warning format')).toContain('1 of 3 cannot be read as');
    expect(exitCode).toBe(0);
  });

  it('counts what has expired', async () => {
    await insert({ expires: new Date(Date.now() - 1000) }, 3);
    await database.save('the-id-of-the-living', sessionOf(USER));
    expect((await diagnose()).find('ok expiry')).toContain('3 of 4 expired and not yet removed');
  });

  it('warns when all have expired', async () => {
    await insert({ expires: new Date(Date.now() - 1000) }, 3);
    expect((await diagnose()).find('warning expiry')).toContain('all 3 expired and not yet removed');
  });

  it('fails for an empty store, and names where the sessions may be', async () => {
    await database.db.collection('websessions').insertOne({ a: 1 });
    const { exitCode, find } = await diagnose();
    expect(find('fault documents')).toMatch(
      /none in \w+\.sessions: every client would get 401 -> .*\(there is websessions\)/,
    );
    expect(exitCode).toBe(1);
  });
});
