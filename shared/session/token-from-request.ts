import { readCookie } from './cookie-header';

/** The part of an API Gateway event that carries credentials; payload format 1.0 (REST) and 2.0 (HTTP API) both fit. */
export interface RequestHeaders {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  /** Payload format 2.0 keeps cookies out of `headers`. */
  readonly cookies?: readonly string[] | undefined;
}

/** What a client presented as its session: `s:<id>.<signature>`, decoded, not verified. */
export interface SessionToken {
  readonly source: 'cookie' | 'authorization';
  readonly value: string;
}

/** Node refuses requests with more header bytes than this, so no token that the monolith ever saw is longer. */
const MAX_HEADER_LENGTH = 16_384;

/** Every value of a header, whatever the case. `multiValueHeaders` first: API Gateway's `headers` holds only the last value. */
export function headerValues(request: RequestHeaders, name: string): string[] {
  const many = valuesOf(request.multiValueHeaders, name);
  return many.length > 0 ? many : valuesOf(request.headers, name);
}

function valuesOf(headers: Readonly<Record<string, unknown>> | null | undefined, name: string): string[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value)
    .filter((value) => typeof value === 'string');
}

/**
 * Finds the session token as the monolith does: a present `Authorization` header decides (`Bearer` and the signed
 * value, raw or percent-encoded; anything else is not a credential, even next to a good cookie), otherwise the first cookie
 * of that name. Several `Cookie` headers are joined with `; ` as Node does; of several `Authorization` headers Node
 * keeps the first.
 * @returns undefined when there is nothing worth verifying
 */
export function tokenFromRequest(request: RequestHeaders, cookieName: string): SessionToken | undefined {
  return tokenFromHeaders(headerValues(request, 'authorization')[0], cookieHeader(request), cookieName);
}

/** As {@link tokenFromRequest}, from the two headers as Node joins them. */
export function tokenFromHeaders(
  authorization: string | undefined,
  cookie: string | undefined,
  cookieName: string,
): SessionToken | undefined {
  if (authorization !== undefined) return signed(bearerValue(authorization), 'authorization');
  if (cookie === undefined || cookie.length > MAX_HEADER_LENGTH) return undefined;
  return signed(readCookie(cookie, cookieName), 'cookie');
}

function cookieHeader(request: RequestHeaders): string {
  const cookies = Array.isArray(request.cookies) ? request.cookies.filter((value) => typeof value === 'string') : [];
  return [...cookies, ...headerValues(request, 'cookie')].join('; ');
}

function bearerValue(authorization: string): string | undefined {
  if (authorization.length > MAX_HEADER_LENGTH) return undefined;
  const value = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (value === undefined || value.startsWith('s:')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function signed(value: string | undefined, source: SessionToken['source']): SessionToken | undefined {
  return value?.startsWith('s:') ? { source, value } : undefined;
}
