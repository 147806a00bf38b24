import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { UpstreamError } from './upstream-errors';

/** Seconds after which a client that was refused for lack of room may ask again. */
const RETRY_AFTER = '5';

/** Connections on which the last answer has been given. */
const closing = new WeakSet<Socket>();

/** True after an error of ours on a connection: what is still read from it is not a request (RFC 9112 section 9.6). */
export function isClosing(socket: Socket): boolean {
  return closing.has(socket);
}

/** Answers in the proxy's own words, or, when the answer has begun, breaks it off so that half of it is not taken for the whole. */
export function sendError(
  response: ServerResponse,
  { statusCode, code, message }: UpstreamError,
  requestId: string | undefined,
): void {
  if (response.destroyed || response.headersSent) {
    breakOff(response);
    return;
  }
  closing.add(response.req.socket);
  const body = JSON.stringify({ error: message, code, requestId });
  response.writeHead(statusCode, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    // What is left of the request's body is not wanted.
    Connection: 'close',
    ...(statusCode === 503 && { 'Retry-After': RETRY_AFTER }),
  });
  response.end(body);
}

/** An answer to HTTP/1.0 has no chunks: without a length its end is the end of the connection, and only a reset distinguishes half from whole. */
function breakOff(response: ServerResponse): void {
  if (response.req.httpVersion === '1.0') response.socket?.resetAndDestroy();
  response.destroy();
}
