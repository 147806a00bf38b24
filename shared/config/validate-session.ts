import { getHashes } from 'node:crypto';
import { manglingOf } from '../mangled-value';
import type {
  ConnectMongodbSessionOptions,
  ConnectMongoOptions,
  SessionOptions,
  StoreOptions,
} from '../session/session-config';
import { anything, maybe, object, optional, required, type Check } from './checks';
import { isBoolean, isFunction, isNotNegative, isPositive, isRecord, isText } from './faults';
import { CONNECT_MONGO_HINTS, CONNECT_MONGODB_SESSION_HINTS, COOKIE_HINTS, SESSION_HINTS } from './option-hints';

const VERBATIM = 'use fromEnvironment(name, { verbatim: true }) if the monolith signs with it as it is';
// RFC 6265 section 4.1.1: cookie-name is a token.
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const trueOrFalse = optional(isBoolean, 'true or false');
const name = optional(isText, 'a name');
const aFunction = optional(isFunction, 'a function');
const oneOf = (...words: readonly string[]): Check =>
  optional(
    (value) => typeof value === 'string' && words.includes(value),
    `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
  );

const FROM_ENVIRONMENT = object(
  { kind: anything, name: required(isText, 'the name of a variable'), verbatim: trueOrFalse },
  '',
);

/** By name, or values: an empty one would let anyone sign. Never shows a value. */
const secret: Check = (path, value, faults) => {
  const expected = "fromEnvironment('SESSION_SECRET'), or a list of secrets none of which is empty";
  if (isRecord(value) && value['kind'] === 'environment') FROM_ENVIRONMENT(path, value, faults);
  else if (!Array.isArray(value)) faults.list.push(`${path}: is not valid; expected ${expected}`);
  else if (value.length === 0) faults.list.push(`${path}: is an empty list; expected ${expected}`);
  else if (!value.every((one) => typeof one === 'string' && one.trim() !== ''))
    faults.list.push(`${path}: holds an empty secret; expected ${expected}`);
  else
    value.forEach((one: string, index) => {
      const mangling = manglingOf(one);
      if (mangling !== undefined)
        faults.list.push(`${path}[${index}]: ${mangling.looks}; ${mangling.remedy}, or ${VERBATIM}`);
    });
};

const ENCRYPTIONS = new Map<unknown, Check>([
  [
    'kruptein',
    object(
      {
        ...{ scheme: anything, secret },
        hashing: optional(
          (hash) => typeof hash === 'string' && getHashes().includes(hash),
          'the name of a hash, such as sha512',
        ),
        encodeas: oneOf('base64', 'hex'),
      },
      '',
    ),
  ],
  [
    'webcrypto',
    object(
      {
        ...{ scheme: anything, secret },
        encoding: oneOf('base64', 'base64url', 'hex'),
        salt: optional(isText, 'a text'),
        iterations: optional(isPositive, 'a number, more than 0'),
        ivLength: optional(isPositive, 'a number, more than 0'),
      },
      '',
    ),
  ],
]);

const encryption: Check = (path, value, faults) => {
  const scheme = isRecord(value) ? value['scheme'] : value;
  const check = isRecord(value) ? ENCRYPTIONS.get(scheme) : undefined;
  if (check !== undefined) check(path, value, faults);
  else
    faults.add(
      `${path}.scheme`,
      scheme,
      `one of ${[...ENCRYPTIONS.keys()].join(', ')}; other encryption cannot be read`,
    );
};

const connectMongo = object(
  {
    ...{ format: anything, collectionName: name, dbName: name, stringify: trueOrFalse },
    ttl: optional(isPositive, 'seconds, more than 0'),
    ...{ timestamps: trueOrFalse, serialize: aFunction, unserialize: aFunction, transformId: aFunction },
    encryption: maybe(encryption),
  } satisfies Record<keyof ConnectMongoOptions, Check>,
  '',
  CONNECT_MONGO_HINTS,
);

const connectMongodbSession = object(
  {
    ...{ format: anything, collection: name, databaseName: name, idField: name, expiresKey: name },
    expires: optional(isPositive, 'milliseconds, more than 0'),
  } satisfies Record<keyof ConnectMongodbSessionOptions, Check>,
  '',
  CONNECT_MONGODB_SESSION_HINTS,
);

/** By the format of the store. */
const STORES = new Map<unknown, Check>([
  ['connect-mongo', connectMongo],
  ['connect-mongodb-session', connectMongodbSession],
] satisfies [StoreOptions['format'], Check][]);

const store: Check = (path, value, faults) => {
  if (!isRecord(value)) {
    faults.add(path, value, 'an object with a format');
    return;
  }
  const check = STORES.get(value['format']);
  if (check === undefined) faults.add(`${path}.format`, value['format'], `one of ${[...STORES.keys()].join(', ')}`);
  else check(path, value, faults);
};

/** Checks `session`. */
export const session = object(
  {
    cookieName: optional((value) => typeof value === 'string' && COOKIE_NAME.test(value), 'a cookie name'),
    ...{ secrets: secret, store, rolling: trueOrFalse, resave: trueOrFalse },
    touchAfter: optional(isNotNegative, 'seconds, 0 or more'),
    cookie: maybe(
      object(
        { path: optional((path) => typeof path === 'string' && path.startsWith('/'), 'a path such as /') },
        'an object',
        COOKIE_HINTS,
      ),
    ),
  } satisfies Record<keyof SessionOptions, Check>,
  'an object',
  SESSION_HINTS,
);
