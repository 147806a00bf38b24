import { createHash } from 'node:crypto';
import { MongoNetworkError, MongoServerError, ObjectId } from 'mongodb';
import { createAuthorizer } from '../../../../lambda/authorizer/authorizer';
import type { AuthorizerEvent } from '../../../../lambda/authorizer/policy';
import { createLogger } from '../../../../shared/logger';
import { apiKeyAuthenticator } from '../../../../shared/session/api-key-authenticator';
import type { Authenticator } from '../../../../shared/session/authenticator';
import { passportUserData, type IdentityResolver } from '../../../../shared/session/identity';
import { passportUserId } from '../../../../shared/session/passport-user-id';
import { sessionAuthenticator } from '../../../../shared/session/session-authenticator';
import { completeSession, resolveSession, type SessionOptions } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { signMark } from '../../../../shared/signed-mark';
import { httpApiEvent, restEvent } from './events';
import { fakeDatabase, type FakeDatabase } from './fake-database';
import { parseTestIdentity } from '../../../support/test-identity';

const NAME = 'eventsapp.sid';
const SECRETS = ['current-secret-value', 'previous-secret-value'] as const;
const NOW = new Date('2026-11-23T08:00:00.000Z');
const ID = 'session-id-not-to-be-logged';
const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann Ümlaut', roles: ['member', 'organiser'] };
const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

let database: FakeDatabase;
let logged: string;

interface Setup {
  readonly session?: Partial<SessionOptions>;
  readonly identity?: IdentityResolver;
  readonly authenticators?: readonly Authenticator[];
  readonly connectionFault?: Error;
  readonly anonymous?: 'let through';
}

function authorizer({
  session,
  identity = passportUserData({ parse: parseTestIdentity }),
  authenticators,
  connectionFault,
  anonymous,
}: Setup = {}) {
  const options: SessionOptions = {
    cookieName: NAME,
    secrets: SECRETS,
    store: { format: 'connect-mongo' },
    ...session,
  };
  const authorize = createAuthorizer({
    config: {
      session: resolveSession(completeSession(options), {}),
      identity,
      authenticators: authenticators ?? [sessionAuthenticator],
    },
    connection: { db: () => (connectionFault ? Promise.reject(connectionFault) : Promise.resolve(database.db)) },
    logger: createLogger({ level: 'debug', write: (line) => (logged += line) }),
    clock: () => NOW,
    ...(anonymous !== undefined && { anonymous }),
  });
  return async (event: AuthorizerEvent) => {
    const answer = await authorize(event);
    await new Promise(setImmediate); // lets a touch that was started come to its end
    return answer;
  };
}

const tokenOf = (id: string, secret: string = SECRETS[0]) => `s:${sign(id, secret)}`;
const withToken = (value: string) => restEvent({ Cookie: `${NAME}=${encodeURIComponent(value)}` });
const withSession = (id = ID) => withToken(tokenOf(id));

function store(record: object, id: unknown = ID): void {
  database = fakeDatabase({ sessions: [{ _id: id, ...record }] });
}
function storeUser(user: unknown): void {
  store({ session: JSON.stringify({ cookie: { originalMaxAge: 60_000 }, passport: { user } }), expires: minutes(5) });
}

beforeEach(() => {
  logged = '';
  storeUser(ann);
});
afterEach(() => {
  database.restore();
  for (const secret of [...SECRETS, ID, ID.slice(8)]) expect(logged).not.toContain(secret);
});

describe('a live session of a user', () => {
  const policy = {
    principalId: 'u1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-west-1:123456789012:api1234567/dev/*/*',
        },
      ],
    },
    context: {
      authenticatedBy: 'session',
      userId: 'u1',
      identity: JSON.stringify(ann),
    },
  };

  it.each([
    ['by cookie', withSession()],
    ['by bearer token', restEvent({ Authorization: `Bearer ${tokenOf(ID)}` })],
    ['by percent-encoded bearer token', restEvent({ authorization: `bearer ${encodeURIComponent(tokenOf(ID))}` })],
    ['signed with an older secret', withToken(tokenOf(ID, SECRETS[1]))],
  ])('is let through to the whole stage: %s', async (_case, event) => {
    await expect(authorizer()(event)).resolves.toEqual(policy);
    expect(database.calls[0]).toBe('sessions.findOne');
  });

  it('carries the stored cookie when the session rolls, and neither id nor token', async () => {
    const answer = await authorizer({ session: { rolling: true } })(withSession());
    const context: unknown = 'context' in answer ? answer.context : undefined;
    expect(context).toEqual({ ...policy.context, sessionCookie: expect.any(String) as string });
    expect(JSON.parse(String(Reflect.get(Object(context), 'sessionCookie')))).toEqual({
      originalMaxAge: 60_000,
      path: '/',
      httpOnly: true,
    });
    expect(JSON.stringify(answer)).not.toContain(ID);
  });

  it('is let through by simple responses of HTTP APIs', async () => {
    await expect(authorizer()(httpApiEvent({}, [`${NAME}=${encodeURIComponent(tokenOf(ID))}`]))).resolves.toEqual({
      isAuthorized: true,
      context: policy.context,
    });
    await expect(authorizer()(httpApiEvent({}))).resolves.toEqual({ isAuthorized: false, context: undefined });
  });
});

