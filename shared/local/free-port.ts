import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that is free now: the wanted one, or any for 0. Throws Node's listen error, such as `EADDRINUSE`. */
export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(wanted, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : wanted;
}
