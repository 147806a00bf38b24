import { ENDPOINT_TYPES } from '../api-gateway/limits';
import { ConfigError } from '../errors';
import { parseJsonPath } from '../json-path';
import type { Identity } from '../session/identity';
import { completeSession } from '../session/session-config';
import { anything, byName, headers, list, maybe, object, optional, required, type Check } from './checks';
import { Faults, isFunction, isListOfTexts, isRecord, isText } from './faults';
import type { BanyanConfig, BanyanOptions } from './types';
import { dev } from './validate-dev';
import { session } from './validate-session';
import { steps } from './validate-steps';

/** Checks and completes a configuration and freezes it; secrets are not read. Throws ConfigError naming every fault with its path, never a secret. */
export function defineConfig<I extends Identity>(options: BanyanOptions<I>): BanyanConfig<I> {
  const faults = new Faults();
  // Types do not hold for JavaScript callers and casts, and cannot say that a number is negative.
  if (isRecord(options)) OPTIONS('', options, faults);
  else faults.list.push('is not an object');
  if (faults.list.length > 0) throw new ConfigError('banyan.config.ts', faults.list);
  const { endpointType = 'private', accessDeniedBy = 'resource-policy' } = options.gateway ?? {};
  return Object.freeze({
    ...options,
    session: completeSession(options.session),
    gateway: Object.freeze({ endpointType, accessDeniedBy }),
  });
}

const authenticators: Check = (path, value, faults) => {
  list(
    (place, one) => {
      const good = isRecord(one) && isText(one['name']) && isFunction(one['authenticate']);
      if (!good) faults.add(place, one, 'an object with name and authenticate');
    },
    'a list such as [sessionAuthenticator]',
    { least: 1 },
  )(path, value, faults);
  // Functions distinguish callers by these names; an anonymous one is called `nobody`.
  const names = (Array.isArray(value) ? value : []).map((one: unknown) => (isRecord(one) ? one['name'] : undefined));
  names.forEach((name, index) => {
    if (isText(name) && (names.indexOf(name) < index || name === 'nobody'))
      faults.add(
        `${path}[${index}].name`,
        name,
        'a unique name other than "nobody", which stands for anonymous requests',
      );
  });
};

const credential: Check = (path, value, faults) => {
  const { exceptRoutes, ...place } = isRecord(value) ? value : {};
  const [kind, ...others] = Object.keys(place);
  const good = others.length === 0 && ['header', 'cookie', 'query'].includes(String(kind));
  if (!good || !Object.values(place).every(isText))
    faults.add(path, value, 'one of {header: name}, {cookie: name}, {query: name}');
  optional(isListOfTexts, 'a list of route ids')(`${path}.exceptRoutes`, exceptRoutes, faults);
};

const isStatus = (code: unknown): boolean => Number.isInteger(code) && Number(code) >= 400 && Number(code) <= 599;
const response = object(
  {
    statusCode: required(isStatus, 'a status from 400 to 599'),
    body: required((body) => typeof body === 'string', 'a text'),
    headers,
  },
  'statusCode, headers and body',
);
const RESPONSES = { unauthorized: response, forbidden: response, internalError: response };

const responses: Check = (path, value, faults) => {
  object({ headers, ...RESPONSES }, 'an object')(path, value, faults);
  if (!isRecord(value)) return;
  for (const name of Object.keys(RESPONSES)) {
    const one = value[name];
    const all = { ...lowerCase(value['headers']), ...lowerCase(isRecord(one) ? one['headers'] : undefined) };
    checkCors(`${path}.${name}`, all, faults);
  }
};

/** Browsers refuse the pair, and a reader that takes it for "any origin, with cookies" has a hole (Fetch standard, CORS protocol). */
function checkCors(path: string, sent: Readonly<Record<string, unknown>>, faults: Faults): void {
  const credentials = sent['access-control-allow-credentials'];
  if (sent['access-control-allow-origin'] === '*' && credentials !== undefined && credentials !== 'false')
    faults.list.push(
      `${path}: allows credentials to every origin; expected access-control-allow-origin to name one, or no access-control-allow-credentials`,
    );
}

