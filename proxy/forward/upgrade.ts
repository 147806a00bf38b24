import { ServerResponse, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyMiddleware, proxyEventsPlugin } from 'http-proxy-middleware';
import type { Logger } from '../../shared/logger';
import { FORWARDING_HEADERS } from '../http1/hop-by-hop';
import { pairs, withoutHeaders } from '../http1/raw-headers';
import { edgeHeaders } from './headers';
import { CLIENT_GONE, toUpstreamError, UpstreamError } from './upstream-errors';
import { FrameBoundary } from './websocket-frames';

/** Forwards WebSocket upgrades to legacy; they never go to Lambda. */
export interface UpgradeForwarder {
  /** Takes over the connection of an upgrade request. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every WebSocket client that this server goes away (1001, RFC 6455 section 7.4.1) and ends the connections. */
  close(): void;
}

interface Connection {
  readonly client: Duplex;
  readonly upstream: Socket;
  /** Of the stream from upstream to the client. */
  readonly boundary: FrameBoundary;
}

/** How long legacy may take to answer a handshake, in ms. */
const HANDSHAKE_LIMIT = 60_000;
const HANDSHAKE_TIMEOUT = new UpstreamError('The service took too long to answer. Please try again.', {
  code: 'upstream_timeout',
  statusCode: 504,
});

/** How long a client whose handshake was refused may take to close, in ms. */
const LINGER = 2_000;

const NOT_WITH_A_REFUSAL = new Set(['transfer-encoding', 'keep-alive']);

/** A close frame from server to client: FIN and opcode 8, two bytes of payload, status 1001. */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** http-proxy-middleware 3 carries the bytes (it is used for nothing else); headers, errors and an orderly end are ours. */
export function createUpgradeForwarder(legacyUrl: URL, trustedHops: number, logger: Logger): UpgradeForwarder {
  const connections = new Set<Connection>();
  let closing = false;

  const middleware = createProxyMiddleware({
    target: legacyUrl.origin,
    // The default plugins log by console and answer errors in their own words.
    ejectPlugins: true,
    plugins: [proxyEventsPlugin],
    on: {
      proxyReqWs: (proxyRequest, _request, client) => {
        const stopWatching = onGone(client, () => proxyRequest.destroy());
        proxyRequest.setTimeout(HANDSHAKE_LIMIT, () => proxyRequest.destroy(HANDSHAKE_TIMEOUT));
        proxyRequest.on('response', (response) => {
          stopWatching();
          // A refused upgrade: the body follows unchunked and ends with the connection.
          const headers = asSpelt(withoutHeaders(response.rawHeaders, NOT_WITH_A_REFUSAL));
          const connection = Object.keys(headers).find((name) => name.toLowerCase() === 'connection');
          headers[connection ?? 'Connection'] = ['close'];
          response.headers = headers;
          drain(client);
        });
        proxyRequest.on('upgrade', (response, upstream: Socket) => {
          stopWatching();
          response.headers = asSpelt(response.rawHeaders);
          upstream.setTimeout(0);
          const connection = { client, upstream, boundary: new FrameBoundary() };
          connections.add(connection);
          client.once('close', () => connections.delete(connection));
          const follow = (chunk: Buffer): void => {
            connection.boundary.push(chunk);
            if (closing) setImmediate(sayGoodbye, connection);
          };
          // After the pipe to the client is laid, before the first byte flows: an earlier listener would take bytes from it.
          process.nextTick(() => upstream.on('data', follow));
        });
      },
      error: (cause, _request, client) => {
        if (client instanceof ServerResponse) return;
        const { statusCode, code, message } = client.destroyed ? CLIENT_GONE : toUpstreamError(cause);
        logger.warn({ status: statusCode, code, err: cause }, 'upgrade failed');
        if (client.destroyed) return;
        const body = JSON.stringify({ error: message, code });
        drain(client);
        client.end(
          `HTTP/1.1 ${statusCode} Upstream Failure\r\nContent-Type: application/json; charset=utf-8\r\n` +
            `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        );
      },
    },
  });

  return {
    upgrade(request, socket, head) {
      // Until legacy answers nobody else listens, and an unheard error would end the process.
      socket.on('error', (error) => logger.debug({ err: error }, 'upgraded connection failed'));
      if (trustedHops === 0) replaceForwardingHeaders(request);
      if (socket instanceof Socket) middleware.upgrade(request, socket, head);
      else socket.destroy();
    },
    close() {
      closing = true;
      for (const connection of connections) sayGoodbye(connection);
    },
  };
}

/** Headers under the names that legacy gave them: http-proxy writes the keys of `headers`, which Node has made lower-case. */
function asSpelt(rawHeaders: readonly string[]): NodeJS.Dict<string[]> {
  // Without a prototype: a header may be called `constructor`.
  const spelt = Object.create(null) as NodeJS.Dict<string[]>;
  for (const [name, value] of pairs(rawHeaders)) (spelt[name] ??= []).push(value);
  return spelt;
}

/**
 * Calls back when a client goes while its handshake is under way. Nobody reads from it then, so its end would not be seen, and
 * the connection to legacy would wait for ever. Returns what stops this.
 */
function onGone(client: Duplex, callback: () => void): () => void {
  const look = (): void => {
    // Readable without bytes is the end; bytes before the answer stay for whom they are for.
    if (client.readableLength === 0) client.destroy();
  };
  client.on('readable', look);
  client.once('close', callback);
  return () => {
    client.off('readable', look);
    client.off('close', callback);
  };
}

/**
 * Reads and drops what a client goes on sending after its handshake was refused: with unread bytes its end would never be
 * seen, and the connection would stay for ever. One that does not end by itself is ended.
 */
function drain(client: Duplex): void {
  client.resume();
  client.once('finish', () => {
    const timer = setTimeout(() => client.destroy(), LINGER).unref();
    client.once('close', () => clearTimeout(timer));
  });
}

/** Ends a connection between two frames; in the middle of one it waits for the rest. */
function sayGoodbye({ client, upstream, boundary }: Connection): void {
  if (!boundary.isBetweenFrames || client.writableEnded) return;
  upstream.unpipe(client);
  client.end(GOING_AWAY);
}

function replaceForwardingHeaders(request: IncomingMessage): void {
  request.headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !FORWARDING_HEADERS.has(name)),
  );
  const headers = edgeHeaders(request);
  for (let i = 0; i + 1 < headers.length; i += 2) request.headers[(headers[i] ?? '').toLowerCase()] = headers[i + 1];
}
