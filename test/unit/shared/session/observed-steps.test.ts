import { testBanyan as banyan } from '../../../support/test-banyan';
import { createLogger } from '../../../../shared/logger';
import { sessionFormat } from '../../../../shared/session/formats/select';
import { sessionAuthenticator } from '../../../../shared/session/session-authenticator';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import type { SessionStep } from '../../../../shared/session/session-step';
import { sign } from '../../../../shared/session/unsign';
import { fakeDatabase, type FakeDatabase } from '../../lambda/authorizer/fake-database';

const NOW = new Date('2026-11-23T08:00:00.000Z');
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: [] };
const session = resolveSession(completeSession({ ...banyan.session, secrets: ['a-secret'] }), {});
const good = JSON.stringify({ cookie: { originalMaxAge: 1000 }, passport: { user } });

let database: FakeDatabase | undefined;
afterEach(() => database?.restore());

async function stepsOf(authorization: string, stored: unknown = good): Promise<readonly SessionStep['step'][]> {
  const fake = fakeDatabase({ sessions: [{ _id: 'an-id', session: stored, expires: new Date(NOW.getTime() + 1000) }] });
  database = fake;
  const steps: SessionStep['step'][] = [];
  await sessionAuthenticator.authenticate(
    { headers: { authorization } },
    {
      session,
      format: sessionFormat(session),
      identity: banyan.identity,
      db: () => Promise.resolve(fake.db),
      now: () => NOW,
      logger: createLogger({ level: 'silent' }),
      observe: ({ step }) => steps.push(step),
    },
  );
  return steps;
}

describe('the steps of the session authenticator', () => {
  const token = `Bearer s:${sign('an-id', 'a-secret')}`;

  it.each<[string, () => Promise<readonly string[]>, readonly string[]]>([
    ['no token', () => stepsOf('Basic x'), ['token']],
    ['another signature', () => stepsOf(`Bearer s:${sign('an-id', 'b')}`), ['token', 'signature']],
    ['no record', () => stepsOf(`Bearer s:${sign('x', 'a-secret')}`), ['token', 'signature', 'record']],
    ['nobody', () => stepsOf(token, '{"cookie":{}}'), ['token', 'signature', 'record', 'session', 'identity']],
    ['a user', () => stepsOf(token), ['token', 'signature', 'record', 'session', 'identity', 'touch']],
  ])('are heard in order: %s', async (_case, steps, expected) => {
    expect(await steps()).toEqual(expected);
  });

  it('end at the record when that cannot be read', async () => {
    await expect(stepsOf(token, '{')).rejects.toThrow('neither JSON nor an object');
  });
});
