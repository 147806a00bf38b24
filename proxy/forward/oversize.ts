import type { IncomingMessage } from 'node:http';
import { REQUEST_LIMITS, urlCharacters, type EndpointType } from '../../shared/api-gateway/limits';
import { CONNECTION_HEADER } from '../http1/request-head';
import type { RequestTarget } from '../request-target';
import type { Route } from '../route-table/route';
import { stagePrefix, toApiGateway } from './for-api-gateway';
import type { LambdaSide } from './upstream';

/** How large a request to one deployed API may be, as this proxy sends it. */
export interface GatewayRoom {
  /** Of the request target: stage, path and query. */
  readonly targetCharacters: number;
  /** Of the headers, `Host` included, `Connection` excluded. */
  readonly headerBytes: number;
  /** Of `METHOD/path`, without the stage: the part of the method ARN that a client chooses. */
  readonly methodPathBytes: number;
}

export type Oversize = 'long-url' | 'long-path' | 'large-headers';

/** The largest that names of AWS allow, where a custom domain says nothing about the API behind it. */
const LONGEST = { partition: 'aws-us-gov', region: 'ap-southeast-1', api: 'x'.repeat(10), stage: 'x'.repeat(128) };
/** `{api}.execute-api.{region}...` or, through a VPC endpoint without private DNS, `{api}-{vpce}.execute-api...`. */
const EXECUTE_API = /^([a-z0-9]{10})(?:-vpce-[a-z0-9]+)?\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;
/** `X-Banyan-Shadow` of a copy, with its line end. */
const SHADOW_MARK_BYTES = 78;
/** A character of a query may become so many: one of latin1 is two bytes in UTF-8, three characters each. */
const LONGEST_ENCODING = 6;
/** What `toApiGateway` adds to headers at most, `Host` and the client's own values not counted. */
const ADDED_AT_MOST = 256;

/** What is left for requests to this API; decided once, at start. */
export function gatewayRoom(url: URL, endpointType: EndpointType): GatewayRoom {
  const limits = REQUEST_LIMITS[endpointType];
  return {
    targetCharacters: limits.urlCharacters - urlCharacters(url.host, ''),
    headerBytes: limits.headerBytes - limits.addedHeaderBytes - CONNECTION_HEADER.length,
    methodPathBytes: limits.methodArnBytes - methodArnPrefix(url).length,
  };
}

/**
 * What of a request API Gateway would refuse for its size, measured on what would be sent. Most requests are far below every limit
 * and are only added up; one that may be near is built and measured.
 */
export function oversize(
  request: IncomingMessage,
  target: RequestTarget,
  route: Route,
  { url, room }: LambdaSide,
  trustedHops: number,
): Oversize | undefined {
  const headerBytes = route.shadow === undefined ? room.headerBytes : room.headerBytes - SHADOW_MARK_BYTES;
  if (isFarBelow(request, target, url, room, headerBytes)) return undefined;
  const { method, path, headers } = toApiGateway(request, target, route, url, trustedHops);
  if (path.length > room.targetCharacters) return 'long-url';
  const end = path.indexOf('?');
  const methodPath = method.length + (end === -1 ? path.length : end) - stagePrefix(url).length;
  if (methodPath > room.methodPathBytes) return 'long-path';
  return lineBytes(headers) > headerBytes ? 'large-headers' : undefined;
}

function isFarBelow(
  { method = 'GET', headers, rawHeaders }: IncomingMessage,
  { pathname, query = '' }: RequestTarget,
  url: URL,
  room: GatewayRoom,
  headerBytes: number,
): boolean {
  if (method.length + pathname.length > room.methodPathBytes) return false;
  const longestTarget = url.pathname.length + pathname.length + 1 + LONGEST_ENCODING * query.length;
  if (longestTarget > room.targetCharacters) return false;
  // The protocol is sent twice: addForwardedHeaders.
  const added = ADDED_AT_MOST + url.host.length + (headers['x-forwarded-proto']?.length ?? 0);
  return lineBytes(rawHeaders) + added <= headerBytes;
}

/** Size as sent, `name: value\r\n` each; one character is one byte here. */
function lineBytes(headers: readonly string[]): number {
  let bytes = 0;
  for (const text of headers) bytes += text.length + 2;
  return bytes;
}

/** The method ARN up to the method; as long as it can be where the URL does not say. */
function methodArnPrefix(url: URL): string {
  const [, api, region] = EXECUTE_API.exec(url.hostname) ?? [];
  const [, stage] = /^\/([^/]+)/.exec(url.pathname) ?? [];
  const account = '0'.repeat(12);
  if (api === undefined || region === undefined || stage === undefined)
    return `arn:${LONGEST.partition}:execute-api:${LONGEST.region}:${account}:${LONGEST.api}/${LONGEST.stage}/`;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:execute-api:${region}:${account}:${api}/${stage}/`;
}
