import { request as requestByHttp, ServerResponse, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Logger } from '../../shared/logger';
import { HOP_BY_HOP, namedByConnection } from '../http1/hop-by-hop';
import { REASON_PHRASE } from '../http1/response-head';
import type { UpstreamTls } from '../http1/upstream-tls';
import { pairs, withoutHeaders, type RawHeaders } from '../http1/raw-headers';
import { destroyAtEnd, relayDrain } from './client-connections';
import { requestHeaders } from './headers';
import { sendError } from './send-error';
import { CLIENT_GONE, toUpstreamError, UpstreamError } from './upstream-errors';
import { FrameBoundary } from './websocket-frames';

/** Forwards WebSocket upgrades to legacy; they never go to Lambda. */
export interface UpgradeForwarder {
  /** Takes over the connection of an upgrade request; `rest` is what the client has sent behind it. */
  upgrade(request: IncomingMessage, client: Socket, rest: Buffer): void;
  /** Sends every WebSocket client close code 1001 (RFC 6455 section 7.4.1) and ends the connections. */
  close(): void;
}

interface Tunnel {
  readonly client: Socket;
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
/** Of an answer, as towards everything else (`http1/connection.ts`). */
const MAX_HEAD_BYTES = 64 * 1024;

/** How long a client may take to close when nothing more comes, in ms. */
const LINGER = 2_000;

/** Of an answer that switches protocols. */
const SWITCHING = ['connection', 'upgrade'];

/** A close frame from server to client: FIN and opcode 8, two bytes of payload, status 1001. */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** @param tls for `https:` */
export function createUpgradeForwarder(
  legacyUrl: URL,
  trustedHops: number,
  logger: Logger,
  tls: UpstreamTls = {},
): UpgradeForwarder {
  const send = legacyUrl.protocol === 'https:' ? requestByHttps : requestByHttp;
  const host = legacyUrl.hostname.replace(/^\[(.*)\]$/, '$1');
  const origin = {
    host,
    port: legacyUrl.port === '' ? undefined : Number(legacyUrl.port),
    // By our URL: the client's Host says nothing about whom this connection is with.
    servername: isIP(host) === 0 ? host : '',
    ...tls,
    agent: false,
    maxHeaderSize: MAX_HEAD_BYTES,
  } as const;
  const tunnels = new Set<Tunnel>();
  let closing = false;

  const fail = (cause: unknown, request: IncomingMessage, client: Socket): void => {
    const error = client.destroyed ? CLIENT_GONE : toUpstreamError(cause);
    logger.warn({ status: error.statusCode, code: error.code, err: cause }, 'upgrade failed');
    if (!client.destroyed) sendError(lastResponse(request, client), error, undefined);
  };

  const open = (client: Socket, upstream: Socket): void => {
    const tunnel = { client, upstream, boundary: new FrameBoundary() };
    tunnels.add(tunnel);
    client.once('close', () => {
      tunnels.delete(tunnel);
      upstream.destroy();
    });
    upstream.on('error', (error) => {
      logger.debug({ err: error }, 'tunnel failed');
      client.destroy();
    });
    upstream.once('close', () => endAndDrain(client));
    upstream.setTimeout(0);
    upstream.on('data', (chunk: Buffer) => {
      tunnel.boundary.push(chunk);
      if (closing) setImmediate(sayGoodbye, tunnel);
    });
    upstream.pipe(client);
    client.pipe(upstream);
    if (closing) sayGoodbye(tunnel);
  };

  return {
    upgrade(request, client, rest) {
      if (rest.length > 0) client.unshift(rest);
      const { method, url: path } = request;
      const offer = ['Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? ''];
      const headers = [...requestHeaders(request, trustedHops), ...offer];
      let handshake: ClientRequest;
      try {
        handshake = send({ ...origin, method, path, headers });
      } catch (error) {
        fail(error, request, client);
        return;
      }
      const stopWatching = destroyAtEnd(client);
      const onGone = (): void => void handshake.destroy();
      client.once('close', onGone);
      const answered = (): void => {
        stopWatching();
        client.off('close', onGone);
      };
      handshake.setTimeout(HANDSHAKE_LIMIT, () => handshake.destroy(HANDSHAKE_TIMEOUT));
      handshake.on('error', (error) => {
        answered();
        fail(error, request, client);
      });
      handshake.on('response', (response) => {
        answered();
        // What is thrown beyond here ends the process.
        try {
          refuse(lastResponse(request, client), response);
        } catch (error) {
          logger.error({ err: error }, 'upgrade failed');
          client.destroy();
          handshake.destroy();
        }
      });
      handshake.on('upgrade', (response, upstream: Socket, firstBytes: Buffer) => {
        answered();
        client.write(formatSwitch(response), 'latin1');
        if (firstBytes.length > 0) upstream.unshift(firstBytes);
        open(client, upstream);
      });
      handshake.end();
    },
    close() {
      closing = true;
      for (const tunnel of tunnels) sayGoodbye(tunnel);
    },
  };
}

/** The head of the answer that switches protocols (RFC 9110 section 15.2.2), with its headers where legacy put them. */
function formatSwitch(answer: IncomingMessage): string {
  let head = `HTTP/1.1 101 ${answer.statusMessage ?? ''}\r\n`;
  for (const [name, value] of pairs(endToEnd(answer, SWITCHING))) {
    head += `${name}: ${name.toLowerCase() === 'connection' ? 'Upgrade' : value}\r\n`;
  }
  return `${head}\r\n`;
}

/** Headers of an answer without what concerns only the connection to legacy, but for those to be kept (lower case). */
function endToEnd({ rawHeaders, headers }: IncomingMessage, kept: readonly string[] = []): RawHeaders {
  const dropped = new Set([...HOP_BY_HOP, ...(namedByConnection(headers.connection) ?? [])]);
  for (const name of ['proxy-authenticate', ...kept]) dropped.delete(name);
  return withoutHeaders(rawHeaders, dropped);
}

/** The last answer on a connection that the server has given away; it ends with it. */
function lastResponse(request: IncomingMessage, client: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(client);
  const stopRelaying = relayDrain(client, () => response);
  response.once('finish', () => {
    stopRelaying();
    response.detachSocket(client);
    endAndDrain(client);
  });
  return response;
}

/** Legacy answers, but does not switch protocols. */
function refuse(response: ServerResponse, answer: IncomingMessage): void {
  response.sendDate = false;
  // A reason that Node would not send, and throw at, is replaced by the standard one.
  const { statusCode = 502, statusMessage = '' } = answer;
  if (REASON_PHRASE.test(statusMessage)) response.writeHead(statusCode, statusMessage, endToEnd(answer));
  else response.writeHead(statusCode, endToEnd(answer));
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

/** Ends a connection and drops what still comes: with unread bytes its end would never be seen. One that does not end is ended. */
function endAndDrain(client: Socket): void {
  client.end();
  client.resume();
  const timer = setTimeout(() => client.destroy(), LINGER).unref();
  client.once('close', () => clearTimeout(timer));
}

/** Ends a connection between two frames; in the middle of one it waits for the rest. */
function sayGoodbye({ client, upstream, boundary }: Tunnel): void {
  if (!boundary.isBetweenFrames || client.writableEnded) return;
  upstream.unpipe(client);
  client.end(GOING_AWAY);
}