describe('where anonymous requests are let through', () => {
  const lenient = (session: Partial<SessionOptions> = {}) => authorizer({ anonymous: 'let through', session });

  it('a request without a user passes without an identity, and is nothing to log', async () => {
    await expect(lenient()(restEvent({}))).resolves.toMatchObject({
      principalId: 'nobody',
      context: { authenticatedBy: 'nobody' },
    });
    expect(logged).toBe('');
  });

  it('its session is extended and its cookie renewed, as for the monolith', async () => {
    database.restore();
    storeUser(null);
    await expect(lenient({ rolling: true })(withSession())).resolves.toMatchObject({
      context: { authenticatedBy: 'nobody', sessionCookie: expect.stringContaining('60000') as string },
    });
    expect(database.calls).toEqual(['sessions.findOne', 'sessions.updateOne']);
  });

  it('a user is known all the same, and a fault of ours is one', async () => {
    await expect(lenient()(withSession())).resolves.toMatchObject({ principalId: 'u1' });
    database.fault = new MongoNetworkError('unavailable');
    await expect(lenient()(withSession())).rejects.toThrow('The request could not be authenticated');
  });
});

describe('the cookie path', () => {
  it('has no session outside, as for the monolith', async () => {
    const authorize = authorizer({ session: { cookie: { path: '/app' } } });
    await expect(authorize(withSession())).rejects.toThrow(/^Unauthorized$/);
    expect(database.calls).toEqual([]);
    await expect(authorize({ ...withSession(), path: '/app/x' })).resolves.toBeDefined();
  });
});

describe('a record that cannot be read', () => {
  it('is 500, as for the monolith, when it is broken', async () => {
    database.restore();
    store({ session: '{' });
    await expect(authorizer()(withSession())).rejects.toThrow('neither JSON nor an object');
    expect(logged).toContain('"code":"session_record_unreadable"');
  });

  it('is our fault, 500, when it is of another format', async () => {
    database.restore();
    store({ session: { cookie: {}, passport: { user: ann } } });
    await expect(authorizer()(withSession())).rejects.toThrow('it looks like connect-mongo with stringify: false');
    expect(logged).toContain('stringify: false');
  });
});

describe('the user in the session', () => {
  it.each([{}, { passport: {} }, { passport: null }])('is nobody after logout: %j', async (data) => {
    database.restore();
    store({ session: JSON.stringify({ cookie: {}, ...data }) });
    await expect(authorizer()(withSession())).rejects.toThrow(/^Unauthorized$/);
    expect(database.calls).toEqual(['sessions.findOne']);
  });

  describe('stored as an id', () => {
    const userId = new ObjectId();
    const byId = passportUserId({
      findUser: (db, ids) => db.collection('users').findOne({ _id: { $in: [...ids] } } as object),
      parse: () => ann,
    });
    const storeBoth = (user: unknown, users: readonly object[]) => {
      database.restore();
      const session = JSON.stringify({ cookie: {}, passport: { user } });
      database = fakeDatabase({ sessions: [{ _id: ID, session }], users });
    };

    it('is found by a second read', async () => {
      storeBoth(userId.toHexString(), [{ _id: userId.toHexString() }]);
      await expect(authorizer({ identity: byId })(withSession())).resolves.toMatchObject({ principalId: 'u1' });
      expect(database.calls.slice(0, 2)).toEqual(['sessions.findOne', 'users.findOne']);
    });

    it('is nobody when the user has gone in the meantime', async () => {
      storeBoth(userId.toHexString(), []);
      await expect(authorizer({ identity: byId })(withSession())).rejects.toThrow(/^Unauthorized$/);
    });
  });
});

