import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { fromEnvironment, resolveSecrets } from '../../../../shared/session/secret-source';

const read = (value: string | undefined) => {
  const faults: string[] = [];
  const secrets = resolveSecrets(fromEnvironment('SESSION_SECRET'), { SESSION_SECRET: value }, faults);
  return { secrets, faults };
};

describe('resolveSecrets', () => {
  it.each([
    ['one secret', 'a secret', ['a secret']],
    ['one secret with white space around it, which is part of it', ' a ', [' a ']],
    ['a list for rotation', '["new", "old"]', ['new', 'old']],
  ])('reads %s', (_case, value, secrets) => {
    expect(read(value)).toEqual({ secrets, faults: [] });
  });

  it.each([
    ['missing', undefined, 'SESSION_SECRET is missing; set it'],
    ['empty', '', 'SESSION_SECRET is empty; set it'],
    ['blank', '  ', 'SESSION_SECRET is empty; set it'],
    ['an empty list', '[]', 'SESSION_SECRET is empty; set it'],
    ['a list with an empty secret', '["new", ""]', 'SESSION_SECRET holds 1 empty secrets'],
    ['a broken list', '["hidden"', 'SESSION_SECRET is not a JSON array of strings'],
    ['a list of other things', '["hidden", 7]', 'SESSION_SECRET is not a JSON array of strings'],
  ])('refuses a value that is %s, without showing it', (_case, value, fault) => {
    expect(read(value)).toEqual({ secrets: [], faults: [fault] });
  });
});

describe('resolveSession', () => {
  it('names every missing secret at once', () => {
    const session = completeSession({
      secrets: fromEnvironment('SESSION_SECRET'),
      store: {
        format: 'connect-mongo',
        encryption: { scheme: 'kruptein', secret: fromEnvironment('CRYPTO_SECRET') },
      },
    });
    expect(() => resolveSession(session, {})).toThrow(
      'SESSION_SECRET is missing; set it; CRYPTO_SECRET is missing; set it',
    );
    expect(resolveSession(session, { SESSION_SECRET: '["a","b"]', CRYPTO_SECRET: 'c' })).toMatchObject({
      secrets: ['a', 'b'],
      encryptionSecret: 'c',
    });
  });

  it('fills in the defaults of express-session', () => {
    const session = resolveSession(completeSession({ secrets: ['s'], store: { format: 'connect-mongo' } }), {});
    expect(session).toMatchObject({
      cookieName: 'connect.sid',
      touchAfter: 0,
      rolling: false,
      resave: false,
      cookie: { path: '/' },
    });
  });
});
