import type { IncomingMessage } from 'node:http';
import { FORWARDING_HEADERS, HOP_BY_HOP, namedByConnection } from '../http1/hop-by-hop';
import type { RawHeaders } from '../http1/raw-headers';
import { mayBeOneOf, remembered } from './remembered';

/** Never passed on; `Expect` has been answered by the proxy. */
const NOT_TO_LEGACY = new Set([...HOP_BY_HOP, 'expect']);
/** What the proxy says itself; from a client it is nothing. */
const OWN_HEADERS = 'x-banyan-';

type Kind = 'passed' | 'dropped' | 'forwarding' | 'length';

const mayMatter = mayBeOneOf([...NOT_TO_LEGACY, ...FORWARDING_HEADERS, 'content-length'], [OWN_HEADERS]);
/** What becomes of a header that {@link mayMatter}, by its name as sent. */
const kindOf = remembered((name): Kind => {
  const lower = name.toLowerCase();
  if (NOT_TO_LEGACY.has(lower) || lower.startsWith(OWN_HEADERS)) return 'dropped';
  if (FORWARDING_HEADERS.has(lower)) return 'forwarding';
  return lower === 'content-length' ? 'length' : 'passed';
});

/**
 * Request headers towards legacy: as they came, less what concerns only this connection.
 *
 * Behind other proxies (`trustedHops` >= 1) `X-Forwarded-*` stays exactly as it came, so that the monolith's `trust
 * proxy` counts the same hops as before. As the edge (0) the proxy says itself who the client is, and nothing the
 * client claimed is believed.
 */
export function requestHeaders(request: IncomingMessage, trustedHops: number): RawHeaders {
  const isEdge = trustedHops === 0;
  const named = namedByConnection(request.headers.connection);
  const headers: RawHeaders = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const kind = mayMatter(name) ? kindOf(name) : 'passed';
    if (kind === 'dropped' || (isEdge && kind === 'forwarding')) continue;
    if (named?.has(name.toLowerCase()) === true) continue;
    const value = raw[i + 1] ?? '';
    // `005` means five here; no one behind gets to read it in base eight.
    headers.push(name, kind === 'length' ? String(Number(value)) : value);
  }
  // HTTP/1.0 may come without; Node's server would refuse it in HTTP/1.1 (RFC 9112 section 3.2: an empty one instead).
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

function withoutMappedPrefix(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
