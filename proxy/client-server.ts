import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../shared/logger';
import { shownMethod } from '../shared/plain-name';
import type { ClientLimits } from './client-limits';
import { ClientConnections } from './forward/client-connections';
import { hasBody } from './forward/forwarder';
import { ignoreUpgrade } from './forward/ignore-upgrade';
import { hasUnmetExpectation, requestFault } from './forward/request-fault';
import { isClosing, sendError } from './forward/send-error';
import type { UpgradeForwarder } from './forward/upgrade';
import type { RequestHandler } from './handle-request';
import { answerHealth } from './health';
import type { ProxyLimits } from './limits';

export interface ClientServerOptions {
  readonly limits: ProxyLimits;
  readonly clients: ClientLimits;
  readonly handle: RequestHandler;
  readonly upgrades: UpgradeForwarder;
  readonly isReady: () => boolean;
  readonly logger: Logger;
}

/** Longer than a load balancer keeps an idle connection (60 s by default on AWS), else it sends into a closed one. */
const KEEP_ALIVE = 65_000;

/** The server that clients connect to; does not listen yet. Answers health checks, refuses what is ambiguous, and hands on the rest. */
export function createClientServer({ limits, clients, handle, upgrades, isReady, logger }: ClientServerOptions): {
  readonly server: Server;
  readonly connections: ClientConnections;
} {
  /** A fault of ours on one connection must not end the others. */
  const closeFaulty = (socket: Socket, error: unknown): void => {
    logger.error({ err: error }, 'connection failed');
    socket.destroy();
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // What came before it may have been the last that is answered.
    if (isClosing(request.socket)) return;
    try {
      if (answerHealth(request.url ?? '/', response, isReady() ? 'ready' : 'draining')) return;
      const fault = requestFault(request);
      if (fault !== undefined) {
        const { statusCode, code } = fault;
        logger.warn({ method: shownMethod(request.method), status: statusCode, code }, 'request refused');
        sendError(response, fault, undefined);
      } else if (hasUnmetExpectation(request)) response.writeHead(417).end();
      else handle(request, response);
    } catch (error) {
      closeFaulty(request.socket, error);
    }
  };
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE,
      requireHostHeader: false,
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      connectionsCheckingInterval: 1_000,
    },
    // In the order in which they came: what waits for the answers before it counts those that are held, too.
    (request, response) => {
      if (connections.begin(request.socket, response)) clients.take(request, response);
      else clients.ignore(request.socket);
    },
  );
  // Unheard, Node answers it itself: an answer that an upgrade behind it would not wait for, which ends the process.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  );
  clients.watch(server, onRequest);
  // Node drops headers after the 2,000th in silence, and a length or a cookie with them; their size is limited anyway.
  server.maxHeadersCount = 0;
  const connections = new ClientConnections(server);
  server.on('upgrade', (request: IncomingMessage, _socket: Duplex, rest: Buffer) => {
    const { socket } = request;
    connections.whenAnswered(socket, () => {
      try {
        if (isWebSocketHandshake(request)) {
          connections.handOver(socket);
          upgrades.upgrade(request, socket, rest);
        } else ignoreUpgrade(server, request, socket, rest);
      } catch (error) {
        closeFaulty(socket, error);
      }
    });
  });
  return { server, connections };
}

/** RFC 6455 section 4.1: GET, HTTP/1.1, no body. Anything else that offers an upgrade is an ordinary request. */
function isWebSocketHandshake(request: IncomingMessage): boolean {
  const { method, headers, httpVersion } = request;
  if (method !== 'GET' || httpVersion !== '1.1' || headers.upgrade?.toLowerCase() !== 'websocket') return false;
  return !hasBody(request) && requestFault(request) === undefined;
}