describe('a fault of ours', () => {
  const faults: [string, Error][] = [
    ['a network error', new MongoNetworkError('connect ECONNREFUSED 10.0.0.1:27017')],
    ['an error of the server that quotes the query', new MongoServerError({ message: `bad _id ${ID}`, code: 2 })],
    ['an error that calls itself Unauthorized', new Error('Unauthorized')],
  ];

  it.each(faults)('is never a 401: %s while reading', async (_case, fault) => {
    database.fault = fault;
    const authorize = authorizer();
    await expect(authorize(withSession())).rejects.toThrow('The request could not be authenticated');
    expect(logged).toContain('"level":"error"');
    database.fault = undefined;
    await expect(authorize(withSession())).resolves.toMatchObject({ principalId: 'u1' });
  });

  it.each(faults)('is never a 401: %s while connecting', async (_case, connectionFault) => {
    await expect(authorizer({ connectionFault })(withSession())).rejects.toThrow(/^(?!Unauthorized)/);
  });

  it('does not concern requests that need no database', async () => {
    const connectionFault = new MongoNetworkError('away');
    await expect(authorizer({ connectionFault })(restEvent({}))).rejects.toThrow(/^Unauthorized$/);
  });

  it('is logged with the host, without the stack or the query', async () => {
    database.fault = faults[0]?.[1];
    await expect(authorizer()(withSession())).rejects.toThrow();
    expect(logged).toContain('10.0.0.1:27017');
    expect(logged).not.toContain('stack');
  });
});

describe('the touch', () => {
  const expiry = () => database.collections['sessions']?.[0]?.['expires'] as unknown;

  it('extends the session after the decision', async () => {
    await authorizer()(withSession());
    expect(database.calls).toEqual(['sessions.findOne', 'sessions.updateOne']);
    expect(expiry()).toEqual(minutes(1));
  });

  it('is left out while lastModified is young', async () => {
    database.restore();
    const session = JSON.stringify({ cookie: { originalMaxAge: 60_000 }, passport: { user: ann } });
    store({ session, expires: minutes(5), lastModified: minutes(-1) });
    await authorizer({ session: { touchAfter: 300 } })(withSession());
    expect(database.calls).toEqual(['sessions.findOne']);
  });

  it('is left out for copies that the proxy marked, and only for these', async () => {
    const marked = (mark: string) =>
      restEvent({ Cookie: `${NAME}=${encodeURIComponent(tokenOf(ID))}`, 'X-Banyan-Shadow': mark });
    const later = new Date(NOW.getTime() + 60_000);
    await authorizer()(marked(signMark('shadow', 'copy', [SECRETS[1]], later)));
    expect(database.calls).toEqual(['sessions.findOne']);
    for (const mark of [
      'copy',
      signMark('shadow', 'copy', SECRETS, NOW),
      signMark('force', 'legacy', SECRETS, later),
    ]) {
      database.calls.length = 0;
      await authorizer()(marked(mark));
      expect(database.calls).toEqual(['sessions.findOne', 'sessions.updateOne']);
    }
  });

  it('is left out for requests that are refused', async () => {
    database.restore();
    storeUser(null);
    await expect(authorizer()(withSession())).rejects.toThrow();
    expect(database.calls).toEqual(['sessions.findOne']);
  });

  it('never delays the answer and never fails it', async () => {
    const authorize = authorizer();
    let fail: (error: Error) => void = () => undefined;
    const updateOne = jest.spyOn(
      database.db.collection('sessions').constructor.prototype as { updateOne(): unknown },
      'updateOne',
    );
    updateOne.mockReturnValue(new Promise((_resolve, reject) => (fail = reject)));
    await expect(authorize(withSession())).resolves.toMatchObject({ principalId: 'u1' });
    fail(new MongoServerError({ message: `private ${ID}`, code: 11600, codeName: 'InterruptedAtShutdown' }));
    await new Promise(setImmediate);
    expect(logged).toContain('"metric":"session_touch_failed"');
    expect(logged).toContain('InterruptedAtShutdown');
    updateOne.mockRestore();
  });
});

