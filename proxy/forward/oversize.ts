import type { IncomingMessage } from 'node:http';
import type { RequestTarget } from '../request-target';
import type { Route } from '../route-table/route';
import { partsOf, toApiGateway } from './for-api-gateway';
import type { GatewayRoom } from './gateway-room';
import type { LambdaSide } from './upstream';

export type Oversize = 'long-url' | 'long-path' | 'large-headers';

/** `X-Banyan-Shadow` of a copy, with its line end. */
const SHADOW_MARK_BYTES = 78;
/** A character of a query may become so many: one of latin1 is two bytes in UTF-8, three characters each. */
const LONGEST_ENCODING = 6;
/** What `toApiGateway` adds to headers at most, `Host` and the client's own values not counted. */
const ADDED_AT_MOST = 256;

/** What API Gateway would refuse for its size, as it would be sent. Most requests are only added up; one near a limit is built and measured. */
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
  const methodPath = method.length + (end === -1 ? path.length : end) - partsOf(url).prefix.length;
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
  const { host, prefix } = partsOf(url);
  const longestTarget = prefix.length + pathname.length + 1 + LONGEST_ENCODING * query.length;
  if (longestTarget > room.targetCharacters) return false;
  // The protocol is sent twice: addForwardedHeaders.
  const added = ADDED_AT_MOST + host.length + (headers['x-forwarded-proto']?.length ?? 0);
  return lineBytes(rawHeaders) + added <= headerBytes;
}

/** Size as sent, `name: value\r\n` each; one character is one byte here. */
function lineBytes(headers: readonly string[]): number {
  let bytes = 2 * headers.length;
  for (let i = 0; i < headers.length; i += 1) bytes += headers[i]?.length ?? 0;
  return bytes;
}
