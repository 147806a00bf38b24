import type { IncomingMessage } from 'node:http';
import type { RequestTarget } from '../request-target';
import type { Route } from '../route-table/route';
import { headerValue, withoutHeaders, type RawHeaders } from '../http1/raw-headers';
import type { RequestHead } from '../http1/request-head';
import { namedByConnection } from '../http1/hop-by-hop';
import { edgeHeaders } from './headers';
import { mayBeOneOf, remembered } from './remembered';
import type { UpstreamResponse } from './forwarder';

/** Headers that API Gateway, CloudFront (trap 23) and our own functions add to an answer; Express sends none of them. */
const NOT_FORWARDED = /^(x-amzn-(?!remapped-)|x-amz-|x-banyan-|via$|x-cache$)/i;
const REMAPPED = /^x-amzn-remapped-/i;
/** Remapped names that describe another message than the one sent to the client. */
const NOT_RESTORED = new Set(['content-length', 'connection', 'date', 'server', 'transfer-encoding']);

const mayBeRenamed = mayBeOneOf(['via'], ['x-amz', 'x-banyan-', 'x-cache']);
/** The name that a header of an answer that {@link mayBeRenamed} has for the client; undefined for one that is not for the client. */
const clientNameOf = remembered((name) => {
  if (NOT_FORWARDED.test(name)) return undefined;
  const restored = name.replace(REMAPPED, '');
  return restored !== name && NOT_RESTORED.has(restored.toLowerCase()) ? undefined : restored;
});

/** An answer without a body has no type and no length in Express; API Gateway adds both. */
const DESCRIBES_BODY = new Set(['content-type', 'content-length']);
/** Of one connection only, or replaced on the way. */
const NOT_SENT =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|forwarded|x-forwarded-(for|host|port|proto)|x-real-ip|x-banyan-.*)$/;
/**
 * What API Gateway, CloudFront, a VPC endpoint or a signature would read from a client and Express does not: which API
 * is called (`x-apigw-api-id`), which method (`X-HTTP-Method-Override`), who signed when and with which token, which
 * trace. Legacy gets all of it as sent.
 */
const OBEYED_BY_AWS = /^(x-http-method-override|x-apigw-.*|x-apigateway-.*|x-amz-.*|x-amzn-.*)$/;

/** Of a name in lower case. */
const isSent = remembered((name) => !NOT_SENT.test(name) && !OBEYED_BY_AWS.test(name));

/**
 * Makes a request fit for API Gateway, so that the client's freedoms under Express survive: HEAD is asked as GET (trap 1),
 * case of the path and a trailing slash are as `serverless.yml` has them (trap 5), repeated headers are joined by Node's
 * rules (trap 8), and `Host` is the gateway's, which routes by it; the client's goes to `X-Forwarded-Host` (trap 26).
 * A header that is added here counts in `ADDED_AT_MOST` of oversize.ts.
 */
export function toApiGateway(
  request: IncomingMessage,
  target: RequestTarget,
  route: Route,
  lambdaUrl: URL,
  trustedHops: number,
): RequestHead {
  const query = target.query === undefined ? '' : `?${encodeForApiGateway(target.query)}`;
  const { host, prefix } = partsOf(lambdaUrl);
  const headers = joinedHeaders(request);
  addForwardedHeaders(headers, request, trustedHops);
  headers.push('Host', host);
  return {
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: `${prefix}${canonicalPath(route, target.pathname)}${query}`,
    headers,
  };
}

/** Makes API Gateway's answer fit for the client: what AWS adds goes, what it renamed returns (trap 23), `Location` shows no gateway (trap 21). */
export function fromApiGateway({ statusCode, headers }: UpstreamResponse, lambdaUrl: URL): UpstreamResponse {
  let fit: RawHeaders = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const clientName = mayBeRenamed(name) ? clientNameOf(name) : name;
    if (clientName === undefined) continue;
    const isLocation = name.length === LOCATION.length && name.toLowerCase() === LOCATION;
    fit.push(clientName, isLocation ? toClientLocation(value, lambdaUrl) : value);
  }
  if (statusCode === 204 || statusCode === 304) fit = withoutHeaders(fit, DESCRIBES_BODY);
  return { statusCode, headers: fit };
}

