import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Of a request that the server is to read once more; HTTP2-Settings has no meaning without the offer (RFC 7540 section 3.2.1). */
const OFFER = new Set(['upgrade', 'http2-settings']);

/**
 * Ignores an offer to switch to another protocol, as RFC 9110 section 7.8 allows (`Upgrade: h2c` of curl and Java).
 *
 * Node gives the connection away as soon as it sees such an offer and reads neither body nor further requests. So the
 * request's head is put back without the offer, and the server takes the connection as if it were new. It must have
 * answered everything before: it takes the first answer that ends for the first that it knows of.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Socket, rest: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    if (OFFER.has(lower)) continue;
    const value = rawHeaders[i + 1] ?? '';
    // Without a space: the head must not become longer than it was, there is a limit.
    head += `${name}:${lower === 'connection' ? withoutOffer(value) : value}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), rest]));
  server.emit('connection', socket);
}

function withoutOffer(connection: string): string {
  return connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !OFFER.has(option.toLowerCase()))
    .join(', ');
}
