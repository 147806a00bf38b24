import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readBody } from '../http-server';
import { headerBytes, headerList, type HeaderList } from './header-list';
import type { Answer } from './integration-response';
import type { Limits } from './limits';
import type { WireRequest } from './request';

interface ServerOptions {
  readonly handle: (wire: WireRequest) => Promise<Answer>;
  readonly limits: Limits;
}

/** Beyond this Node gives up reading the header section, and `clientError` answers. */
const PARSER_HEADER_BYTES = 65_536;
/** Longer than a proxy keeps idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

/** The HTTP front: refuses what is too large as API Gateway's own does. A client that goes away does not stop its function. */
export function createGatewayServer({ handle, limits }: ServerOptions): Server {
  const options = { maxHeaderSize: PARSER_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createServer(options, (request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = headerList(request.rawHeaders);
    const body = await readBody(request, limits.requestBodyBytes);
    if (headerBytes(headers) > limits.headerBytes) {
      write(request, response, plain(431, `HTTP header is larger than ${limits.headerBytes} bytes.`));
    } else if (body === 'too large') {
      write(request, response, plain(413, `HTTP content length exceeded ${limits.requestBodyBytes} bytes.`));
    } else if (body !== 'aborted') {
      write(request, response, await handle(wireRequest(request, headers, body)));
    }
  }

  server.on('clientError', refuse);
  return server;
}

function wireRequest(request: IncomingMessage, headers: HeaderList, body: Buffer): WireRequest {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers,
    body,
    sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
    httpVersion: request.httpVersion,
  };
}

/** What the front answers before a request belongs to an API: no request id, no JSON, no gateway response. */
function plain(statusCode: number, text: string): Answer {
  return { statusCode, headers: [['Content-Type', 'text; charset=utf-8']], body: Buffer.from(text) };
}

function write(request: IncomingMessage, response: ServerResponse, { statusCode, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.statusCode = statusCode;
  for (const [name, value] of headers) response.appendHeader(name, value);
  const bodiless = statusCode === 204 || statusCode === 304;
  if (!bodiless) response.setHeader('Content-Length', body.length);
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}

/** Answers what Node could not parse. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
