import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { closeIfLeftOpen } from './left-open';

/** Listens on a free loopback port and returns it. What is still open when the test file ends is closed with its connections. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const closed = closeIfLeftOpen(async () => {
    const ended = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await ended;
  });
  server.once('close', closed);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
