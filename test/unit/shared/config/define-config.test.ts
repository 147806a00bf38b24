import { testBanyan as banyan } from '../../../support/test-banyan';
import { defineConfig, fromEnvironment } from '../../../../shared/config';
import { ConfigError } from '../../../../shared/errors';

/** The demo configuration as written, changed as an untyped caller might. */
function faultsOf(changes: object): readonly string[] {
  try {
    defineConfig({ ...banyan, ...changes });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
const sessionFaults = (changes: object) => faultsOf({ session: { ...banyan.session, ...changes } });
const sessionWith = (changes: object) => ({ session: { ...banyan.session, ...changes } });
const storeWith = (changes: object) => sessionWith({ store: { ...banyan.session.store, ...changes } });
const storeFaults = (store: unknown) => sessionFaults({ store });

describe('defineConfig', () => {
  it('accepts the demo configuration without reading a secret', () => {
    expect(banyan.session.secrets).toEqual({ kind: 'environment', name: 'SESSION_SECRET' });
    expect(banyan.session).toMatchObject({ cookieName: 'shop.sid', rolling: true, resave: false });
    expect(Object.isFrozen(banyan)).toBe(true);
    expect(Object.isFrozen(banyan.session)).toBe(true);
  });

  it('reports all faults at once, each with its path', () => {
    const session = { ...banyan.session, secrets: [''], touchAfter: -5, store: { format: 'redis' } };
    const define = () => defineConfig({ ...banyan, app: '', session } as never);
    expect(define).toThrow(/^banyan\.config\.ts: app: is empty; expected .*session\.secrets: holds an empty secret/);
    expect(define).toThrow(/session\.touchAfter: is -5; expected seconds, 0 or more/);
    expect(define).toThrow(
      /session\.store\.format: is "redis"; expected one of connect-mongo, connect-mongodb-session/,
    );
    expect(faultsOf({ app: '', session })).toHaveLength(4);
  });

  it.each<[string, object, string]>([
    ['no secrets', { secrets: undefined }, 'session.secrets: is not valid'],
    ['a secret that is not in a list', { secrets: 'hidden' }, 'session.secrets: is not valid'],
    ['an empty list of secrets', { secrets: [] }, 'session.secrets: is an empty list'],
    ['an empty secret in the list', { secrets: ['hidden', ' '] }, 'session.secrets: holds an empty secret'],
    [
      "Secrets Manager's JSON in the list",
      { secrets: ['fine', '{"SESSION_SECRET":"hidden"}'] },
      'session.secrets[1]: is a JSON object, as Secrets Manager',
    ],
    ['white space around a secret in the list', { secrets: ['hidden\n'] }, 'session.secrets[0]: begins or ends with'],
    [
      'verbatim as text',
      { secrets: { ...fromEnvironment('X'), verbatim: 'yes' } },
      'session.secrets.verbatim: is "yes"',
    ],
    ['a variable without a name', { secrets: fromEnvironment('') }, 'session.secrets.name: is empty'],
    ['a cookie name with a space', { cookieName: 'my sid' }, 'session.cookieName: is "my sid"'],
    ['a touchAfter that is text', { touchAfter: '60' }, 'session.touchAfter: is "60"'],
    ['a touchAfter that is no number', { touchAfter: Number.NaN }, 'session.touchAfter: is NaN'],
    ['rolling as text', { rolling: 'yes' }, 'session.rolling: is "yes"'],
    ['a relative cookie path', { cookie: { path: 'app' } }, 'session.cookie.path: is "app"'],
    ['no store', { store: undefined }, 'session.store: is missing'],
  ])('refuses a session with %s', (_case, changes, fault) => {
    expect(sessionFaults(changes)).toEqual([expect.stringContaining(fault)]);
    expect(sessionFaults(changes).join()).not.toContain('hidden');
  });

  it.each<[string, object, string]>([
    [
      'the option of another store',
      { format: 'connect-mongo', collection: 'x' },
      'session.store.collection: is not an option here',
    ],
    [
      'the option of another store',
      { format: 'connect-mongodb-session', stringify: true },
      'session.store.stringify: is not an option',
    ],
    ['a negative ttl', { format: 'connect-mongo', ttl: -1 }, 'session.store.ttl: is -1'],
    ['stringify as text', { format: 'connect-mongo', stringify: 'no' }, 'session.store.stringify: is "no"'],
    [
      'a transformId that is no function',
      { format: 'connect-mongo', transformId: 7 },
      'session.store.transformId: is 7',
    ],
    ['an empty idField', { format: 'connect-mongodb-session', idField: '' }, 'session.store.idField: is empty'],
    [
      'unknown encryption',
      { format: 'connect-mongo', encryption: { scheme: 'kruptein 2' } },
      'session.store.encryption.scheme: is "kruptein 2"; expected one of kruptein, webcrypto; other encryption cannot be read',
    ],
    [
      'an empty encryption secret',
      { format: 'connect-mongo', encryption: { scheme: 'webcrypto', secret: [''] } },
      'session.store.encryption.secret: holds an empty secret',
    ],
    [
      'an option of kruptein that cannot be followed',
      { format: 'connect-mongo', encryption: { scheme: 'kruptein', secret: ['s'], use_scrypt: true } },
      'session.store.encryption.use_scrypt: is not an option here',
    ],
    [
      'an unknown hash',
      { format: 'connect-mongo', encryption: { scheme: 'kruptein', secret: ['s'], hashing: 'sha0' } },
      'session.store.encryption.hashing: is "sha0"',
    ],
  ])('refuses a store with %s', (_case, store, fault) => {
    expect(storeFaults(store)).toEqual([expect.stringContaining(fault)]);
  });

  it.each<[string, object, string]>([
    ['an unknown key', { sesion: {} }, 'sesion: is not an option here; did you mean session?'],
    ['an identity that is no function', { identity: {} }, 'identity: is an object'],
    ['no authenticators', { authenticators: [] }, 'authenticators: is an empty list'],
    [
      'an authenticator without a name',
      { authenticators: [{ authenticate: () => undefined }] },
      'authenticators[0]: is an object',
    ],
    ['a successful refusal', responses({ statusCode: 200 }), 'responses.unauthorized.statusCode: is 200'],
    ['a body that is no text', responses({ body: {} }), 'responses.unauthorized.body: is an object'],
    ['a header with a line break', responses({ headers: { a: 'b\r\nc: d' } }), 'responses.unauthorized.headers.a: is'],
    ...(['true', 'TRUE', ''] as const).map((value): [string, object, string] => [
      `credentials (${value}) for every origin`,
      responses({ headers: { 'Access-Control-Allow-Origin': '*', 'access-control-allow-credentials': value } }),
      'responses.unauthorized: allows credentials to every origin; expected access-control-allow-origin to name one',
    ]),
    ['two authenticators of one name', { authenticators: [named('a'), named('a')] }, 'authenticators[1].name: is "a"'],
    ['an authenticator named nobody', { authenticators: [named('nobody')] }, 'authenticators[0].name: is "nobody"'],
    ['no responses', { responses: undefined }, 'responses: is missing'],
    ['credentials that are no list', { credentials: { header: 'x-api-key' } }, 'credentials: is an object'],
    ['a credential without a place', { credentials: [{}] }, 'credentials[0]: is an object; expected one of {header'],
    [
      'a credential in two places',
      { credentials: [{ header: 'a' }, { header: 'a', cookie: 'b' }] },
      'credentials[1]: is an object',
    ],
    ['a credential in the body', { credentials: [{ body: 'a' }] }, 'credentials[0]: is an object'],
    ['a credential without a name', { credentials: [{ query: '' }] }, 'credentials[0]: is an object'],
    [
      'an exception that is no list',
      { credentials: [{ header: 'a', exceptRoutes: 'x' }] },
      'credentials[0].exceptRoutes: is "x"; expected a list of route ids',
    ],
    ['no identities', { parity: {} }, 'parity.identities: is missing'],
    [
      'an unknown kind of identity',
      { parity: { identities: { x: { kind: 'magic' } } } },
      'parity.identities.x.kind: is "magic"',
    ],
    [
      'a login without steps',
      { parity: { identities: { x: { kind: 'steps' } } } },
      'parity.identities.x.steps: is missing',
    ],
  ])('refuses %s', (_case, changes, fault) => {
    expect(faultsOf(changes)).toEqual([expect.stringContaining(fault)]);
  });

  it.each<[string, object, string]>([
    ['name', sessionWith({ name: 'shop.id' }), 'session.name: is not an option here; write cookieName'],
    [
      'secret',
      sessionWith({ secret: 'hidden' }),
      'session.secret: is not an option here; write secrets: fromEnvironment(',
    ],
    [
      'a misspelt option',
      sessionWith({ touchAftr: 7 }),
      'session.touchAftr: is not an option here; did you mean touchAfter?',
    ],
    [
      'an option that is like none',
      sessionWith({ x: 1 }),
      'session.x: is not an option here; expected one of cookieName',
    ],
    [
      'a key that could be a secret',
      sessionWith({ 'hidden hidden': 1 }),
      'session.(a key that is not a plain name): is not',
    ],
    [
      'saveUninitialized',
      sessionWith({ saveUninitialized: false }),
      'session.saveUninitialized: is not an option here; remove',
    ],
    ['ttl', sessionWith({ ttl: 7 }), 'session.ttl: is not an option here; write it under session.store'],
    [
      'collectionName',
      sessionWith({ collectionName: 'x' }),
      'session.collectionName: is not an option here; write it under',
    ],
    [
      'a key of the prototype',
      sessionWith({ constructor: 1 }),
      'session.constructor: is not an option here; expected one',
    ],
    [
      'maxAge of the cookie',
      sessionWith({ cookie: { maxAge: 7 } }),
      'session.cookie.maxAge: is not an option here; remove',
    ],
    [
      'a misspelt path',
      sessionWith({ cookie: { paht: '/' } }),
      'session.cookie.paht: is not an option here; did you mean path?',
    ],
    [
      'verbatm',
      sessionWith({ secrets: { ...fromEnvironment('X'), verbatm: true } }),
      'session.secrets.verbatm: is not an',
    ],
    [
      'touchAfter in the store',
      storeWith({ touchAfter: 7 }),
      'session.store.touchAfter: is not an option here; write session.touchAfter',
    ],
    [
      'mongoUrl',
      storeWith({ mongoUrl: 'mongodb://hidden' }),
      'session.store.mongoUrl: is not an option here; remove it: MONGODB_URI',
    ],
    ['crypto', storeWith({ crypto: {} }), 'session.store.crypto: is not an option here; write encryption'],
    [
      'a misspelt response',
      { responses: { ...banyan.responses, unauthorised: {} } },
      'responses.unauthorised: is not an option here; did you mean unauthorized?',
    ],
    ['a misspelt status', responses({ status: 401 }), 'responses.unauthorized.status: is not an option here'],
    [
      'a misspelt part of parity',
      { parity: { ...banyan.parity, rule: 'x' } },
      'parity.rule: is not an option here; did you mean rules?',
    ],
    [
      'a misspelt part of redact',
      { parity: { ...banyan.parity, redact: { path: [] } } },
      'parity.redact.path: is not an option here; did you mean paths?',
    ],
    [
      'a part of another identity',
      { parity: { identities: { x: { kind: 'anonymous', headers: {} } } } },
      'parity.identities.x.headers: is not an option',
    ],
    ['an unknown setting', { dev: { legcy: 'node app.js' } }, 'dev.legcy: is not an option here; did you mean legacy?'],
    ['a list for dev', { dev: [] }, 'dev: is an empty list; expected an object such as'],
    [
      'an unknown placeholder',
      { dev: { environment: { A: '{{MONGO}}' } } },
      'dev.environment.A: has {{MONGO}}; expected',
    ],
    ['a number for a variable', { dev: { environment: { PORT: 1 } } }, 'dev.environment.PORT: is 1; expected a text'],
    [
      'a user without password',
      { dev: { users: [{ name: 'a' }] } },
      'dev.users[0].password: is missing; expected a text',
    ],
    ['requests that are no list', { dev: { requests: 'curl' } }, 'dev.requests: is "curl"; expected a list of command'],
  ])('refuses %s with what to do', (_case, changes, fault) => {
    expect(faultsOf(changes)).toEqual([expect.stringContaining(fault)]);
    expect(faultsOf(changes).join()).not.toContain('hidden');
  });

  it('refuses unknown keys of all levels at once', () => {
    const session = { ...banyan.session, name: 'a', cookie: { path: '/', secure: true } };
    const parity = { ...banyan.parity, x: 1, redact: { y: 1 } };
    expect(faultsOf({ session, parity, z: 1 })).toHaveLength(5);
  });

  it('refuses credentials for every origin on every answer, when the headers of all allow them', () => {
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' };
    expect(faultsOf({ responses: { ...banyan.responses, headers } })).toEqual(
      ['unauthorized', 'forbidden', 'internalError'].map(
        (name) => expect.stringContaining(`responses.${name}: allows credentials to every origin`) as string,
      ),
    );
  });

  it.each([
    { 'access-control-allow-origin': '*' },
    { 'access-control-allow-origin': 'https://app.example', 'access-control-allow-credentials': 'true' },
  ])('takes %j', (headers) => {
    expect(faultsOf({ responses: { ...banyan.responses, headers } })).toEqual([]);
  });

  it('assumes the strictest API, and authorizers that never return Deny', () => {
    expect(defineConfig({ ...banyan, gateway: { endpointType: undefined } as never }).gateway).toEqual({
      endpointType: 'private',
      accessDeniedBy: 'resource-policy',
    });
    const gateway = { endpointType: 'edge', accessDeniedBy: 'authorizer' } as const;
    expect(defineConfig({ ...banyan, gateway }).gateway).toEqual(gateway);
  });

  it.each<[unknown, string]>([
    ['private', 'gateway: is "private"; expected an object'],
    [{ endpointType: 'PRIVATE' }, 'gateway.endpointType: is "PRIVATE"; expected one of edge, regional, private'],
    [{ accessDeniedBy: 'nobody' }, 'gateway.accessDeniedBy: is "nobody"; expected one of resource-policy, authorizer'],
    [{ type: 'edge' }, 'gateway.type: is not an option here; expected one of endpointType, accessDeniedBy'],
  ])('refuses gateway %j', (gateway, fault) => {
    expect(faultsOf({ gateway })).toEqual([expect.stringContaining(fault)]);
  });

  it('refuses what is not an object', () => {
    expect(() => defineConfig(null as never)).toThrow('banyan.config.ts: is not an object');
  });
});

function named(name: string): object {
  return { name, authenticate: () => undefined };
}

function responses(changes: object): object {
  return { responses: { ...banyan.responses, unauthorized: { ...banyan.responses.unauthorized, ...changes } } };
}
