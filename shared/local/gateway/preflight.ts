import type { PreflightTarget } from './api';
import type { Value } from '../../serverless-file/value';

const DEFAULT_HEADERS = [
  ...['Content-Type', 'X-Amz-Date', 'Authorization', 'X-Api-Key'],
  ...['X-Amz-Security-Token', 'X-Amz-User-Agent', 'X-Amzn-Trace-Id'],
];
const ALL_METHODS = 'DELETE,GET,HEAD,PATCH,POST,PUT';

/**
 * The OPTIONS method that the framework deploys for all `cors` settings of one path: their methods, headers and origins united.
 *
 * @see https://www.serverless.com/framework/docs/providers/aws/events/apigateway#enabling-cors (and osls 4, `lib/cors.js`)
 */
export function preflightOf(settings: readonly { readonly method: string; readonly cors: Value }[]): PreflightTarget {
  const headers = new Set<string>();
  const methods = new Set<string>();
  const origins = new Set<string>();
  const extra: Record<string, string> = {};
  let origin = '*';
  for (const { method, cors } of settings) {
    for (const name of texts(cors.get('headers'), DEFAULT_HEADERS)) headers.add(name);
    for (const name of [...texts(cors.get('methods'), []), 'OPTIONS', method]) methods.add(name.toUpperCase());
    const several = texts(cors.get('origins') ?? splitOrigin(cors.get('origin')), []);
    for (const pattern of several) origins.add(pattern);
    origin = cors.get('origin')?.text ?? '*';
    if (cors.get('allowCredentials')?.primitive === true) extra['Access-Control-Allow-Credentials'] = 'true';
    const maxAge = cors.get('maxAge')?.primitive;
    if (typeof maxAge === 'number') extra['Access-Control-Max-Age'] = String(maxAge);
    const cacheControl = cors.get('cacheControl')?.text;
    if (cacheControl !== undefined) extra['Cache-Control'] = cacheControl;
  }
  const [firstOrigin = origin] = origins;
  return {
    kind: 'preflight',
    headers: {
      'Access-Control-Allow-Origin': firstOrigin,
      'Access-Control-Allow-Headers': [...headers].join(','),
      'Access-Control-Allow-Methods': [...methods].join(',').replace('ANY', ALL_METHODS),
      ...extra,
    },
    origins: [...origins],
  };
}

/** The preflight's headers. An origin that matches one of several is echoed; `*` in a pattern stands for any text. */
export function preflightHeaders(
  { headers, origins }: PreflightTarget,
  origin: string | undefined,
): Record<string, string> {
  const echoed = origin !== undefined && origins.some((pattern) => originPattern(pattern).test(origin));
  return { ...headers, ...(echoed ? { 'Access-Control-Allow-Origin': origin } : {}) };
}

function originPattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.+')}$`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function splitOrigin(origin: Value | undefined): Value | undefined {
  return origin?.text?.includes(',') === true ? origin : undefined;
}

function texts(value: Value | undefined, fallback: readonly string[]): readonly string[] {
  if (value?.text !== undefined) return value.text.split(',').map((text) => text.trim());
  const items = value?.items.flatMap((item) => item.text ?? []) ?? [];
  return items.length > 0 ? items : fallback;
}