const lowerCase = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(isRecord(value) ? Object.entries(value).map(([name, one]) => [name.toLowerCase(), one]) : []);

const KINDS = new Map<unknown, Check>([
  ['anonymous', object({ kind: anything }, '')],
  ['headers', object({ kind: anything, headers }, '')],
  ['steps', object({ kind: anything, steps, headers: maybe(headers), credentials: maybe(headers) }, '')],
  [
    'recorded',
    object(
      {
        ...{ kind: anything, headers: maybe(headers) },
        har: required(isText, 'the path of a HAR file'),
        values: optional(isRecord, 'an object of values by field'),
      },
      '',
    ),
  ],
]);

const identity: Check = (path, value, faults) => {
  const kind = isRecord(value) ? value['kind'] : undefined;
  const check = KINDS.get(kind);
  if (check === undefined) faults.add(`${path}.kind`, kind, [...KINDS.keys()].join(', '));
  else check(path, value, faults);
};

const isListOfPaths = (value: unknown): boolean =>
  Array.isArray(value) && value.every((text) => typeof text === 'string' && parseJsonPath(text) !== undefined);
const redact = object(
  {
    paths: optional(isListOfPaths, 'a list of paths such as ["$.user.email", "$..phone"]'),
    keepCookies: optional(isListOfTexts, 'a list of cookie names'),
  } satisfies Record<keyof NonNullable<BanyanOptions['parity']['redact']>, Check>,
  'an object such as { paths: ["$..phone"] }',
);
const sample = object(
  {
    file: optional(isText, 'the path of a JSON file'),
    collections: byName(
      required(isListOfTexts, "a list of the fields whose values stay, such as ['status', 'venue.country']"),
      "an object such as { events: ['status'] }",
    ),
  } satisfies Record<keyof NonNullable<BanyanOptions['parity']['sample']>, Check>,
  "an object such as { collections: { events: ['status'] } }",
);
const parity = object(
  {
    identities: byName(identity, 'an object of identities by name'),
    cases: optional(isListOfTexts, 'a list of paths, such as ["banyan/parity/cases"]'),
    recordings: optional(isListOfTexts, 'a list of paths, such as ["banyan/parity/recorded.har"]'),
    rules: optional(isText, 'the path of a YAML file'),
    system: optional(isText, 'the path of a module that starts both sides'),
    mutants: optional(isText, 'the path of a YAML file'),
    sample: maybe(sample),
    redact: maybe(redact),
  } satisfies Record<keyof BanyanOptions['parity'], Check>,
  'an object such as { identities: { anonymous: { kind: "anonymous" } } }',
);

const oneOf = (values: readonly unknown[]): Check =>
  optional((value) => values.includes(value), `one of ${values.join(', ')}`);
const gateway = object(
  {
    endpointType: oneOf(ENDPOINT_TYPES),
    accessDeniedBy: oneOf(['resource-policy', 'authorizer']),
  } satisfies Record<keyof NonNullable<BanyanOptions['gateway']>, Check>,
  "an object such as { endpointType: 'private' }",
);

export const MAX_TRUSTED_HOPS = 10;
const isHopCount = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TRUSTED_HOPS;

const isIdentity = (value: unknown): boolean =>
  isRecord(value) && isFunction(value['fromSession']) && isFunction(value['parse']);

const OPTIONS = object(
  {
    app: required(isText, 'the path of the module that starts or exports the Express app'),
    routes: optional(isText, 'the path of a route table'),
    serverless: optional(isText, 'the path of the file with the functions'),
    trustedHops: optional(isHopCount, `a whole number from 0 to ${MAX_TRUSTED_HOPS}`),
    session,
    identity: required(isIdentity, 'a resolver, such as passportUserData()'),
    authenticators,
    credentials: maybe(list(credential, "a list such as [{ header: 'x-api-key' }]")),
    responses,
    gateway: maybe(gateway),
    parity,
    deployment: maybe(
      object(
        { zipLimit: optional(isFunction, 'a function') },
        'an object such as { zipLimit: () => ({ bytes: 400_000, kind: "of ours" }) }',
      ),
    ),
    dev: maybe(dev),
  } satisfies Record<keyof BanyanOptions, Check>,
  'an object',
);
