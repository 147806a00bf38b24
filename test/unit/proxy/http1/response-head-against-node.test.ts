import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { HOP_BY_HOP } from '../../../../proxy/http1/hop-by-hop';
import { parseResponseHead, type ResponseHead } from '../../../../proxy/http1/response-head';
import { listen } from '../../../support/listen';

const parseText = (head: string, method: string): ResponseHead => {
  // Bytes behind the head are none of its business.
  const bytes = Buffer.from(`${head}\r\nX: y\r\n`, 'latin1');
  return parseResponseHead(bytes, head.length, method);
};

interface Seen {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: string[];
  readonly body: string;
  /** Node has found the end of the body. */
  readonly whole: boolean;
}

describe('response head, compared with Node’s own client', () => {
  /** What the next connection answers; then it ends. */
  let answer = '';
  const sockets = new Set<Socket>();
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer, 'latin1'));
    });
    port = await listen(server);
  });
  afterAll((done) => {
    for (const socket of sockets) socket.destroy();
    server.close(done);
  });

  /** What Node's client makes of the answer; undefined when it refuses. */
  const node = (text: string, method: string): Promise<Seen | undefined> => {
    answer = text;
    return new Promise((resolve) => {
      const asked = request({ port, host: '127.0.0.1', method, agent: false, maxHeaderSize: 80_000 });
      asked.on('error', () => resolve(undefined));
      asked.on('response', (response: IncomingMessage) => {
        let body = '';
        response.setEncoding('latin1').on('data', (data: string) => (body += data));
        const seen = { statusCode: response.statusCode ?? 0, reason: response.statusMessage ?? '' };
        // Faults in the body are not those of the head.
        response.on('error', () => undefined);
        response.on('close', () => resolve({ ...seen, headers: response.rawHeaders, body, whole: response.complete }));
      });
      asked.end();
    });
  };
  const ours = (head: string, method: string): ResponseHead | undefined => {
    try {
      return parseText(head, method);
    } catch {
      return undefined;
    }
  };

  /** A body that ends where the head says, as we read it, and what a reader gets of it. */
  const bodyFor = (framing: ResponseHead['framing'] | undefined): { sent: string; read: string } => {
    if (framing === 'chunked') return { sent: '3\r\nabc\r\n0\r\n\r\n', read: 'abc' };
    const text = framing === 'until-close' ? '3\r\nabc\r\n' : 'a'.repeat(typeof framing === 'number' ? framing : 0);
    return { sent: text, read: text };
  };

  /**
   * Where ours refuses and Node does not, on purpose:
   * - a transfer coding other than chunked (RFC 9112 section 6.1: nobody asked for it, and TE was not sent), also beside HTTP/1.0
   *   (section 6.1: faulty framing) or sent twice
   * - lengths that are repeated, beside chunks, or beyond 15 digits (section 6.3 item 5: a proxy MUST treat them as an error)
   * - DEL or other control characters in a reason or value (RFC 9110 section 5.5)
   * - another version than 1.0 and 1.1 (RFC 9112 section 2.3)
   */
  const isStricterOnPurpose = (head: string): boolean => {
    const count = (pattern: RegExp): number => [...head.matchAll(pattern)].length;
    const codings = [...head.matchAll(/^transfer-encoding:[\t ]*([^\r\n]*)\r?$/gim)].map(([, value]) => value?.trim());
    return (
      !/^HTTP\/1\.[01] /.test(head) ||
      codings.some((value) => value?.toLowerCase() !== 'chunked') ||
      codings.length > 1 ||
      (codings.length > 0 && (head.startsWith('HTTP/1.0') || count(/^content-length:/gim) > 0)) ||
      count(/^content-length:/gim) > 1 ||
      count(/^content-length:[\t ]*\d{16}/gim) > 0 ||
      /[^\t\r\n\x20-\x7e\x80-\xff]/.test(head)
    );
  };

  const status = fc.constantFrom(
    ...['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.0 200 OK', 'HTTP/1.1 204 No Content'],
    ...[
      'HTTP/1.1 304 x',
      'HTTP/1.1 200',
      'HTTP/1.1 200 ',
      'HTTP/1.1 999 \xe9\xff',
      'HTTP/1.1 500 a  b\tc',
      'HTTP/1.1  200 OK',
    ],
    ...[
      'HTTP/2.0 200 OK',
      'HTTP/1.2 200 OK',
      'http/1.1 200 OK',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP/1.1 abc',
      'XTTP/1.1 200 OK',
    ],
  );
  const field = fc.constantFrom(
    ...[
      'A: b',
      'a:b',
      'A:',
      'A: ',
      'A: \t b \t',
      'A: b, c',
      'X-\xe9: a',
      'X: \xe9\x80',
      'X: a\x7fb',
      'X: \x01',
      'X: \0',
      'A : b',
      ' A: b',
      'A\t: b',
    ],
    ...[
      ': b',
      'A',
      'A b: c',
      'A(: b',
      'Set-Cookie: a=b',
      'Set-Cookie: c=d',
      'Connection: close',
      'Connection: keep-alive',
      'Connection: x',
    ],
    ...[
      'Content-Length: 3',
      'content-length: 0',
      'Content-Length: 5',
      'Content-Length: 3, 3',
      'Content-Length: -1',
      'Content-Length: 0x3',
    ],
    ...[
      'Content-Length: +3',
      'Content-Length: 003',
      'Content-Length: 3 3',
      'Content-Length:',
      'Content-Length: 99999999999999999999',
    ],
    ...[
      'Transfer-Encoding: chunked',
      'transfer-encoding: Chunked',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, chunked',
    ],
    ...[
      'Transfer-Encoding: gzip',
      'Transfer-Encoding: identity',
      'Transfer-Encoding:',
      'Transfer-Encoding: xchunked',
      'Keep-Alive: timeout=5',
    ],
  );
  const lineEnd = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n ');
  const method = fc.constantFrom('GET', 'GET', 'HEAD', 'POST');

  it('accepts what Node accepts, and reads the same status, reason, headers and end of the body', async () => {
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        status,
        fc.array(fc.tuple(field, lineEnd), { maxLength: 4 }),
        method,
        async (line, fields, asked) => {
          const head = `${line}\r\n${fields.map((pair) => pair.join('')).join('')}`;
          const mine = ours(head, asked);
          const { sent, read } = bodyFor(mine?.framing);
          const theirs = await node(`${head}\r\n${sent}`, asked);
          if (mine === undefined) {
            refused += 1;
            if (theirs !== undefined)
              expect({ head, stricter: isStricterOnPurpose(head) }).toEqual({ head, stricter: true });
            return;
          }
          accepted += 1;
          expect(theirs).toMatchObject({ statusCode: mine.statusCode, reason: mine.statusMessage });
          const named = /^connection: x\r$/im.test(head) ? ['x'] : [];
          const passed = (theirs?.headers ?? []).filter((_, i, all) => {
            const name = (all[i - (i % 2)] ?? '').toLowerCase();
            return !HOP_BY_HOP.has(name) && !named.includes(name);
          });
          expect(mine.headers).toEqual(passed);
          expect({ head, body: theirs?.body, whole: theirs?.whole }).toEqual({ head, body: read, whole: true });
        },
      ),
      { numRuns: 1_500 },
    );
    expect(accepted).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  it('reads what Node’s own server says', async () => {
    const say = createServer((_request, response) =>
      response.writeHead(201, 'Made', { Trailer: 'x', 'Set-Cookie': ['a', 'b'] }).end('x'),
    );
    const asked = connect(await listen(say), '127.0.0.1');
    asked.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const sent = await buffer(asked);
    const { headers, ...head } = parseResponseHead(sent, sent.indexOf('\r\n\r\n') + 2, 'GET');
    expect(head).toMatchObject({ statusCode: 201, statusMessage: 'Made', framing: 'chunked', idleTime: 0 });
    expect(headers.slice(0, 6)).toEqual(['Trailer', 'x', 'Set-Cookie', 'a', 'Set-Cookie', 'b']);
    expect(headers.filter((_, index) => index % 2 === 0)).not.toContain('Transfer-Encoding');
    await new Promise((resolve) => say.close(resolve).closeAllConnections());
  });
});
