import { createHash } from 'node:crypto';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';

/** The application that both sides run, and what it was asked. */
export interface Application {
  readonly server: Server;
  /** Whole requests by the sequence that is the first part of their paths. */
  asked(id: string): string[];
  /** Calls back when one more request is whole. */
  onAsked(path: string, callback: () => void): void;
}

/**
 * Says what it was asked, as slowly, as much and framed as the query says.
 *
 * @param upgrades without: as plain Node, which takes every offer to upgrade for an ordinary request. With: echoes behind a
 * handshake with `?accept`, and answers every other one
 */
export function application(upgrades: 'none' | 'WebSocket'): Application {
  const asked = new Map<string, string[]>();
  const waiting = new Map<string, () => void>();

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const hash = createHash('sha1');
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      length += chunk.length;
    });
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const said = `${method} ${url} ${length} ${hash.digest('hex')}`;
      const { pathname, searchParams } = new URL(url, 'http://a');
      const id = pathname.split('/')[1] ?? '';
      asked.set(id, [...(asked.get(id) ?? []), said]);
      waiting.get(pathname)?.();
      waiting.delete(pathname);
      setTimeout(
        () => {
          const body = `<${said}>${'y'.repeat(Number(searchParams.get('size')))}`;
          const isChunked = searchParams.get('framing') === 'chunks';
          response.writeHead(200, {
            'Content-Type': 'text/plain',
            'X-Said': said,
            ...(!isChunked && { 'Content-Length': body.length }),
          });
          response.end(body);
        },
        Number(searchParams.get('slow')),
      );
    });
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  if (upgrades === 'WebSocket') {
    server.on('upgrade', (request: IncomingMessage, _socket, rest: Buffer) => {
      if (request.url?.endsWith('?accept') === true) accept(request.socket, rest);
      else {
        const response = new ServerResponse(request);
        response.assignSocket(request.socket);
        response.on('finish', () => request.socket.end());
        answer(request, response);
      }
    });
  }
  return {
    server,
    asked: (id) => asked.get(id) ?? [],
    onAsked: (path, callback) => void waiting.set(path, callback),
  };
}

function accept(socket: Socket, rest: Buffer): void {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  if (rest.length > 0) socket.unshift(rest);
  socket.pipe(socket);
}
