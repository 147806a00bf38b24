import fc from 'fast-check';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { createLogger } from '../../../../../shared/logger';
import { startGateway, type RunningGateway, type StartGatewayOptions } from '../../../../../shared/local/gateway';

/** A handler as tests write them; the gateway hands in plain JSON. */
export type TestHandler = (event: never, context: never) => unknown;

interface TestGatewayOptions extends Partial<StartGatewayOptions> {
  readonly fixture?: string;
  readonly lines?: string[];
}

const running: RunningGateway[] = [];

/** Fixture `api.yml` unless told otherwise; `handlers` by the basename of their file. Handlers without one echo their event. */
export async function startApi(
  handlers: Readonly<Record<string, TestHandler>> = {},
  { fixture = 'api.yml', lines = [], ...options }: TestGatewayOptions = {},
): Promise<RunningGateway> {
  const gateway = await startGateway({
    serverlessFile: path.join(__dirname, 'fixtures', fixture),
    stage: 'dev',
    port: 0,
    environment: { SESSION_SECRET: 'test' },
    logger: createLogger({ level: 'debug', write: (line) => lines.push(line) }),
    load: (file) => ({ handler: handlers[path.basename(file)] ?? handlers[path.basename(path.dirname(file))] ?? echo }),
    ...options,
  });
  running.push(gateway);
  return gateway;
}

/** Texts made of these characters only. */
export function textOf(characters: string, constraints: fc.StringConstraints = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: fc.constantFrom(...Array.from(characters)) });
}

/** A promise and what resolves it. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

/** For `afterEach`. */
export async function closeApis(): Promise<void> {
  await Promise.all(running.splice(0).map((gateway) => gateway.close()));
}

export const echo: TestHandler = (event) => Promise.resolve({ statusCode: 200, body: JSON.stringify(event) });

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  json(): unknown;
}

interface Call {
  readonly method?: string;
  /** With `name, value` pairs, to control case, order and duplicates. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

/** Sends the path after the stage exactly as it is written. */
export async function call(
  gateway: RunningGateway,
  target: string,
  { method = 'GET', headers = [], body }: Call = {},
): Promise<Reply> {
  const { hostname, port, pathname } = new URL(gateway.url);
  const flat = ['Host', 'api.example.com', ...headers.flat()];
  const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: pathname + target, headers: [...flat, ...length], agent: false };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const { statusCode = 0, headers: received, rawHeaders } = response;
        resolve({
          status: statusCode,
          headers: received,
          rawHeaders,
          bytes,
          text,
          json: () => JSON.parse(text) as unknown,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Writes bytes to a connection and returns everything that comes back until it closes. */
export async function raw(gateway: RunningGateway, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
