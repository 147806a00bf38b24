import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A TCP relay: what stands behind it seems killed and brought back (`cut`, `restore`), or further off. */
export interface Relay {
  readonly port: number;
  readonly cut: () => Promise<void>;
  readonly restore: () => Promise<void>;
  close(): Promise<void>;
}

/** Relays to the port that `target` names at each new connection, and holds everything back for `delay` ms, each way. */
export async function relay(target: () => number, { delay = 0 }: { readonly delay?: number } = {}): Promise<Relay> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const listen = async (port: number): Promise<number> => {
    server = createServer((client) => {
      const upstream = connect(target(), '127.0.0.1');
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
      if (delay === 0) client.pipe(upstream).pipe(client);
      else client.pipe(held(delay)).pipe(upstream).pipe(held(delay)).pipe(client);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };
  const port = await listen(0);
  const cut = async (): Promise<void> => {
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  };
  return { port, cut, restore: () => listen(port).then(() => undefined), close: cut };
}

function held(ms: number): Transform {
  return new Transform({ transform: (chunk, _encoding, done) => void setTimeout(done, ms, null, chunk) });
}
