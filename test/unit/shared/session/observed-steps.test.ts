import { Collection } from 'mongodb';
import { testBanyan as banyan } from '../../../support/test-banyan';
import { createLogger } from '../../../../shared/logger';
import type { AnonymousReason } from '../../../../shared/session/authenticator';
import type { IdentityResolver } from '../../../../shared/session/identity';
import { storeFormat } from '../../../../shared/session/stores/registry';
import { sessionAuthenticator, sessionCollection } from '../../../../shared/session/session-authenticator';
import { completeSession, resolveSession, type SessionOptions } from '../../../../shared/session/session-config';
import type { SessionStep } from '../../../../shared/session/session-step';
import { sign } from '../../../../shared/session/unsign';
import { fakeDatabase, type FakeDatabase } from '../../lambda/authorizer/fake-database';

const NOW = new Date('2026-11-23T08:00:00.000Z');
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: [] };
const session = resolveSession(completeSession({ ...banyan.session, secrets: ['a-secret'] }), {});
const good = JSON.stringify({ cookie: { originalMaxAge: 1000 }, passport: { user } });

let database: FakeDatabase | undefined;
afterEach(() => database?.restore());

interface Given {
  readonly authorization: string;
  readonly stored?: unknown;
  readonly identity?: IdentityResolver;
  readonly path?: string;
  readonly options?: Partial<SessionOptions>;
}

/** The steps of one authentication, and how it ended. */
async function authenticate({ authorization, stored = good, identity = banyan.identity, path, options }: Given) {
  const fake = fakeDatabase({ sessions: [{ _id: 'an-id', session: stored, expires: new Date(NOW.getTime() + 1000) }] });
  database = fake;
  const session = resolveSession(completeSession({ ...banyan.session, secrets: ['a-secret'], ...options }), {});
  const steps: SessionStep[] = [];
  const result = await sessionAuthenticator.authenticate(
    { headers: { authorization }, path },
    {
      session,
      format: storeFormat(session),
      identity,
      db: () => Promise.resolve(fake.db),
      now: () => NOW,
      logger: createLogger({ level: 'silent' }),
      observe: (step) => steps.push(step),
    },
  );
  return { steps, result };
}

describe('the steps of the session authenticator', () => {
  const token = `Bearer s:${sign('an-id', 'a-secret')}`;
  const unknown = `Bearer s:${sign('x', 'a-secret')}`;
  const knowsNobody: IdentityResolver = { parse: () => undefined, fromSession: () => undefined };

  it.each<[string, Given, readonly SessionStep['step'][], AnonymousReason]>([
    ['no token', { authorization: 'Basic x' }, ['token'], 'no credential'],
    ['another signature', { authorization: `Bearer s:${sign('an-id', 'b')}` }, ['token', 'signature'], 'bad signature'],
    ['no record', { authorization: unknown }, ['token', 'signature', 'record'], 'no live session'],
    [
      'a record without a session',
      { authorization: token, stored: 'null' },
      ['token', 'signature', 'record'],
      'no live session',
    ],
    [
      'nobody',
      { authorization: token, stored: '{"cookie":{}}' },
      ['token', 'signature', 'record', 'session', 'identity'],
      'not logged in',
    ],
    [
      'a user that the application does not know',
      { authorization: token, identity: knowsNobody },
      ['token', 'signature', 'record', 'session', 'identity'],
      'user not recognised',
    ],
    [
      'a path without sessions',
      { authorization: token, path: '/x', options: { cookie: { path: '/app' } } },
      [],
      'outside the cookie path',
    ],
  ])('are heard in order until it is anonymous, and why: %s', async (_case, given, expected, reason) => {
    const { steps, result } = await authenticate(given);
    expect(steps.map(({ step }) => step)).toEqual(expected);
    expect(result).toMatchObject({ outcome: 'anonymous', reason });
  });

  it('say what was found', async () => {
    const { steps, result } = await authenticate({ authorization: token, path: '/app/x' });
    expect(steps).toMatchObject([
      { step: 'token', token: { source: 'authorization' } },
      { step: 'signature', verified: { id: 'an-id', secretIndex: 0 } },
      { step: 'record', found: true },
      { step: 'session', session: { cookie: { originalMaxAge: 1000 } } },
      { step: 'identity', identity: { userId: 'u1' } },
      { step: 'touch', touch: { filter: { _id: 'an-id' } } },
    ]);
    expect(result).toMatchObject({ outcome: 'authenticated', identity: { userId: 'u1' } });
    const { steps: without } = await authenticate({ authorization: unknown });
    expect(without.at(-1)).toEqual({ step: 'record', found: false });
  });

  it('ask for no more of a record than is read', async () => {
    await authenticate({ authorization: token });
    const { projection } = storeFormat(session);
    // Of the fake database.
    expect(jest.spyOn(Collection.prototype, 'findOne').mock.calls.map(([, options]) => options)).toEqual([
      { projection },
    ]);
  });

  it('end with a session that is extended only when its time has come', async () => {
    expect((await authenticate({ authorization: token })).result).toHaveProperty('afterwards');
    const beyondTheCalendar = JSON.stringify({
      cookie: { originalMaxAge: 1e20 },
      passport: { user: { userId: 'u1' } },
    });
    const { result, steps } = await authenticate({ authorization: token, stored: beyondTheCalendar });
    expect(steps.at(-1)).toEqual({ step: 'touch', touch: undefined });
    expect(result).not.toHaveProperty('afterwards');
  });

  it('look where the store is', () => {
    const db = fakeDatabase({}).db.client.db('app');
    const of = (dbName?: string) => {
      const store = { format: 'connect-mongo', ...(dbName !== undefined && { dbName }) } as const;
      return sessionCollection(db, storeFormat({ ...session, store })).namespace;
    };
    expect([of(), of('auth')]).toEqual(['app.sessions', 'auth.sessions']);
  });

  it('end at the record when that cannot be read', async () => {
    await expect(authenticate({ authorization: token, stored: '{' })).rejects.toThrow('neither JSON nor an object');
  });
});
