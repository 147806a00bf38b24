import type { IncomingMessage } from 'node:http';
import type { RequestTarget } from '../request-target';
import type { Route } from '../route-table/route';
import { headerValue, withoutHeaders, type RawHeaders } from '../http1/raw-headers';
import type { RequestHead } from '../http1/request-head';
import { edgeHeaders } from './headers';
import type { UpstreamResponse } from './forwarder';

/** Headers that API Gateway, CloudFront (trap 23) and our own functions add to an answer; Express sends none of them. */
const NOT_FORWARDED = /^(x-amzn-(?!remapped-)|x-amz-|x-banyan-|via$|x-cache$)/i;
const REMAPPED = /^x-amzn-remapped-/i;
/** Remapped names that describe another message than the one sent to the client. */
const NOT_RESTORED = new Set(['content-length', 'connection', 'date', 'server', 'transfer-encoding']);
/** An answer without a body has no type and no length in Express; API Gateway adds both. */
const DESCRIBES_BODY = new Set(['content-type', 'content-length']);
/**
 * Not the client's to send, or replaced on the way. API Gateway obeys `X-HTTP-Method-Override`, Express does not: with it a
 * client could reach another method than the one that was routed.
 */
const NOT_SENT =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|forwarded|x-forwarded-(for|host|port|proto)|x-real-ip|x-http-method-override|x-banyan-.*)$/;

/**
 * Makes a request fit for API Gateway, so that the client's freedoms under Express survive: HEAD is asked as GET (trap 1),
 * case of the path and a trailing slash are as `serverless.yml` has them (trap 5), repeated headers are joined by Node's
 * rules (trap 8), and `Host` is the gateway's, which routes by it; the client's goes to `X-Forwarded-Host` (trap 26).
 */
export function toApiGateway(
  request: IncomingMessage,
  target: RequestTarget,
  route: Route,
  lambdaUrl: URL,
  trustedHops: number,
): RequestHead {
  const prefix = lambdaUrl.pathname.replace(/\/$/, '');
  const query = target.query === undefined ? '' : `?${encodeForApiGateway(target.query)}`;
  return {
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: `${prefix}${canonicalPath(route, target.pathname)}${query}`,
    headers: [...joinedHeaders(request), ...forwardedHeaders(request, trustedHops), 'Host', lambdaUrl.host],
  };
}

/**
 * Makes API Gateway's answer fit for the client: what AWS adds is removed, what it renamed is restored (trap 23), and
 * `Location` never shows the gateway's host or stage (trap 21).
 */
export function fromApiGateway({ statusCode, headers }: UpstreamResponse, lambdaUrl: URL): UpstreamResponse {
  let fit: RawHeaders = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (NOT_FORWARDED.test(name)) continue;
    if (!REMAPPED.test(name))
      fit.push(name, name.toLowerCase() === 'location' ? toClientLocation(value, lambdaUrl) : value);
    else if (!NOT_RESTORED.has(name.replace(REMAPPED, '').toLowerCase())) fit.push(name.replace(REMAPPED, ''), value);
  }
  if (statusCode === 204 || statusCode === 304) fit = withoutHeaders(fit, DESCRIBES_BODY);
  return { statusCode, headers: fit };
}

/**
 * True when API Gateway itself refused before it called anything: throttled (trap 30), or the route is not deployed.
 * Nothing has run, so legacy can be asked instead.
 */
export function isRefusedByGateway({ statusCode, headers }: UpstreamResponse): boolean {
  if (statusCode !== 429 && statusCode !== 403) return false;
  const type = headerValue(headers, 'x-amzn-errortype')?.split(':', 1)[0] ?? '';
  return statusCode === 429
    ? /^(TooManyRequests|LimitExceeded|Throttling)Exception$/.test(type)
    : /^(MissingAuthenticationToken|IncompleteSignature)Exception$/.test(type);
}

/** Encodes what Express takes as it is and API Gateway refuses in a query (`|`, `{`, `}`) or splits at (`;`), or what RFC 3986 section 3.4 does not allow there. */
function encodeForApiGateway(query: string): string {
  return query.replace(/[^\x21-\x7e]|["<>\\^`{|};]/g, encodeURIComponent);
}

/** Static segments as listed, parameters as sent, no trailing slash. */
function canonicalPath(route: Route, pathname: string): string {
  const sent = pathname.split('/');
  const segments = (route.segments ?? []).map((segment, i) =>
    segment.kind === 'static' ? segment.text : (sent[i + 1] ?? ''),
  );
  return `/${segments.join('/')}`;
}

/** Node has joined or dropped repeated headers as Express would have seen them. */
function joinedHeaders({ headers }: IncomingMessage): RawHeaders {
  const named = new Set(headers.connection?.toLowerCase().split(/\s*,\s*/));
  for (const kept of ['cookie', 'authorization', 'content-length']) named.delete(kept);
  const joined: RawHeaders = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_SENT.test(name) || named.has(name)) continue;
    joined.push(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return joined;
}

/**
 * Who the client is. API Gateway overwrites `X-Forwarded-Proto` by its own `https`, so the protocol that legacy would see
 * goes along once more under a name of ours; the handler wrapper reads it.
 */
function forwardedHeaders(request: IncomingMessage, trustedHops: number): RawHeaders {
  const forwarded = trustedHops === 0 ? edgeHeaders(request) : receivedForwardedHeaders(request);
  return [...forwarded, 'X-Banyan-Forwarded-Proto', headerValue(forwarded, 'x-forwarded-proto') ?? 'http'];
}

function receivedForwardedHeaders(request: IncomingMessage): RawHeaders {
  const { headers } = request;
  const forwarded = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [name, String(value)];
  });
  const host = headers['x-forwarded-host'] ?? headers.host;
  return host === undefined ? forwarded : [...forwarded, 'X-Forwarded-Host', String(host)];
}

function toClientLocation(location: string, lambdaUrl: URL): string {
  const path = location.startsWith(`${lambdaUrl.origin}/`) ? location.slice(lambdaUrl.origin.length) : location;
  const prefix = lambdaUrl.pathname.replace(/\/$/, '');
  if (prefix === '' || !(path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`)))
    return path;
  return path.slice(prefix.length) || '/';
}
