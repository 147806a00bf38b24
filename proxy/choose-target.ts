import type { IncomingHttpHeaders } from 'node:http';
import { LAMBDA_EVENT_BYTES } from '../shared/api-gateway/limits';
import type { Oversize } from './forward/oversize';
import { overrideOf, type OverrideReason, type OverrideState } from './overrides/state';
import type { RequestTarget } from './request-target';
import type { Route } from './route-table/route';
import type { Condition } from './route-table/schema';

/** What the choice depends on; read only as far as it does. */
export interface RequestFacts {
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
  /** What API Gateway would refuse for its size. */
  readonly oversize: Oversize | undefined;
  /** Whether it carries something of the form of a session token; not verified. */
  readonly hasToken: boolean;
}

/** Who answers, and why; `reason` stands in the access log. */
export type Target =
  | { readonly upstream: 'legacy'; readonly reason: LegacyReason }
  | { readonly upstream: 'lambda'; readonly reason: 'stage' | 'forced' }
  /** Stage canary: it depends on who is asking. */
  | { readonly upstream: 'by-cohort' };

export type LegacyReason =
  | 'unlisted'
  | 'stage'
  /** An operator requested it with a signed header. */
  | 'forced'
  | OverrideReason
  /** A condition of the route's `unless` is met. */
  | 'unless'
  /** Percent-encoding that API Gateway would answer or decode differently (trap 6). */
  | 'path-encoding'
  | 'query-encoding'
  /** A GET or HEAD with a body: parsed, refused or ignored by Express, refused by API Gateway's front. */
  | 'body-on-get'
  /** A body without Content-Length: API Gateway passes none to a function (trap 25). */
  | 'streamed-body'
  /** `Content-Length: 0` with a coding or charset that the monolith's parsers refuse (400, 415); Lambda does not learn of it. */
  | 'empty-body'
  /** A body in another charset than UTF-8, which Express decodes and Lambda's parser does not (trap 11). */
  | 'charset'
  /** Over the route table's `maxBodyBytes`, or what Lambda accepts. */
  | 'large-body'
  /** An anonymous body: the monolith's parsers judge it (400, 413) before it is asked who sent it (trap 28). */
  | 'anonymous-body'
  /** Signed for AWS, in `Authorization` or the query: API Gateway reads that as its own and keeps it from the function. */
  | 'aws-signature'
  /** Over API Gateway's limits on URL, method ARN (by the path) or headers (trap 29). */
  | Oversize;

/** Why a side answered, chosen or fallen back to. */
export type Reason =
  | LegacyReason
  /** Stage canary: by the user's place. */
  | 'cohort'
  /** API Gateway refused before it called anything. */
  | 'gateway-refused'
  /** Lambda gave 401 or 403 to a safe request whose session token is well signed: legacy decides. */
  | 'session-refused'
  /** Lambda failed and legacy stepped in. */
  | 'fallback';

/** What an event holds besides the body: headers twice, path and query several times, what the authorizer found out. */
const EVENT_ROOM_BYTES = 256 * 1024;
/** The largest body that an event holds: Base64 makes four bytes of three. */
export const MAX_BODY_BYTES = Math.floor(((LAMBDA_EVENT_BYTES - EVENT_ROOM_BYTES) * 3) / 4);

/** Chooses who answers. Pure. `forced` (an operator's signed header) wins over stages and overrides, not over what Lambda cannot take. */
export function chooseTarget(
  route: Route | undefined,
  request: RequestFacts,
  overrides: OverrideState,
  forced?: 'legacy' | 'lambda',
): Target {
  if (route === undefined) return { upstream: 'legacy', reason: 'unlisted' };
  if (route.stage === 'retired') return { upstream: 'lambda', reason: 'stage' };
  if (forced === 'legacy') return { upstream: 'legacy', reason: 'forced' };
  if (forced === undefined && (route.stage === 'legacy' || route.stage === 'shadow')) {
    return { upstream: 'legacy', reason: 'stage' };
  }
  const unfit = unfitForLambda(route, request);
  if (unfit !== undefined) return { upstream: 'legacy', reason: unfit };
  if (forced === 'lambda') return { upstream: 'lambda', reason: 'forced' };
  const override = overrideOf(overrides, route.id, route.stage);
  if (override !== undefined) return { upstream: 'legacy', reason: override };
  return route.stage === 'canary' ? { upstream: 'by-cohort' } : { upstream: 'lambda', reason: 'stage' };
}

