import { once } from 'node:events';
import type { Server } from 'node:http';

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
