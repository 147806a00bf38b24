import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerTo, bodyOf, type Side } from './answer';
import type { Executions } from './executions';

/** A side that executes what it is asked to, and can be killed, brought back on the same port, and made to fail. */
export interface SoakUpstream {
  readonly url: string;
  /** Safe requests answered with success. */
  answered(): number;
  /** When it was asked for something safe last, in epoch ms. */
  lastAsked(): number | undefined;
  /** Breaks every connection and refuses new ones. */
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
  /** From now on it answers so instead; undefined ends that. */
  failWith(failure: Failure | undefined): void;
  close(): Promise<void>;
}

/** How a request fails: with a status, before or after it was executed. Undefined: it does not fail. */
export type Failure = (request: { readonly method: string; readonly path: string }) => FailedAnswer | undefined;

export interface FailedAnswer {
  readonly status: number;
  readonly isExecuted: boolean;
}

/** As a monolith or a function takes, in ms. */
const LATENCY = 3;

/**
 * Starts a side. An unsafe request is recorded by its path before it is answered, as in life; one whose body has not come as it was sent is
 * refused.
 */
export async function soakUpstream(by: Side, executions: Executions): Promise<SoakUpstream> {
  let answered = 0;
  let lastAsked: number | undefined;
  let failure: Failure | undefined;
  let server: Server | undefined;
  const sockets = new Set<Socket>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '' } = request;
    const isSafe = method === 'GET';
    if (isSafe) lastAsked = Date.now();
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    if (!isSafe && body !== bodyOf(path)) {
      send(response, 400, '{"error":"another body"}', false);
      return;
    }
    const failed = failure?.({ method, path });
    if (!isSafe && failed?.isExecuted !== false) await executions.record(path, by);
    await delay(LATENCY);
    if (failed !== undefined) {
      send(response, failed.status, '{"message":"Internal server error"}', false);
      return;
    }
    if (isSafe) answered += 1;
    const answer = answerTo(by, method, path);
    send(response, 200, answer.body, answer.isChunked);
  };
  const listen = async (port: number): Promise<number> => {
    // A request that is broken off rejects; nobody is there to be told.
    server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
      serve(request, response).catch(() => response.destroy());
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
    answered: () => answered,
    lastAsked: () => lastAsked,
    kill,
    async revive() {
      await listen(port);
    },
    failWith: (next) => void (failure = next),
    close: kill,
  };
}

function send(response: ServerResponse, status: number, body: string, isChunked: boolean): void {
  const framing = isChunked ? undefined : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { 'Content-Type': 'application/json', ...framing });
  const half = body.length / 2;
  if (isChunked) response.write(body.slice(0, half));
  response.end(isChunked ? body.slice(half) : body);
}
