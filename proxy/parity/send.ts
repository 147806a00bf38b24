import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { BanyanError } from '../../shared/errors';
import type { ObservedResponse } from '../../shared/parity/exchange';
import { BodyCollector } from '../../shared/parity/observe-body';
import type { Moment } from '../../shared/parity/unify';

export interface OutgoingRequest {
  readonly method: string;
  /** The request target: path and query as they are, or the absolute form. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer | undefined;
}

export interface Answer {
  readonly response: ObservedResponse;
  readonly moment: Moment;
  readonly ms: number;
}

const TIME_LIMIT = 60_000;
/** Closed with the process; connections are kept between requests. */
const agents = { plain: new Agent({ keepAlive: true }), secure: new SecureAgent({ keepAlive: true }) };

/** Sends path, headers and body untouched and returns the answer as received (uncompressed unless asked). Throws BanyanError `side_unreachable`, or `no_answer` from a side that is there. */
export function send(baseUrl: string, { method, path, headers, body }: OutgoingRequest): Promise<Answer> {
  const url = new URL(baseUrl);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [...headers];
  if (!names.has('host')) lines.unshift(['Host', url.host]);
  if (!names.has('accept-encoding')) lines.push(['Accept-Encoding', 'identity']);
  const isFramed = names.has('content-length') || names.has('transfer-encoding');
  // Given as lines, Node.js would send a missing body in chunks.
  const length = body === undefined ? (/^(POST|PUT|PATCH)$/.test(method) ? 0 : undefined) : Buffer.byteLength(body);
  if (length !== undefined && !isFramed) lines.push(['Content-Length', String(length)]);
  const secure = url.protocol === 'https:';
  const from = Date.now();
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(unreachable(url, error));
    const outgoing = (secure ? httpsRequest : httpRequest)(
      {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (secure ? 443 : 80),
        method,
        path: joinPath(url, path),
        headers: lines.flat(),
        agent: secure ? agents.secure : agents.plain,
        timeout: TIME_LIMIT,
        setHost: false,
      },
      (incoming) => {
        const collector = new BodyCollector();
        incoming.on('data', (chunk: Buffer) => collector.add(chunk));
        incoming.on('error', fail);
        incoming.on('end', () => {
          const { statusCode = 0, rawHeaders } = incoming;
          resolve({
            response: { statusCode, headers: pairs(rawHeaders), body: collector.end() },
            moment: { from, to: Date.now() },
            ms: performance.now() - begun,
          });
        });
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(Object.assign(new Error(`no answer within ${TIME_LIMIT / 1000} s`), { code: 'ETIMEDOUT' })),
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** A gateway's URL has the stage in front. */
function joinPath(url: URL, path: string): string {
  return path.startsWith('/') ? `${url.pathname.replace(/\/$/, '')}${path}` : path;
}

/** A connection that ends without an answer, or with something else. A failure to connect has a system call. */
const NO_ANSWER = /^(?:ECONNRESET|EPIPE|ETIMEDOUT|HPE_.*)$/;

function unreachable(url: URL, error: Error): BanyanError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  if (NO_ANSWER.test(code) && !('syscall' in error && error.syscall === 'connect'))
    return new BanyanError(`${url.origin} gave no answer (${code})`, { code: 'no_answer', cause: error });
  return new BanyanError(
    `${url.origin} does not answer (${code}); is it running? Start both sides with "banyan dev", set LEGACY_PORT and GATEWAY_PORT as for it where it has other ports, or name others with --control and --candidate`,
    { code: 'side_unreachable', cause: error },
  );
}

/** Whether a side was there, and did not answer a request. */
export const isNoAnswer = (error: unknown): error is BanyanError =>
  error instanceof BanyanError && error.code === 'no_answer';

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []));
}
