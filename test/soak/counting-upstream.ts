import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** An upstream that counts what it has executed, and can be killed and brought back on the same port. */
export interface CountingUpstream {
  readonly url: string;
  /** How often each unsafe request was executed, by the id in its path, over all lives. */
  readonly executed: ReadonlyMap<string, number>;
  /** Safe requests answered. */
  answered(): number;
  /** Breaks every connection and refuses new ones. */
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
  close(): Promise<void>;
}

/** Answers `{"by": name}` after `latency` ms; unsafe requests are executed before they are answered, as in life. */
export async function countingUpstream(
  name: string,
  executed = new Map<string, number>(),
  latency = 3,
): Promise<CountingUpstream> {
  const body = JSON.stringify({ by: name });
  let answered = 0;
  let server: Server | undefined;
  const sockets = new Set<Socket>();

  const answer = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
  };
  const listen = async (port: number): Promise<number> => {
    server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.resume();
      request.once('end', () => {
        if (request.method === 'GET') answered += 1;
        else {
          const id = (request.url ?? '').split('/').at(-1) ?? '';
          executed.set(id, (executed.get(id) ?? 0) + 1);
        }
        setTimeout(answer, latency, response);
      });
    });
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };
  const port = await listen(0);
  const kill = async (): Promise<void> => {
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
    server = undefined;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    executed,
    answered: () => answered,
    kill,
    async revive() {
      await listen(port);
    },
    close: kill,
  };
}
