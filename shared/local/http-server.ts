import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';

/** How much of a refused body is read, so that the client gets to see the answer, before the connection is cut. */
const DRAIN_BYTES = 67_108_864;

/** Listens, by default on a free loopback port, and returns the port. Throws Node's listen error, such as `EADDRINUSE`. */
export async function listenOn(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.listen(port, host);
  return portOf(server);
}

/** Of a server that listens or is about to. */
export async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port');
  return address.port;
}

/** Cuts all connections. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** The whole body, or why there is none. A body that is too large is read on and thrown away, up to a point. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'aborted'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > DRAIN_BYTES) request.socket.destroy();
    }
  } catch {
    return 'aborted';
  }
  return size > limit ? 'too large' : Buffer.concat(chunks);
}
