import { ENDPOINT_TYPES } from '../api-gateway/limits';
import { ConfigError } from '../errors';
import { parseJsonPath } from '../json-path';
import type { Identity } from '../session/identity';
import { completeSession } from '../session/session-config';
import { Faults, isFunction, isRecord, isText } from './faults';
import type { BanyanConfig, BanyanOptions } from './types';
import { validateDev } from './validate-dev';
import { validateHeaders } from './validate-headers';
import { validateSteps } from './validate-steps';
import { validateSession } from './validate-session';

const KEYS = [
  'app',
  'routes',
  'serverless',
  'trustedHops',
  'session',
  'identity',
  'authenticators',
  'credentials',
  'responses',
  'gateway',
  'parity',
  'deployment',
  'dev',
];
export const MAX_TRUSTED_HOPS = 10;
const isHopCount = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TRUSTED_HOPS;
const ACCESS_DENIED_BY = ['resource-policy', 'authorizer'];
const RESPONSES = ['unauthorized', 'forbidden', 'internalError'];
const KEYS_BY_KIND: Readonly<Record<string, readonly string[]>> = {
  anonymous: ['kind'],
  headers: ['kind', 'headers'],
  steps: ['kind', 'steps', 'headers', 'credentials'],
  recorded: ['kind', 'har', 'values', 'headers'],
};
const KINDS = Object.keys(KEYS_BY_KIND);

/** Checks and completes a configuration and freezes it; secrets are not read. Throws ConfigError naming every fault with its path, never a secret. */
export function defineConfig<I extends Identity>(options: BanyanOptions<I>): BanyanConfig<I> {
  const faults = new Faults();
  validate(options, faults);
  if (faults.list.length > 0) throw new ConfigError('banyan.config.ts', faults.list);
  return Object.freeze({
    ...options,
    session: completeSession(options.session),
    gateway: Object.freeze({ endpointType: 'private', accessDeniedBy: 'resource-policy', ...options.gateway }),
  });
}

/** Types do not hold for JavaScript callers and casts, and cannot say that a number is negative. */
function validate(options: unknown, faults: Faults): void {
  if (!isRecord(options)) {
    faults.list.push('is not an object');
    return;
  }
  faults.unknown('', options, KEYS);
  faults.check('app', options['app'], isText, 'the path of the module that starts or exports the Express app');
  faults.optional('routes', options['routes'], isText, 'the path of a route table');
  faults.optional('serverless', options['serverless'], isText, 'the path of the file with the functions');
  faults.optional('trustedHops', options['trustedHops'], isHopCount, `a whole number from 0 to ${MAX_TRUSTED_HOPS}`);
  validateSession(options['session'], faults);
  faults.check('identity', options['identity'], isIdentity, 'a resolver, such as passportUserData()');
  validateAuthenticators(options['authenticators'], faults);
  validateCredentials(options['credentials'], faults);
  validateResponses(options['responses'], faults);
  validateGateway(options['gateway'], faults);
  validateParity(options['parity'], faults);
  validateDeployment(options['deployment'], faults);
  validateDev(options['dev'], faults);
}

const isIdentity = (identity: unknown): boolean =>
  isRecord(identity) && isFunction(identity['fromSession']) && isFunction(identity['parse']);

function validateAuthenticators(authenticators: unknown, faults: Faults): void {
  if (!Array.isArray(authenticators) || authenticators.length === 0) {
    faults.add('authenticators', authenticators, 'a list such as [sessionAuthenticator]');
    return;
  }
  authenticators.forEach((authenticator: unknown, index) => {
    const good = isRecord(authenticator) && isText(authenticator['name']) && isFunction(authenticator['authenticate']);
    if (!good) faults.add(`authenticators[${index}]`, authenticator, 'an object with name and authenticate');
    // Functions distinguish callers by these names; an anonymous one goes by `nobody`.
    const name: unknown = isRecord(authenticator) ? authenticator['name'] : undefined;
    const taken = authenticators.findIndex((other: unknown) => isRecord(other) && other['name'] === name) < index;
    if (good && (taken || name === 'nobody'))
      faults.add(
        `authenticators[${index}].name`,
        name,
        'a unique name other than "nobody", which stands for anonymous requests',
      );
  });
}

function validateCredentials(credentials: unknown, faults: Faults): void {
  if (credentials === undefined) return;
  if (!Array.isArray(credentials)) {
    faults.add('credentials', credentials, "a list such as [{ header: 'x-api-key' }]");
    return;
  }
  credentials.forEach((credential: unknown, index) => {
    const { exceptRoutes, ...place } = isRecord(credential) ? credential : {};
    const [kind, ...others] = Object.keys(place);
    const good = others.length === 0 && ['header', 'cookie', 'query'].includes(String(kind));
    if (!good || !Object.values(place).every(isText))
      faults.add(`credentials[${index}]`, credential, 'one of {header: name}, {cookie: name}, {query: name}');
    const isList = (ids: unknown) => Array.isArray(ids) && ids.every(isText);
    faults.optional(`credentials[${index}].exceptRoutes`, exceptRoutes, isList, 'a list of route ids');
  });
}