/** Whether a request that legacy answers may also go to Lambda to be compared. Pure. */
export function mayMirror(route: Route, request: RequestFacts, overrides: OverrideState): boolean {
  if (route.shadow === undefined || overrideOf(overrides, route.id, route.stage) !== undefined) return false;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && unfitForLambda(route, request) === undefined;
}

function unfitForLambda(route: Route, request: RequestFacts): LegacyReason | undefined {
  if (route.segments === undefined) return 'stage';
  if (route.unless.some((condition) => isMet(condition, request))) return 'unless';
  return unfitForApiGateway(route, request);
}

function isMet(condition: Condition, { headers, target }: RequestFacts): boolean {
  if ('header' in condition) return Object.hasOwn(headers, condition.header.toLowerCase());
  if ('cookie' in condition) {
    return (headers.cookie ?? '').split(';').some((pair) => pair.split('=', 1)[0]?.trim() === condition.cookie);
  }
  return new URLSearchParams(target.query).has(condition.query);
}

/** Why a client would notice API Gateway if this request went there; undefined when it would not. */
function unfitForApiGateway(route: Route, request: RequestFacts): LegacyReason | undefined {
  const { method, target, headers } = request;
  const length = headers['content-length'];
  const hasBody = headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (hasBody && (method === 'GET' || method === 'HEAD')) return 'body-on-get';
  if (headers['transfer-encoding'] !== undefined) return 'streamed-body';
  if (length === '0' && isCoded(headers)) return 'empty-body';
  if (hasBody && !isUtf8(headers['content-type'])) return 'charset';
  if (Number(length ?? 0) > Math.min(route.maxBodyBytes, MAX_BODY_BYTES)) return 'large-body';
  if (hasBody && route.auth === 'required' && !request.hasToken) return 'anonymous-body';
  if (!hasPlainEncoding(target.pathname)) return 'path-encoding';
  if (target.query !== undefined && !isDecodable(target.query)) return 'query-encoding';
  if (isSignedForAws(headers.authorization, target.query)) return 'aws-signature';
  return request.oversize;
}

/** A scheme of AWS (`AWS4-HMAC-SHA256` and the like) or a presigned URL (IAM user guide, "AWS Signature Version 4"). */
function isSignedForAws(authorization: string | undefined, query: string | undefined): boolean {
  if (authorization !== undefined && /^\s*AWS(?:\d|\s|$)/i.test(authorization)) return true;
  // Without one of these no parameter can be named so.
  if (query === undefined || !/amz|%/i.test(query)) return false;
  for (const name of new URLSearchParams(query).keys()) if (/^x-amz-/i.test(name)) return true;
  return false;
}

function isCoded(headers: IncomingHttpHeaders): boolean {
  return headers['content-encoding'] !== undefined || /charset/i.test(headers['content-type'] ?? '');
}

/** Whether a `Content-Type` names no charset but UTF-8. A name that only some decoders take for it, such as `utf8`, is another. */
function isUtf8(contentType = ''): boolean {
  if (!/charset/i.test(contentType)) return true;
  return !/charset/i.test(contentType.replace(/;[ \t]*charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*(?=;|$)/gi, ''));
}

/** True when both sides decode the path alike: well-formed, no encoded slash or backslash, no dot segment, no raw non-ASCII. */
function hasPlainEncoding(pathname: string): boolean {
  // Most have nothing to look at more closely.
  if (!/[^\x21-\x7e]|[\\%]|\/\./.test(pathname)) return true;
  if (/[^\x21-\x7e]|\\/.test(pathname)) return false;
  if (!isDecodable(pathname) || /%(2f|5c|00)/i.test(pathname)) return false;
  return !decodeURIComponent(pathname)
    .split('/')
    .some((segment) => segment === '.' || segment === '..');
}

function isDecodable(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
