import http from 'node:http';
import https from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { RequestLimits } from '../limits';

/** An answer of the gateway, whole. */
export interface ProbeAnswer {
  readonly status: number;
  /** By lower-case name; several values joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface ProbeRequest {
  readonly method?: string;
  /** Names and values in pairs, sent as they are. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  /** What the function is to do: lambda/deployment/verify-functions.js. */
  readonly order?: object;
  /** The body without Content-Length. */
  readonly chunked?: boolean;
}

/** The API of lambda/deployment/verify.yml, deployed or on this machine. */
export interface ProbeApi {
  /** With the stage. */
  readonly url: URL;
  readonly limits: RequestLimits;
  /** False for AWS. */
  readonly isLocal: boolean;
  /** Sends a target (path and query after the stage, as it is written; with `absolute`, instead of the stage). */
  readonly send: (target: string, request?: ProbeRequest & { readonly absolute?: boolean }) => Promise<ProbeAnswer>;
}

/** What a row says, and the gateway does not do. */
export class Refuted extends Error {}

/** @throws Refuted when `found` is not `expected` */
export function same(found: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Refuted(
      `${what}: expected ${JSON.stringify(expected)}, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`,
    );
}

/** Of an event that the function has answered with. @throws Refuted for any other answer */
export function eventOf({ status, text }: ProbeAnswer): Readonly<Record<string, unknown>> {
  same(status, 200, 'status of an echo');
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** How long one answer may take: the integration's 29 s, and what surrounds them. */
const PATIENCE_MS = 40_000;

/** Reaches a gateway by HTTP/1.1, byte for byte as a probe has it. */
export function connectProbe({ url, ...about }: Pick<ProbeApi, 'url' | 'limits' | 'isLocal'>): ProbeApi {
  const { request: open } = url.protocol === 'https:' ? https : http;
  return {
    ...about,
    url,
    send: (target, { method = 'GET', headers = [], body, order, chunked = false, absolute = false } = {}) =>
      new Promise((resolve, reject) => {
        const own = order === undefined ? [] : ['x-probe', Buffer.from(JSON.stringify(order)).toString('base64url')];
        const length = body === undefined || chunked ? [] : ['Content-Length', String(Buffer.byteLength(body))];
        const request = open({
          host: url.hostname,
          port: url.port,
          method,
          path: absolute ? target : url.pathname.replace(/\/$/, '') + target,
          headers: [
            'Host',
            url.host,
            ...headers,
            ...own,
            ...length,
            ...(chunked ? ['Transfer-Encoding', 'chunked'] : []),
          ],
          agent: false,
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        request.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const whole = Buffer.concat(chunks);
            const named = Object.entries(response.headers).map(([name, value = '']) => [name, String(value)] as const);
            resolve({
              status: response.statusCode ?? 0,
              headers: new Map(named),
              rawHeaders: response.rawHeaders,
              body: whole,
              text: whole.toString(),
            });
          });
        });
        request.on('error', reject);
        request.end(body);
      }),
  };
}
