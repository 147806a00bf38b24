import { METHODS, type AuthorizerDefinition, type IdentitySource } from './api';
import type { Faults } from './faults';
import type { Value } from '../../serverless-file/value';

/** One `http` event of a function, checked. */
export interface HttpEvent {
  readonly method: string;
  readonly path: string;
  readonly authorizer: AuthorizerDefinition | undefined;
  readonly cors: Value | undefined;
  readonly source: Value;
}

const KEYS = ['path', 'method', 'authorizer', 'cors'];
const HARMLESS = ['documentation', 'operationId'];

/** Reads `http: GET path` or `http: {path, method, authorizer?, cors?}`. Faults are collected; undefined means there were some. */
export function readHttpEvent(event: Value, faults: Faults): HttpEvent | undefined {
  const [shortMethod, shortPath] = event.text?.trim().split(/\s+/) ?? [];
  const method = (shortMethod ?? event.get('method')?.text)?.toUpperCase();
  const path = shortPath ?? event.get('path')?.text;
  if (method === undefined || path === undefined) {
    faults.add(event, 'an http event needs a method and a path, both texts');
    return undefined;
  }
  for (const [key, value] of event.entries) {
    if (KEYS.includes(key) || HARMLESS.includes(key)) continue;
    if (key === 'integration' && /^(?:lambda[-_]proxy|aws[-_]proxy)$/i.test(value.text ?? '')) continue;
    faults.add(value, `http.${key} is not supported; supported are ${KEYS.join(', ')}, and integration: lambda-proxy`);
  }
  if (method !== 'ANY' && !METHODS.some((known) => known === method)) {
    faults.add(event, `method ${method} is not one of ANY, ${METHODS.join(', ')}`);
  }
  return {
    method,
    path: readPath(path, event, faults),
    authorizer: readAuthorizer(event.get('authorizer'), faults),
    cors: event.get('cors'),
    source: event,
  };
}

/**
 * The resource path, with one leading and no trailing slash.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html (path segments)
 */
function readPath(path: string, event: Value, faults: Faults): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    const parameter = /^\{([\w.-]+)(\+?)\}$/.exec(segment);
    if (!parameter && !/^[\w.:,-]+$/.test(segment)) {
      faults.add(event, `path segment "${segment}" is neither literal (letters, digits, _ . : , -) nor {parameter}`);
    }
    if (parameter?.[2] === '+' && index < segments.length - 1) {
      faults.add(event, `${segment} must be the last segment of ${path}`);
    }
    if (parameter?.[1] !== undefined && names.has(parameter[1]))
      faults.add(event, `${segment} occurs twice in ${path}`);
    names.add(parameter?.[1] ?? '');
  }
  return `/${segments.join('/')}`;
}

const CACHE_ADVICE =
  'must be 0 here: with a cache, API Gateway applies one decision to later requests, of other routes too and after a logout, ' +
  'and answers 401 without calling the authorizer when an identity source is missing';

/**
 * Reads an authorizer of type REQUEST without a cache.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
 */
function readAuthorizer(value: Value | undefined, faults: Faults): AuthorizerDefinition | undefined {
  if (value === undefined) return undefined;
  const name = value.get('name')?.text;
  if (!value.isMap || name === undefined) {
    faults.add(value, `authorizer ${value.describe()}: expected {name, type: request, resultTtlInSeconds: 0}`);
    return undefined;
  }
  const type = value.get('type')?.text?.toLowerCase();
  if (type !== 'request')
    faults.add(value, `authorizer ${name}: type ${type ?? 'token'} is not supported, only request`);
  const ttl = value.get('resultTtlInSeconds');
  if (ttl?.primitive !== 0) {
    faults.add(
      ttl ?? value,
      `authorizer ${name}: resultTtlInSeconds (${ttl?.describe() ?? '300 unless given'}) ${CACHE_ADVICE}`,
    );
  }
  for (const key of ['arn', 'authorizerId', 'identityValidationExpression', 'scopes', 'claims']) {
    const unsupported = value.get(key);
    if (unsupported) faults.add(unsupported, `authorizer ${name}: ${key} is not supported`);
  }
  return { functionName: name, identitySources: readIdentitySources(value.get('identitySource'), name, faults) };
}

function readIdentitySources(value: Value | undefined, name: string, faults: Faults): IdentitySource[] {
  const texts = (value?.text ?? '').split(',').map((text) => text.trim());
  return texts.flatMap((text): IdentitySource[] => {
    if (text === '' || value === undefined) return [];
    const match = /^method\.request\.(?:multivalue)?(header|querystring)\.([\w-]+)$/.exec(text);
    if (match?.[2] !== undefined)
      return [{ location: match[1] === 'header' ? 'header' : 'querystring', name: match[2] }];
    faults.add(
      value,
      `authorizer ${name}: identity source ${text} is not supported, only method.request.header|querystring.X`,
    );
    return [];
  });
}
