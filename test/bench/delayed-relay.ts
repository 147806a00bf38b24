import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { listen } from '../support/listen';

/** A TCP relay that holds everything back for some milliseconds, each way: a server that is further away. */
export async function delayedRelay(port: number, ms: number): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(held(ms)).pipe(upstream).pipe(held(ms)).pipe(client);
  });
  return {
    port: await listen(server),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function held(ms: number): Transform {
  return new Transform({
    transform: (chunk, _encoding, done) => (ms === 0 ? done(null, chunk) : void setTimeout(done, ms, null, chunk)),
  });
}
