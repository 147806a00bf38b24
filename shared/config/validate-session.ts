import { getHashes } from 'node:crypto';
import { manglingOf } from '../mangled-value';
import type { StoreOptions } from '../session/session-config';
import { isBoolean, isFunction, isNotNegative, isPositive, isRecord, isText, type Faults } from './faults';
import { CONNECT_MONGO_HINTS, CONNECT_MONGODB_SESSION_HINTS, COOKIE_HINTS, SESSION_HINTS } from './option-hints';

const VERBATIM = 'give it by fromEnvironment(name, { verbatim: true }) if the monolith has it like this';

type Options = Readonly<Record<string, unknown>>;

const SESSION_OPTIONS = ['cookieName', 'secrets', 'store', 'touchAfter', 'rolling', 'resave', 'cookie'];
const CONNECT_MONGO_OPTIONS = [
  'format',
  'collectionName',
  'dbName',
  'stringify',
  'ttl',
  'timestamps',
  'serialize',
  'unserialize',
  'transformId',
  'encryption',
];
const CONNECT_MONGODB_SESSION_OPTIONS = ['format', 'collection', 'databaseName', 'idField', 'expiresKey', 'expires'];
const SCHEMES = ['kruptein', 'webcrypto'];
// RFC 6265 section 4.1.1: cookie-name is a token.
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Checks `session`, whose values may come from untyped code. */
export function validateSession(session: unknown, faults: Faults): void {
  if (!isRecord(session)) {
    faults.add('session', session, 'an object');
    return;
  }
  faults.unknown('session', session, SESSION_OPTIONS, SESSION_HINTS);
  const { cookieName, secrets, store, touchAfter, rolling, resave, cookie } = session;
  faults.optional(
    'session.cookieName',
    cookieName,
    (name) => typeof name === 'string' && COOKIE_NAME.test(name),
    'a cookie name',
  );
  validateSecret('session.secrets', secrets, faults);
  faults.optional('session.touchAfter', touchAfter, isNotNegative, 'seconds, 0 or more');
  faults.optional('session.rolling', rolling, isBoolean, 'true or false');
  faults.optional('session.resave', resave, isBoolean, 'true or false');
  faults.optional('session.cookie', cookie, isRecord, 'an object');
  faults.unknown('session.cookie', cookie, ['path'], COOKIE_HINTS);
  if (isRecord(cookie)) faults.optional('session.cookie.path', cookie['path'], startsWithSlash, 'a path such as /');
  validateStore(store, faults);
}

const startsWithSlash = (path: unknown) => typeof path === 'string' && path.startsWith('/');

/** By name, or values: an empty one would let anyone sign. Never shows a value. */
function validateSecret(path: string, secret: unknown, faults: Faults): void {
  if (isRecord(secret) && secret['kind'] === 'environment') {
    faults.unknown(path, secret, ['kind', 'name', 'verbatim']);
    faults.check(`${path}.name`, secret['name'], isText, 'the name of a variable');
    faults.optional(`${path}.verbatim`, secret['verbatim'], isBoolean, 'true or false');
    return;
  }
  const expected = "fromEnvironment('SESSION_SECRET'), or a list of secrets none of which is empty";
  if (!Array.isArray(secret)) faults.list.push(`${path}: is not valid; expected ${expected}`);
  else if (secret.length === 0) faults.list.push(`${path}: is an empty list; expected ${expected}`);
  else if (!secret.every((value) => typeof value === 'string' && value.trim() !== ''))
    faults.list.push(`${path}: holds an empty secret; expected ${expected}`);
  else
    secret.forEach((value: string, index) => {
      const mangling = manglingOf(value);
      if (mangling !== undefined)
        faults.list.push(`${path}[${index}]: ${mangling.looks}; ${mangling.remedy}, or ${VERBATIM}`);
    });
}

function validateStore(store: unknown, faults: Faults): void {
  if (!isRecord(store)) {
    faults.add('session.store', store, 'an object with a format');
    return;
  }
  const validate = VALIDATORS.get(store['format']);
  if (validate === undefined)
    faults.add('session.store.format', store['format'], `one of ${[...VALIDATORS.keys()].join(', ')}`);
  else validate(store, faults);
}

/** By the format of the store. */
const VALIDATORS = new Map<unknown, (store: Options, faults: Faults) => void>([
  ['connect-mongo', validateConnectMongo],
  ['connect-mongodb-session', validateConnectMongodbSession],
] satisfies [StoreOptions['format'], (store: Options, faults: Faults) => void][]);

function validateConnectMongo(store: Options, faults: Faults): void {
  faults.unknown('session.store', store, CONNECT_MONGO_OPTIONS, CONNECT_MONGO_HINTS);
  for (const name of ['collectionName', 'dbName'])
    faults.optional(`session.store.${name}`, store[name], isText, 'a name');
  for (const name of ['stringify', 'timestamps'])
    faults.optional(`session.store.${name}`, store[name], isBoolean, 'true or false');
  for (const name of ['serialize', 'unserialize', 'transformId'])
    faults.optional(`session.store.${name}`, store[name], isFunction, 'a function');
  faults.optional('session.store.ttl', store['ttl'], isPositive, 'seconds, more than 0');
  if (store['encryption'] !== undefined) validateEncryption(store['encryption'], faults);
}

function validateConnectMongodbSession(store: Options, faults: Faults): void {
  faults.unknown('session.store', store, CONNECT_MONGODB_SESSION_OPTIONS, CONNECT_MONGODB_SESSION_HINTS);
  for (const name of ['collection', 'databaseName', 'idField', 'expiresKey'])
    faults.optional(`session.store.${name}`, store[name], isText, 'a name');
  faults.optional('session.store.expires', store['expires'], isPositive, 'milliseconds, more than 0');
}

function validateEncryption(encryption: unknown, faults: Faults): void {
  const path = 'session.store.encryption';
  if (!isRecord(encryption) || !SCHEMES.includes(String(encryption['scheme']))) {
    const found = isRecord(encryption) ? encryption['scheme'] : encryption;
    faults.add(`${path}.scheme`, found, `one of ${SCHEMES.join(', ')}; other encryption cannot be read`);
    return;
  }
  validateSecret(`${path}.secret`, encryption['secret'], faults);
  if (encryption['scheme'] === 'kruptein') {
    faults.unknown(path, encryption, ['scheme', 'secret', 'hashing', 'encodeas']);
    const isHash = (name: unknown) => typeof name === 'string' && getHashes().includes(name);
    faults.optional(`${path}.hashing`, encryption['hashing'], isHash, 'the name of a hash, such as sha512');
    faults.optional(`${path}.encodeas`, encryption['encodeas'], oneOf('base64', 'hex'), 'base64 or hex');
    return;
  }
  faults.unknown(path, encryption, ['scheme', 'secret', 'encoding', 'salt', 'iterations', 'ivLength']);
  const encodings = oneOf('base64', 'base64url', 'hex');
  faults.optional(`${path}.encoding`, encryption['encoding'], encodings, 'base64, base64url or hex');
  faults.optional(`${path}.salt`, encryption['salt'], isText, 'a text');
  for (const name of ['iterations', 'ivLength'])
    faults.optional(`${path}.${name}`, encryption[name], isPositive, 'a number, more than 0');
}

const oneOf =
  (...words: readonly string[]) =>
  (value: unknown) =>
    typeof value === 'string' && words.includes(value);
