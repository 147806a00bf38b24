import { once } from 'node:events';
import { request, type IncomingMessage, type Server } from 'node:http';

import type { Express } from 'express';

/** What a client received, with header names in lower case. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A real Express application on a free port, to compare with. */
export interface Oracle {
  get(path: string, headers?: readonly (readonly [string, string])[]): Promise<Answer>;
  close(): Promise<void>;
}

export async function startOracle(app: Express): Promise<Oracle> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    get: (path, headers = []) => get(portOf(server), path, headers),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A GET by node:http, because fetch adds headers of its own (`Cache-Control: no-cache` beside conditional ones). */
export async function get(
  port: number,
  path: string,
  headers: readonly (readonly [string, string])[],
): Promise<Answer> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    headers: ['Host', 'test', ...headers.flat()],
    agent: false,
  });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk);
  return { statusCode: incoming.statusCode ?? 0, headers: incoming.headers, body };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP address');
  return address.port;
}