function validateResponses(responses: unknown, faults: Faults): void {
  if (!isRecord(responses)) {
    faults.add('responses', responses, 'an object');
    return;
  }
  faults.unknown('responses', responses, ['headers', ...RESPONSES]);
  validateHeaders('responses.headers', responses['headers'], faults);
  for (const name of RESPONSES) {
    const path = `responses.${name}`;
    const response = responses[name];
    if (!isRecord(response)) {
      faults.add(path, response, 'statusCode, headers and body');
      continue;
    }
    faults.unknown(path, response, ['statusCode', 'headers', 'body']);
    const isStatus = (code: unknown) => Number.isInteger(code) && Number(code) >= 400 && Number(code) <= 599;
    faults.check(`${path}.statusCode`, response['statusCode'], isStatus, 'a status from 400 to 599');
    faults.check(`${path}.body`, response['body'], (body) => typeof body === 'string', 'a text');
    validateHeaders(`${path}.headers`, response['headers'], faults);
    validateCors(path, { ...lowerCase(responses['headers']), ...lowerCase(response['headers']) }, faults);
  }
}

function validateDeployment(deployment: unknown, faults: Faults): void {
  if (deployment === undefined) return;
  if (!isRecord(deployment)) {
    faults.add('deployment', deployment, 'an object such as { zipLimit: () => ({ bytes: 400_000, kind: "of ours" }) }');
    return;
  }
  faults.unknown('deployment', deployment, ['zipLimit']);
  faults.optional('deployment.zipLimit', deployment['zipLimit'], isFunction, 'a function');
}

function validateGateway(gateway: unknown, faults: Faults): void {
  if (gateway === undefined) return;
  if (!isRecord(gateway)) {
    faults.add('gateway', gateway, "an object such as { endpointType: 'private' }");
    return;
  }
  const allowed = new Map<string, readonly unknown[]>([
    ['endpointType', ENDPOINT_TYPES],
    ['accessDeniedBy', ACCESS_DENIED_BY],
  ]);
  for (const [name, value] of Object.entries(gateway)) {
    const values = allowed.get(name);
    if (values === undefined)
      faults.list.push(`gateway.${name}: is not known; expected one of ${[...allowed.keys()].join(', ')}`);
    else faults.check(`gateway.${name}`, value, (given) => values.includes(given), `one of ${values.join(', ')}`);
  }
}

/** Browsers refuse the pair, and whoever reads it as "any origin, with cookies" has a hole (Fetch standard, CORS protocol). */
function validateCors(path: string, headers: Readonly<Record<string, unknown>>, faults: Faults): void {
  const credentials = headers['access-control-allow-credentials'];
  if (headers['access-control-allow-origin'] === '*' && credentials !== undefined && credentials !== 'false')
    faults.list.push(
      `${path}: allows credentials to every origin; expected access-control-allow-origin to name one, or no access-control-allow-credentials`,
    );
}

const lowerCase = (headers: unknown): Record<string, unknown> =>
  Object.fromEntries(
    isRecord(headers) ? Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]) : [],
  );

const isListOfTexts = (list: unknown): boolean => Array.isArray(list) && list.every(isText);

function validateParity(parity: unknown, faults: Faults): void {
  faults.unknown('parity', parity, ['identities', 'cases', 'rules', 'system', 'redact']);
  const identities = isRecord(parity) ? parity['identities'] : undefined;
  if (!isRecord(identities)) {
    faults.add('parity.identities', identities, 'an object of identities by name');
    return;
  }
  const { cases, rules, system, redact } = isRecord(parity) ? parity : {};
  validateRedaction(redact, faults);
  faults.optional('parity.cases', cases, isListOfTexts, 'a list of paths, such as ["banyan/parity/cases"]');
  faults.optional('parity.rules', rules, isText, 'the path of a YAML file');
  faults.optional('parity.system', system, isText, 'the path of a module that starts both sides');
  for (const [name, identity] of Object.entries(identities)) {
    const path = `parity.identities.${name}`;
    const kind = isRecord(identity) ? identity['kind'] : undefined;
    if (!isRecord(identity) || !KINDS.includes(String(kind))) faults.add(`${path}.kind`, kind, KINDS.join(', '));
    else faults.unknown(path, identity, KEYS_BY_KIND[String(kind)] ?? []);
    if (!isRecord(identity)) continue;
    if (kind === 'headers') validateHeaders(`${path}.headers`, identity['headers'], faults);
    else if (kind === 'steps') validateSteps(path, identity, faults);
    else if (kind === 'recorded') {
      faults.check(`${path}.har`, identity['har'], isText, 'the path of a HAR file');
      faults.optional(`${path}.values`, identity['values'], isRecord, 'an object of values by field');
      if (identity['headers'] !== undefined) validateHeaders(`${path}.headers`, identity['headers'], faults);
    }
  }
}

function validateRedaction(redact: unknown, faults: Faults): void {
  if (redact === undefined) return;
  if (!isRecord(redact)) {
    faults.add('parity.redact', redact, 'an object such as { paths: ["$..phone"] }');
    return;
  }
  faults.unknown('parity.redact', redact, ['paths', 'keepCookies']);
  const { paths, keepCookies } = redact;
  const isListOfPaths = (list: unknown): boolean =>
    Array.isArray(list) && list.every((text) => typeof text === 'string' && parseJsonPath(text) !== undefined);
  faults.optional('parity.redact.paths', paths, isListOfPaths, 'a list of paths such as ["$.user.email", "$..phone"]');
  faults.optional('parity.redact.keepCookies', keepCookies, isListOfTexts, 'a list of cookie names');
}
