import type { IncomingMessage } from 'node:http';
import { FORCE_HEADER, SHADOW_HEADER } from '../../shared/signed-mark';
import { UpstreamError } from './upstream-errors';

/** Headers as a flat list `name, value, name, value`, which keeps order, case and multiplicity. */
export type RawHeaders = string[];

/** RFC 9110 section 7.6.1 and the historical names beside it: they concern one connection and are never forwarded. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** `Expect` has been answered by the proxy; trailers are not forwarded, so none is announced (RFC 9110 section 6.5.1). */
const NOT_TO_LEGACY = new Set(['expect', 'trailer']);

const CODING = [
  'The service gave an answer that cannot be read.',
  { statusCode: 502, code: 'upstream_broken' },
] as const;

/** Who the client is, as proxies say it; believed only from proxies that are trusted. */
export const FORWARDING_HEADERS = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]);

/**
 * Request headers towards legacy: as they came, less what concerns only this connection.
 *
 * Behind other proxies (`trustedHops` >= 1) `X-Forwarded-*` stays exactly as it came, so that the monolith's `trust
 * proxy` counts the same hops as before. As the edge (0) the proxy says itself who the client is, and nothing the client
 * claimed is believed.
 */
export function requestHeaders(request: IncomingMessage, trustedHops: number): RawHeaders {
  const isEdge = trustedHops === 0;
  const named = namedByConnection(request.headers.connection);
  const headers: RawHeaders = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || NOT_TO_LEGACY.has(lower) || named?.has(lower) === true) continue;
    if (isEdge && FORWARDING_HEADERS.has(lower)) continue;
    if (lower === FORCE_HEADER || lower === SHADOW_HEADER) continue;
    headers.push(name, raw[i + 1] ?? '');
  }
  // HTTP/1.0 may come without; undici would put in the monolith's own address (RFC 9112 section 3.2: an empty one instead).
  if (request.headers.host === undefined) headers.push('Host', '');
  if (isEdge) headers.push(...edgeHeaders(request));
  return headers;
}

/** What a proxy at the edge says of the client, by the de-facto standard that Express's `trust proxy` reads. */
export function edgeHeaders({ socket, headers }: IncomingMessage): RawHeaders {
  const protocol = 'encrypted' in socket ? 'https' : 'http';
  const host = headers.host;
  return [
    'X-Forwarded-For',
    withoutMappedPrefix(socket.remoteAddress ?? 'unknown'),
    'X-Forwarded-Proto',
    protocol,
    ...(host === undefined ? [] : ['X-Forwarded-Host', host]),
  ];
}

/**
 * Response headers towards the client: as upstream sent them, less what concerns only that connection. `Trailer` stays:
 * trailers are forwarded.
 *
 * @throws UpstreamError for a transfer coding that nobody asked for: without its name the client would take coded bytes for plain ones
 */
export function responseHeaders(raw: readonly (Buffer | string)[]): RawHeaders {
  const headers: RawHeaders = [];
  let named: ReadonlySet<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i]);
    const value = latin1(raw[i + 1]);
    const lower = name.toLowerCase();
    if (lower === 'connection') named = namedByConnection(value) ?? named;
    else if (!HOP_BY_HOP.has(lower) || lower === 'proxy-authenticate') headers.push(name, value);
    else if (lower === 'transfer-encoding' && value.toLowerCase() !== 'chunked') throw new UpstreamError(...CODING);
  }
  return named === undefined ? headers : withoutHeaders(headers, named);
}

/** The list without the named headers (lower-case names). */
export function withoutHeaders(headers: RawHeaders, names: ReadonlySet<string>): RawHeaders {
  return headers.filter((_, i) => !names.has((headers[i - (i % 2)] ?? '').toLowerCase()));
}

/** The first value of a header in a flat list; `name` in lower case. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** A flat list as pairs of name and value. */
export function pairs(flat: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return list;
}

/** Headers that `Connection` names are hop-by-hop too; undefined for the usual `keep-alive` and `close`. */
function namedByConnection(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || /^(keep-alive|close)$/i.test(value)) return undefined;
  const names = new Set(value.split(',').map((name) => name.trim().toLowerCase()));
  // A client must not be able to strip what identifies it or frames the message (the "hop-by-hop header abuse" attack).
  for (const protectedName of ['host', 'content-length', 'cookie', 'authorization', ...FORWARDING_HEADERS])
    names.delete(protectedName);
  return names;
}

function withoutMappedPrefix(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** Header bytes are read and written as latin1 by Node; anything else would change them. */
function latin1(value: Buffer | string | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : value.toString('latin1');
}
