import { createServer, type Socket } from 'node:net';
import { listen } from '../support/listen';

/** A request as its bytes say it, read by the letter of RFC 9112. */
export interface RawRequest {
  /** Method and target. */
  readonly line: string;
  readonly head: string;
  /** Without chunk framing. */
  readonly body: string;
  readonly trailers: string;
  /** Which connection it came on, from 1. */
  readonly connection: number;
}

/** An upstream that says what a test tells it to say, byte by byte. */
export interface RawUpstream {
  readonly url: URL;
  /** Whole requests. Bytes that are none make one with the line `garbage`. */
  readonly requests: RawRequest[];
  /** Bytes of a request that has not ended. */
  unfinished(): string;
  /** How many connections there were. */
  connections(): number;
  /** Open connections on which something was asked. */
  open(): number;
  /** Replaces the answer to whole requests; the usual one is `ok`. */
  answer(next: string | ((socket: Socket, request: RawRequest) => void)): void;
  /** Called with the first bytes of each connection, before the request has ended. */
  onFirstBytes(next: ((socket: Socket) => void) | undefined): void;
  close(): Promise<void>;
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Listens on a free loopback port. */
export async function rawUpstream(): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const sockets = new Map<Socket, string>();
  const asked = new Set<Socket>();
  let connections = 0;
  let onFirstBytes: ((socket: Socket) => void) | undefined;
  let answer: (socket: Socket, request: RawRequest) => void = (socket) => void socket.write(OK);

  const server = createServer({ allowHalfOpen: false }, (socket) => {
    const connection = (connections += 1);
    sockets.set(socket, '');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      asked.delete(socket);
    });
    socket.on('data', (chunk: Buffer) => {
      const before = sockets.get(socket) ?? '';
      asked.add(socket);
      if (before === '') onFirstBytes?.(socket);
      let rest = before + chunk.toString('latin1');
      for (let parsed = parse(rest, connection); parsed !== undefined; parsed = parse(rest, connection)) {
        rest = rest.slice(parsed.size);
        requests.push(parsed.request);
        answer(socket, parsed.request);
      }
      sockets.set(socket, rest);
    });
  });
  const port = await listen(server);
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    unfinished: () => [...sockets.values()].join(''),
    connections: () => connections,
    open: () => asked.size,
    answer(next) {
      answer = typeof next === 'string' ? (socket) => void socket.write(next, 'latin1') : next;
    },
    onFirstBytes: (next) => (onFirstBytes = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.keys()) socket.destroy();
      }),
  };
}

interface Parsed {
  readonly request: RawRequest;
  readonly size: number;
}

function parse(text: string, connection: number): Parsed | undefined {
  if (text === '') return undefined;
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const [line = ''] = head.split('\r\n', 1);
  const match = /^([!#$%&'*+.^_`|~\w-]+ \S+) HTTP\/1\.1$/.exec(line);
  if (match?.[1] === undefined)
    return { request: { line: 'garbage', head, body: text, trailers: '', connection }, size: text.length };
  const request = { line: match[1], head, connection };
  const start = end + 4;
  if (/^transfer-encoding: *chunked$/im.test(head)) return parseChunks(text, start, request);
  const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0);
  if (text.length < start + length) return undefined;
  return { request: { ...request, body: text.slice(start, start + length), trailers: '' }, size: start + length };
}

function parseChunks(
  text: string,
  start: number,
  request: Pick<RawRequest, 'line' | 'head' | 'connection'>,
): Parsed | undefined {
  let body = '';
  let at = start;
  for (;;) {
    const eol = text.indexOf('\r\n', at);
    if (eol < 0) return undefined;
    const size = Number.parseInt(text.slice(at, eol), 16);
    if (size === 0) {
      const end = text.startsWith('\r\n', eol + 2) ? eol + 2 : text.indexOf('\r\n\r\n', eol + 2) + 2;
      if (end < eol + 2 || !text.startsWith('\r\n', end)) return undefined;
      return { request: { ...request, body, trailers: text.slice(eol + 2, end) }, size: end + 2 };
    }
    if (text.length < eol + 2 + size + 2) return undefined;
    body += text.slice(eol + 2, eol + 2 + size);
    at = eol + 2 + size + 2;
  }
}