const LOCATION = 'location';
const PROTOCOL = 'x-forwarded-proto';

/** Encodes what Express takes as it is and API Gateway refuses in a query (`|`, `{`, `}`) or splits at (`;`), or what RFC 3986 section 3.4 does not allow there. */
function encodeForApiGateway(query: string): string {
  return query.replace(/[^\x21-\x7e]|["<>\\^`{|};]/g, encodeURIComponent);
}

/** Static segments as listed, parameters as sent, no trailing slash. */
function canonicalPath({ segments = [] }: Route, pathname: string): string {
  let path = '';
  let begin = 1;
  for (const segment of segments) {
    const slash = pathname.indexOf('/', begin);
    const end = slash < 0 ? pathname.length : slash;
    path += `/${segment.kind === 'static' ? segment.text : pathname.slice(begin, end)}`;
    begin = end + 1;
  }
  return path === '' ? '/' : path;
}

/** As API Gateway gets them, each once, as Node has joined or dropped repeated headers and Express would have seen them. */
function joinedHeaders({ headers }: IncomingMessage): RawHeaders {
  const named = namedByConnection(headers.connection?.toLowerCase());
  const joined: RawHeaders = [];
  // Object.entries makes an array for each and, of Node's headers, takes V8's slow way.
  for (const name in headers) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (!isSent(name) || named?.has(name) === true) continue;
    if (typeof value === 'string') joined.push(name, name === 'content-length' ? String(Number(value)) : value);
    else if (value !== undefined) joined.push(name, value.join(', '));
  }
  return joined;
}

/** Adds who the client is. API Gateway overwrites `X-Forwarded-Proto`, so the protocol goes along under a name of ours as well. */
function addForwardedHeaders(to: RawHeaders, request: IncomingMessage, trustedHops: number): void {
  const { headers } = request;
  let protocol: string | undefined;
  if (trustedHops === 0) {
    const edge = edgeHeaders(request);
    to.push(...edge);
    protocol = headerValue(edge, PROTOCOL);
  } else {
    pushIfSent(to, 'x-forwarded-for', headers['x-forwarded-for']);
    pushIfSent(to, PROTOCOL, headers[PROTOCOL]);
    pushIfSent(to, 'x-forwarded-port', headers['x-forwarded-port']);
    pushIfSent(to, 'forwarded', headers.forwarded);
    const host = headers['x-forwarded-host'] ?? headers.host;
    if (host !== undefined) to.push('X-Forwarded-Host', String(host));
    protocol = headers[PROTOCOL]?.toString();
  }
  to.push('X-Banyan-Forwarded-Proto', protocol ?? 'http');
}

function pushIfSent(to: RawHeaders, name: string, value: string | readonly string[] | undefined): void {
  if (value !== undefined) to.push(name, String(value));
}

function toClientLocation(location: string, lambdaUrl: URL): string {
  const { origin, prefix } = partsOf(lambdaUrl);
  const path = location.startsWith(`${origin}/`) ? location.slice(origin.length) : location;
  if (prefix === '' || !(path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`)))
    return path;
  return path.slice(prefix.length) || '/';
}

/** What requests need of the API's URL. */
interface UrlParts {
  readonly host: string;
  readonly origin: string;
  /** The stage, with its slash; empty when the gateway has a domain of its own. */
  readonly prefix: string;
}

const known = new WeakMap<URL, UrlParts>();

/** Remembered: each accessor of `URL` makes a string. */
export function partsOf(url: URL): UrlParts {
  let parts = known.get(url);
  if (parts === undefined) {
    const { host, origin, pathname } = url;
    parts = { host, origin, prefix: pathname.endsWith('/') ? pathname.slice(0, -1) : pathname };
    known.set(url, parts);
  }
  return parts;
}
