import request from 'supertest';
import type { ObservedResponse } from '../../shared/parity/exchange';
import { rawConnection } from '../support/raw-client';

/** A request as a parity case writes it. */
export interface CaseRequest {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, sent as they are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes for what is no text. */
  readonly body?: string | Buffer;
}

/** Sends a request with supertest and returns what came back, unparsed and uncompressed. Redirects are not followed. */
export async function send(baseUrl: string, { method, path, headers, body }: CaseRequest): Promise<ObservedResponse> {
  const verb = method.toLowerCase() as 'get';
  const exchange = request(baseUrl)
    [verb](path)
    .redirects(0)
    // superagent asks for gzip by itself and then hides that it was used.
    .set({ 'Accept-Encoding': 'identity', ...headers })
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer | string) => chunks.push(Buffer.from(chunk)));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    });
  // As it is, whatever the type says: superagent would write a Buffer as JSON.
  if (body !== undefined) exchange.serialize((sent: string) => sent).send(body);
  const response = await exchange.ok(() => true);
  const raw: unknown = 'res' in response ? response.res : undefined;
  return {
    statusCode: response.status,
    headers: pairs(rawHeadersOf(raw)),
    body: Buffer.isBuffer(response.body) ? response.body : Buffer.alloc(0),
  };
}

/**
 * Sends a request line and headers byte by byte, for what no client library would send. The connection is closed afterwards.
 *
 * @param lines request line and header lines, without Host and Connection
 */
export async function sendRaw(
  baseUrl: string,
  lines: readonly string[],
  body: string | Buffer = '',
): Promise<ObservedResponse> {
  const { hostname, port, host } = new URL(baseUrl);
  const [requestLine = '', ...headers] = lines;
  const connection = await rawConnection(Number(port), hostname);
  connection.send(
    [requestLine, `Host: ${host}`, 'Connection: close', ...headers, '', body.toString('latin1')].join('\r\n'),
  );
  return parseResponse(await connection.closed());
}

function parseResponse(text: string): ObservedResponse {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const chunked = headers.some(([name, value]) => name.toLowerCase() === 'transfer-encoding' && value === 'chunked');
  const rest = text.slice(end + 4);
  return {
    statusCode: Number(statusLine.split(' ')[1]),
    headers,
    body: Buffer.from(chunked ? joinChunks(rest) : rest, 'latin1'),
  };
}

function joinChunks(text: string): string {
  const size = Number.parseInt(text, 16);
  if (!(size > 0)) return '';
  const from = text.indexOf('\r\n') + 2;
  return text.slice(from, from + size) + joinChunks(text.slice(from + size + 2));
}

function rawHeadersOf(response: unknown): readonly string[] {
  if (typeof response !== 'object' || response === null || !('rawHeaders' in response)) return [];
  return Array.isArray(response.rawHeaders) ? response.rawHeaders.map(String) : [];
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []));
}
