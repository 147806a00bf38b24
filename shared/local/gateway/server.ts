import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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
/** How much of a refused body is read, so that the client gets to see the answer, before the connection is cut. */
const DRAIN_BYTES = 67_108_864;

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

/** The whole body, or why there is none. A body that is too large is read on and thrown away, up to a point. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'aborted'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > DRAIN_BYTES) request.socket.destroy();
    }
  } catch {
    return 'aborted';
  }
  return size > limit ? 'too large' : Buffer.concat(chunks);
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