describe('several authenticators', () => {
  const key = 'an-api-key-not-to-be-logged';
  const integration = { userId: 'key:1', customerAccountId: 'a1', fullName: 'Calendar', roles: [] };
  const apiKeys = apiKeyAuthenticator({
    findIdentity: async (db, keyHash) =>
      (await db.collection('apiKeys').findOne({ keyHash })) ? integration : undefined,
  });
  const setup: Setup = { authenticators: [sessionAuthenticator, apiKeys] };

  beforeEach(() => {
    database.restore();
    const session = JSON.stringify({ cookie: {}, passport: { user: ann } });
    const keyHash = createHash('sha256').update(key).digest('hex');
    database = fakeDatabase({ sessions: [{ _id: ID, session }], apiKeys: [{ keyHash }] });
  });
  afterEach(() => {
    expect(logged).not.toContain(key);
  });

  it('are asked in order: a session wins over a key', async () => {
    const event = restEvent({ 'X-Api-Key': key, Cookie: `${NAME}=${encodeURIComponent(tokenOf(ID))}` });
    await expect(authorizer(setup)(event)).resolves.toMatchObject({ principalId: 'u1' });
    expect(database.calls).not.toContain('apiKeys.findOne');
  });

  it.each([
    ['without a session', restEvent({ 'x-api-key': key })],
    ['beside a forged session', restEvent({ 'x-api-key': key, Cookie: `${NAME}=s%3Aa.b` })],
    ['beside a malformed Authorization', restEvent({ 'x-api-key': key, Authorization: 'Basic x' })],
  ])('let the next one try: %s', async (_case, event) => {
    await expect(authorizer(setup)(event)).resolves.toMatchObject({
      principalId: 'key:1',
      context: { authenticatedBy: 'api-key', identity: JSON.stringify(integration) },
    });
  });

  it('take a repeated header as the monolith does, joined', async () => {
    const twice = restEvent({ 'x-api-key': [key, key] });
    await expect(authorizer(setup)(twice)).rejects.toThrow(/^Unauthorized$/);
    database.restore();
    const keyHash = createHash('sha256').update(`${key}, ${key}`).digest('hex');
    database = fakeDatabase({ apiKeys: [{ keyHash }] });
    await expect(authorizer(setup)(twice)).resolves.toBeDefined();
  });

  it('give the key of a client no cookie to renew, and its session no touch', async () => {
    const answer = await authorizer({ ...setup, session: { rolling: true } })(restEvent({ 'x-api-key': key }));
    expect('context' in answer && answer.context).not.toHaveProperty('sessionCookie');
    expect(database.calls).toEqual(['apiKeys.findOne']);
  });

  it('extend a session of nobody beside a good key, and renew its cookie', async () => {
    database.restore();
    const keyHash = createHash('sha256').update(key).digest('hex');
    const session = JSON.stringify({ cookie: { originalMaxAge: 60_000 } });
    database = fakeDatabase({ sessions: [{ _id: ID, session, expires: minutes(5) }], apiKeys: [{ keyHash }] });
    const event = restEvent({ 'x-api-key': key, Cookie: `${NAME}=${encodeURIComponent(tokenOf(ID))}` });
    await expect(authorizer({ ...setup, session: { rolling: true } })(event)).resolves.toMatchObject({
      context: { authenticatedBy: 'api-key', sessionCookie: expect.stringContaining('60000') as string },
    });
    expect(database.calls).toEqual(['sessions.findOne', 'apiKeys.findOne', 'sessions.updateOne']);
  });

  it('refuse when none of them knows anybody', async () => {
    const results: unknown[] = [];
    const heard: typeof apiKeys = {
      ...apiKeys,
      async authenticate(request, context) {
        const result = await apiKeys.authenticate(request, context);
        results.push(result);
        return result;
      },
    };
    const authorize = authorizer({ authenticators: [sessionAuthenticator, heard] });
    await expect(authorize(restEvent({ 'x-api-key': 'other' }))).rejects.toThrow(/^Unauthorized$/);
    await expect(authorize(restEvent({ 'x-api-key': '' }))).rejects.toThrow(/^Unauthorized$/);
    expect(results).toEqual([
      { outcome: 'anonymous', reason: 'unknown key' },
      { outcome: 'anonymous', reason: 'no credential' },
    ]);
    expect(database.calls).toEqual(['apiKeys.findOne']);
    // Why, for whoever reads the log.
    const reasons = logged
      .trim()
      .split('\n')
      .map((line) => Reflect.get(Object(JSON.parse(line)), 'reasons') as unknown);
    expect(reasons).toEqual([
      { session: 'no credential', 'api-key': 'unknown key' },
      { session: 'no credential', 'api-key': 'no credential' },
    ]);
  });

  it('say where a key is sent, for `banyan check`', () => {
    expect(apiKeys.credentials).toEqual([{ header: 'x-api-key' }]);
  });
});
