import { randomUUID } from 'node:crypto';
import { GatewayError } from './gateway-error';
import { lastHeader, type HeaderList } from './header-list';
import { extendedRequestId, traceId } from './identifiers';
import { parseQueryString } from './query-string';
import { eventHeaders, incomingTraceRoot } from './request-headers';

/** A request as it came off the wire. */
export interface WireRequest {
  readonly method: string;
  /** The request target, unchanged. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly httpVersion: string;
}

/** Given to every request, whatever becomes of it. */
export interface RequestIds {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly traceRoot: string;
  readonly time: number;
}

/** A request to the API's stage. */
export interface GatewayRequest extends RequestIds {
  readonly method: string;
  /** Raw, without the stage; slashes at its beginning are one. */
  readonly path: string;
  /** Raw, with the stage, as sent. */
  readonly stagedPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly protocol: string;
  readonly domainName: string;
  readonly stage: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function identify(wire: WireRequest, time: number): RequestIds {
  return {
    requestId: randomUUID(),
    extendedRequestId: extendedRequestId(),
    traceRoot: incomingTraceRoot(wire.headers) ?? traceId(time),
    time,
  };
}

/**
 * Reads stage, path and query.
 * @throws GatewayError 403 Forbidden for another stage, 400 for malformed percent-encoding and for a chunked body
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html (invoke URL)
 */
export function parseRequest(wire: WireRequest, stage: string, ids: RequestIds, address: Address): GatewayRequest {
  const { path: stagedPath, query } = splitTarget(wire.target);
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(stagedPath) ?? [];
  if (first !== stage) throw new GatewayError('forbidden');
  assertDecodable(rest);
  // The table of headers has "Exception" for Transfer-Encoding towards Lambda; which answer that is, is not documented.
  if (lastHeader(wire.headers, 'transfer-encoding') !== undefined) throw new GatewayError('badRequest');
  const host = `${address.host}:${address.port}`;
  return {
    ...ids,
    method: lastHeader(wire.headers, 'x-http-method-override')?.toUpperCase() ?? wire.method,
    path: `/${rest.replace(/^\/+/, '')}`,
    stagedPath,
    query: parseQueryString(query),
    headers: eventHeaders(wire.headers, { ...address, host, sourceIp: wire.sourceIp, traceRoot: ids.traceRoot }),
    body: wire.body,
    sourceIp: wire.sourceIp,
    userAgent: lastHeader(wire.headers, 'user-agent') ?? null,
    protocol: `HTTP/${wire.httpVersion}`,
    domainName: address.host,
    stage,
  };
}

/** Path and query of an origin-form or absolute-form target; any other form has the path `/`, which is not a stage. */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const local = target.startsWith('/') ? target : (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(\/.*)$/is.exec(target)?.[1] ?? '/');
  const [beforeFragment = ''] = local.split('#', 1);
  const mark = beforeFragment.indexOf('?');
  if (mark === -1) return { path: beforeFragment, query: '' };
  return { path: beforeFragment.slice(0, mark), query: beforeFragment.slice(mark + 1) };
}

/** Badly encoded paths never reach a function. */
function assertDecodable(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new GatewayError('badRequest');
  }
}
