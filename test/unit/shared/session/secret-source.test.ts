import { readDatabaseConfig, readLambdaConfig } from '../../../../lambda/config';
import { readSessionEnvironment } from '../../../../proxy/cli/config';
import { loadProxyConfig } from '../../../../proxy/config';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { fromEnvironment, resolveSecrets } from '../../../../shared/session/secret-source';
import { testBanyan as banyan } from '../../../support/test-banyan';

const read = (value: string | undefined) => {
  const faults: string[] = [];
  const secrets = resolveSecrets(fromEnvironment('SESSION_SECRET'), { SESSION_SECRET: value }, faults);
  return { secrets, faults };
};

describe('resolveSecrets', () => {
  it.each([
    ['one secret', 'a secret', ['a secret']],
    ['one secret that only resembles JSON, a variable or quotes', '{a} costs $5 "net"', ['{a} costs $5 "net"']],
    ['one secret that ends in a brace', 'x${y', ['x${y']],
    ['a list followed by a line break', '["new"]\n', ['new']],
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

it('refuses given values that are no secrets, such as a variable that a configuration in JavaScript found unset', () => {
  const faults: string[] = [];
  for (const given of [[], [undefined], ['good', '', ' ']])
    expect(Reflect.apply(resolveSecrets, undefined, [given, {}, faults])).toEqual([]);
  expect(faults).toEqual(['secrets is empty; set it', 'secrets is empty; set it', 'secrets holds 2 empty secrets']);
});

describe('a secret that was damaged on its way into the variable', () => {
  const mangled: [string, string, string][] = [
    ["Secrets Manager's key/value JSON", '{"SESSION_SECRET":"hidden"}', 'is a JSON object'],
    ['such JSON, cut off', '{ "SESSION_SECRET":"hidd', 'is a JSON object'],
    ['empty JSON', '{}', 'is a JSON object'],
    ['a dynamic reference', '{{resolve:secretsmanager:hidden}}', 'is an unresolved placeholder'],
    ['a reference inside a value', 'v1-${ssm:/hidden}', 'is an unresolved placeholder'],
    ['a template', '${SESSION_SECRET}', 'is an unresolved placeholder'],
    ["a shell's variable", '$SESSION_SECRET', 'is an unresolved placeholder'],
    ["Kubernetes' variable", '$(SESSION_SECRET)', 'is an unresolved placeholder'],
    ["Windows' variable", '%SESSION_SECRET%', 'is an unresolved placeholder'],
    ['a blank to fill in', '<hidden>', 'is an unresolved placeholder'],
    ['an ARN', 'arn:aws:secretsmanager:eu-west-1:1:secret:hidden', 'is the ARN of a secret'],
    ['the word undefined', 'undefined', 'is the word undefined'],
    ['white space behind it', 'hidden ', 'begins or ends with white space'],
    ['a line break behind it', 'hidden\n', 'begins or ends with white space'],
    ['white space before it', '\thidden', 'begins or ends with white space'],
    ['double quotes', '"hidden"', 'is enclosed in quotes'],
    ['single quotes', "'hidden'", 'is enclosed in quotes'],
  ];

  it.each(mangled)('by %s is refused by name, without showing it', (_case, value, looks) => {
    const { secrets, faults } = read(value);
    expect(secrets).toEqual([]);
    expect(faults).toEqual([expect.stringMatching(/^SESSION_SECRET (is|begins|stands) .*; \w.*verbatim: true/)]);
    expect(faults[0]).toContain(looks);
    expect(faults[0]).not.toMatch(/hidd/);
  });

  it.each(mangled)('by %s is refused in a list, too', (_case, value, looks) => {
    const { secrets, faults } = read(JSON.stringify(['good', value]));
    expect(secrets).toEqual([]);
    expect(faults).toEqual([expect.stringContaining(`SESSION_SECRET, entry 2 of 2, ${looks}`)]);
    expect(faults[0]).not.toMatch(/hidd|good/);
  });

  it('by a list inside a list is refused', () => {
    expect(read(JSON.stringify([JSON.stringify(['hidden', 'older'])])).faults).toEqual([
      expect.stringContaining('SESSION_SECRET is a JSON array inside another value; write one array'),
    ]);
  });

  it.each(mangled)('may really be like this (%s), when the configuration says so', (_case, value) => {
    const faults: string[] = [];
    const source = fromEnvironment('SESSION_SECRET', { verbatim: true });
    expect(resolveSecrets(source, { SESSION_SECRET: value }, faults)).toEqual([value]);
    expect(resolveSecrets(source, { SESSION_SECRET: JSON.stringify(['new', value]) }, faults)).toEqual(['new', value]);
    expect(faults).toEqual([]);
  });

  it.each(['', ' \n', '[" "]'])('is never accepted without a character: %j', (value) => {
    const faults: string[] = [];
    resolveSecrets(fromEnvironment('SESSION_SECRET', { verbatim: true }), { SESSION_SECRET: value }, faults);
    expect(faults).toEqual(['SESSION_SECRET is empty; set it']);
  });

  it('is refused for encryption as well', () => {
    const store = {
      format: 'connect-mongo',
      encryption: { scheme: 'kruptein', secret: fromEnvironment('CRYPTO_SECRET') },
    } as const;
    const session = completeSession({ secrets: ['s'], store });
    expect(() => resolveSession(session, { CRYPTO_SECRET: '{"a":"hidden"}' })).toThrow(
      /^Session secrets: CRYPTO_SECRET is a JSON object/,
    );
  });
});

/** Every reader, so that one which goes round `resolveSecrets` is noticed. */
describe('the readers', () => {
  const MONGODB_URI = 'mongodb://127.0.0.1:1/x';
  const SESSION_SECRET = '{"SESSION_SECRET":"hidden"}';
  const readers: [string, (env: Record<string, string>) => unknown][] = [
    ['the functions and the authorizer', (env) => readLambdaConfig(banyan.session, env)],
    ['the proxy', (env) => loadProxyConfig(banyan, { LEGACY_URL: 'http://127.0.0.1:3001', ...env })],
    ['the commands', (env) => readSessionEnvironment(banyan.session, env)],
  ];

  it.each(readers)('%s refuse a mangled secret by name', (_case, load) => {
    expect(() => load({ MONGODB_URI, SESSION_SECRET })).toThrow(/SESSION_SECRET is a JSON object/);
    expect(() => load({ MONGODB_URI, SESSION_SECRET })).not.toThrow(/hidden/);
    expect(() => load({ MONGODB_URI, SESSION_SECRET: 'hidden' })).not.toThrow();
  });

  it.each<[string, string]>([
    ['{"uri":"mongodb://u:hidden@db/x"}', 'MONGODB_URI is a JSON object'],
    ['{{resolve:secretsmanager:hidden}}', 'MONGODB_URI is an unresolved placeholder'],
    ['"mongodb://u:hidden@db/x"', 'MONGODB_URI is enclosed in quotes'],
    ['mongodb://u:hidden@db/x\n', 'MONGODB_URI begins or ends with white space'],
    ['https://u:hidden@db/x', 'MONGODB_URI is not a connection string; expected mongodb://'],
    ['', 'MONGODB_URI is empty'],
  ])('refuse the database %j by name', (uri, fault) => {
    for (const load of [
      () => readDatabaseConfig({ MONGODB_URI: uri }),
      () => readSessionEnvironment(banyan.session, { MONGODB_URI: uri, SESSION_SECRET: 's' }),
      () => loadProxyConfig(banyan, { LEGACY_URL: 'http://127.0.0.1:3001', MONGODB_URI: uri }),
    ]) {
      expect(load).toThrow(fault);
      expect(load).not.toThrow(/hidden/);
    }
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

  it('names a secret once that is missing for both', () => {
    const encryption = { scheme: 'kruptein', secret: fromEnvironment('SESSION_SECRET') } as const;
    const session = completeSession({
      secrets: fromEnvironment('SESSION_SECRET'),
      store: { format: 'connect-mongo', encryption },
    });
    expect(() => resolveSession(session, {})).toThrow(/^Session secrets: SESSION_SECRET is missing; set it$/);
  });

  it('keeps what is given', () => {
    const given = {
      cookieName: 'sid',
      store: { format: 'connect-mongodb-session', collection: 'mySessions' },
      touchAfter: 300,
      rolling: true,
      resave: true,
      cookie: { path: '/app' },
    } as const;
    const session = resolveSession(completeSession({ ...given, secrets: ['s'] }), {});
    expect(session).toStrictEqual({ ...given, secrets: ['s'] });
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
