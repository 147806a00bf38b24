import { isDeepStrictEqual } from 'node:util';
import { manglingOf } from '../../../shared/mangled-value';
import type { AnswerFact, SecretFact, SessionFact, Setup } from '../setup';
import type { ExpressApp, Handler } from './express-types';
import type { FunctionNamer } from './name-functions';
import type { SessionWatch } from './watch-sessions';

type Options = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, string | undefined>>;

interface Found {
  readonly app: ExpressApp;
  readonly sessions: SessionWatch;
  readonly uris: ReadonlySet<string>;
  /** Of all variables. */
  readonly values: Values;
  readonly namer: FunctionNamer;
  readonly user: Setup['user'];
  readonly answers: readonly AnswerFact[];
}

/** Puts what was watched into facts: options by name, secrets by the variables that hold them. */
export function readSetup({ app, sessions, uris, values, namer, user, answers }: Found): Setup {
  const secrets = [...uris, ...sessions.options.flatMap(({ secret }) => textsOf(secret))];
  return {
    trustProxy: trustProxyOf(app),
    // Some apps make the same middleware for each of their routers.
    sessions: distinct(sessions.options.map((options) => sessionOf(options, values, namer))),
    ...(user !== undefined && { user }),
    databaseVariables: namesOf(values, (value) => uris.has(value)),
    answers: answers.map((answer) => withoutSecrets(answer, secrets)),
  };
}

/** What the answer differs in stays, by name: a secret may be an ordinary word, such as the name of the app, which is on each page. */
function withoutSecrets(answer: AnswerFact, secrets: readonly string[]): AnswerFact {
  const isHolding = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([, value]) => !isHolding(value)));
  return { ...answer, headers, ...(isHolding(answer.body) && { body: '', isFixed: false }) };
}

function trustProxyOf(app: ExpressApp): Setup['trustProxy'] {
  const value: unknown = app.get('trust proxy');
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  return value === undefined ? false : Array.isArray(value) ? value.join(', ') : 'a function';
}

function sessionOf(options: Options, values: Values, namer: FunctionNamer): SessionFact {
  const { name, key, cookie, rolling, resave, secret, store } = options;
  const { path, secure } = isRecord(cookie) ? cookie : {};
  return {
    cookieName: textOf(name) ?? textOf(key) ?? 'connect.sid',
    cookiePath: textOf(path) ?? '/',
    secure: secure === 'auto' ? 'auto' : Boolean(secure),
    rolling: Boolean(rolling),
    // As express-session takes it.
    resave: resave === undefined || Boolean(resave),
    secret: secretOf(secret, values),
    store: storeOf(store, values, namer),
  };
}

function storeOf(store: unknown, values: Values, namer: FunctionNamer): SessionFact['store'] {
  if (!isRecord(store)) return { from: 'express-session', isMemory: true, options: {}, functions: [] };
  const { get } = store as { get?: Handler };
  const from = get === undefined ? 'unknown' : namer.describe(get).place.replace(/:\d+$/, '');
  const options = isRecord(store['options']) ? store['options'] : {};
  const entries = Object.entries(options);
  const encryption = encryptionOf(store, options, values);
  return {
    from,
    isMemory: from === 'express-session',
    options: Object.fromEntries(
      entries.filter(([name, value]) => isPlain(value) && !HOLDS_SECRETS.test(name)),
    ) as SessionFact['store']['options'],
    functions: entries.filter(([, value]) => typeof value === 'function').map(([name]) => name),
    ...(encryption !== undefined && { encryption }),
  };
}

/** Connection strings hold passwords. */
const HOLDS_SECRETS = /ur[il]$|secret|password|^uri/i;

function encryptionOf(store: Options, options: Options, values: Values): SessionFact['store']['encryption'] {
  const { crypto, cryptoAdapter } = options;
  if (isRecord(crypto) && textOf(crypto['secret']) !== undefined) {
    const [hashing, encodeas] = [textOf(crypto['hashing']), textOf(crypto['encodeas'])];
    return {
      scheme: 'kruptein',
      secret: secretOf(crypto['secret'], values),
      ...(hashing !== undefined && { hashing }),
      ...(encodeas !== undefined && { encodeas }),
    };
  }
  // connect-mongo 6's own adapter keeps its secret to itself; connect-mongo 3 has a scheme of its own.
  if (isRecord(cryptoAdapter)) return { scheme: 'webcrypto' };
  return store['Crypto'] === undefined ? undefined : { scheme: 'unknown' };
}

function secretOf(given: unknown, values: Values): SecretFact {
  const secrets = textsOf(given);
  const holds = (text: string): boolean => secrets.some((value) => value === text || listOf(text).includes(value));
  return {
    count: secrets.length,
    variables: namesOf(values, holds),
    isVerbatim: secrets.some((value) => manglingOf(value) !== undefined),
  };
}

function textsOf(given: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(given) ? given : [given];
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

function listOf(text: string): readonly unknown[] {
  if (!text.startsWith('[')) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

const namesOf = (values: Values, isMeant: (value: string) => boolean): string[] =>
  Object.keys(values).filter((name) => !/^npm_/.test(name) && isMeant(values[name] ?? ''));
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const isRecord = (value: unknown): value is Options => typeof value === 'object' && value !== null;
const distinct = <T>(values: readonly T[]): T[] =>
  values.filter((value, index) => values.findIndex((other) => isDeepStrictEqual(other, value)) === index);
