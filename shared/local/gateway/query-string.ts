import { GatewayError } from './gateway-error';

/** The documents want these percent-encoded; what an API does with them as they are is not documented. Refused here. */
const UNSUPPORTED = /[|{}]/;

/**
 * Decodes a query string (without `?`) into names and all their values, in order. `+` is a space, `;` separates as `&`
 * does, a name without `=` has the value `''`.
 * @throws GatewayError 400 for malformed percent-encoding, and for a plain `|`, `{` or `}`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function parseQueryString(query: string): ReadonlyMap<string, readonly string[]> {
  if (UNSUPPORTED.test(query)) throw new GatewayError('badRequest');
  const values = new Map<string, string[]>();
  for (const pair of query.split(/[&;]/)) {
    if (pair === '') continue;
    const [rawName = '', ...rest] = pair.split('=');
    const name = decode(rawName);
    values.set(name, [...(values.get(name) ?? []), decode(rest.join('='))]);
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new GatewayError('badRequest');
  }
}
