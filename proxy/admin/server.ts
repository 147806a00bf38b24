import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { BanyanError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import { oneLine } from '../../shared/printable';
import { shownMethod, shownPath } from '../../shared/plain-name';
import { hostFault, isLoopback, originFault, siteFault } from '../../shared/this-machine-only';
import { describeFleet, watchFleet, type Fleet } from '../fleet/fleet';
import type { Metrics } from '../metrics/prometheus';
import type { Outcome, Overrides } from '../overrides/overrides';
import { parseRequestTarget } from '../request-target';
import { acknowledge } from './acknowledge';
import { describeOne, describeState, type StateParts } from './state';
import { tokenOf, type AdminToken } from './tokens';
import { WrongTokens } from './wrong-tokens';

export interface AdminOptions extends Omit<StateParts, 'overrides'> {
  readonly host: string;
  readonly port: number;
  readonly tokens: readonly AdminToken[];
  readonly overrides: Overrides;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly db: (() => Promise<Db>) | undefined;
  /** ms until a request must have arrived; default 10 s. */
  readonly patience?: number;
}

export interface AdminServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Refused with a reason that the operator may read. */
class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

const MAX_BODY_BYTES = 10_000;
/** ms until a request has been sent; slower clients are cut off. */
const PATIENCE = 10_000;
/** Operators and a Prometheus: more than this is abuse. */
const MAX_CONNECTIONS = 200;
/** Nothing from elsewhere, no inline code: what a mismatch or a route id holds cannot become script. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const why = z
  .string()
  .trim()
  .min(1, 'expected a reason')
  .max(500, 'expected 500 characters at most')
  .transform((text) => oneLine(text, 500));
const changeSchemas = {
  '/api/rollback': z.strictObject({ route: z.string(), why }),
  '/api/resume': z.strictObject({ route: z.string(), why }),
  '/api/kill-switch': z.strictObject({ on: z.boolean(), why }),
};

interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

interface Served {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly wrongTokens: WrongTokens;
  /** Every proxy; null without MongoDB. */
  readonly fleet: () => Promise<Fleet | null>;
}

/** Starts the admin port. Reading needs a token except on loopback, changing always. Throws the listen error (EADDRINUSE and the like). */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const { host, port, logger } = options;
  const assets = loadAssets();
  const { patience = PATIENCE } = options;
  const limits = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: Math.ceil(patience / 5),
  };
  const wrongTokens = new WrongTokens({ logger, onWrong: () => options.metrics.wrongToken() });
  const fleet = options.db === undefined ? () => Promise.resolve(null) : watchFleet(options.db);
  const server = createServer(limits, (request, response) => {
    answer(request, response, options, { assets, wrongTokens, fleet }).catch((error: unknown) => {
      refuse(request, response, error, logger);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminOptions,
  { assets, wrongTokens, fleet }: Served,
): Promise<void> {
  const { pathname } = parseRequestTarget(request.url ?? '/');
  const isLocal = isLoopback(options.host);
  if (isLocal) refuseFor(hostFault(request));
  refuseFor(originFault(request));

  // The page itself contains no data, and may be reached by a link; everything it shows comes from the API.
  const asset = assets.get(pathname);
  if (asset !== undefined) {
    allowMethods(request, ['GET', 'HEAD']);
    send(response, 200, asset.type, asset.body);
    return;
  }
  refuseFor(siteFault(request));
  const { authorization } = request.headers;
  const address = request.socket.remoteAddress ?? '';
  if (authorization !== undefined && wrongTokens.isBlocked(address))
    throw new Refusal(429, 'Too many wrong tokens came from here; wait a few seconds');
  const token = tokenOf(authorization, options.tokens);
  if (token === undefined && (authorization !== undefined || !isLocal)) {
    if (authorization !== undefined) await wrongTokens.add(address);
    throw new Refusal(401, 'A token is required: Authorization: Bearer <token>, with one of ADMIN_TOKENS');
  }
  if (Object.hasOwn(changeSchemas, pathname)) {
    allowMethods(request, ['POST']);
    const outcome = await change(pathname as keyof typeof changeSchemas, request, token, options);
    const acknowledged = await acknowledge(outcome, options.db);
    sendJson(response, 200, { ...describeState(partsOf(options)), ...acknowledged });
    return;
  }
  allowMethods(request, ['GET', 'HEAD']);
  if (pathname === '/metrics') {
    send(response, 200, options.metrics.contentType, Buffer.from(await options.metrics.render()));
  } else if (pathname === '/api/state') {
    const may = token === undefined ? null : { name: token.name, mayChange: token.mayChange };
    const seen = await fleet();
    const said = seen === null ? null : { ...seen, sentences: describeFleet(seen) };
    sendJson(response, 200, { ...describeState(partsOf(options)), fleet: said, token: may });
  } else {
    const id = /^\/api\/routes\/([a-z0-9-]{1,64})$/.exec(pathname)?.[1];
    const route = id === undefined ? undefined : await describeOne(id, partsOf(options));
    if (route === undefined) throw new Refusal(404, 'No such page');
    sendJson(response, 200, route);
  }
}

function partsOf(options: AdminOptions): StateParts {
  return { ...options, overrides: () => options.overrides.current() };
}

async function change(
  pathname: keyof typeof changeSchemas,
  request: IncomingMessage,
  token: AdminToken | undefined,
  { overrides, table, tokens, logger }: AdminOptions,
): Promise<Outcome> {
  if (token === undefined) {
    const remedy =
      tokens.length === 0 ? 'set ADMIN_TOKENS=<name>=<token> and restart the proxy' : 'send one of ADMIN_TOKENS';
    throw new Refusal(401, `Changes require a token; ${remedy}`);
  }
  if (!token.mayChange) throw new Refusal(403, `The token of ${token.name} is read-only`);
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Expected Content-Type: application/json');
  }
  const parsed = changeSchemas[pathname].safeParse(await readJson(request));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    throw new Refusal(400, faults.join('; '));
  }
  const { data } = parsed;
  const by = { by: token.name, why: data.why };
  const reported = (outcome: Outcome): Outcome => {
    logger.warn({ change: pathname.slice('/api/'.length), ...data, by: token.name }, 'changed through the admin API');
    return outcome;
  };
  if ('on' in data) return reported(await overrides.setKillSwitch(data.on ? 'on' : 'off', by));
  const route = table().routes.find(({ id }) => id === data.route);
  if (route === undefined) throw new Refusal(404, 'No such route in the route table');
  if (pathname === '/api/resume') return reported(await overrides.resume(data.route, by));
  if (route.stage === 'retired') throw new Refusal(409, 'A retired route cannot go back to legacy');
  return reported(await overrides.lower(data.route, by));
}

function refuseFor(fault: string | undefined): void {
  if (fault !== undefined) throw new Refusal(403, fault);
}

function allowMethods({ method = 'GET' }: IncomingMessage, allowed: readonly string[]): void {
  if (!allowed.includes(method)) throw new Refusal(405, `Expected ${allowed.join(' or ')}`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, `Expected ${MAX_BODY_BYTES} bytes at most`);
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refusal(400, 'Expected JSON');
  }
}

function refuse({ method, url }: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const isOurs = error instanceof Refusal || error instanceof BanyanError;
  if (!isOurs) {
    const path = shownPath(parseRequestTarget(url ?? '/').pathname);
    logger.error({ err: error, method: shownMethod(method), path }, 'admin request failed');
  }
  const [status, message] = isOurs ? [error.statusCode, error.message] : [500, "Internal error; see the proxy's log"];
  response.setHeader('Connection', 'close');
  sendJson(response, status, { error: message });
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { ...SECURITY_HEADERS, 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}

/** Read once: the page is small and must work even when the disk does not. */
function loadAssets(): ReadonlyMap<string, Asset> {
  const own = (name: string) => readFileSync(path.join(__dirname, 'page', name));
  const js = 'text/javascript; charset=utf-8';
  const css = 'text/css; charset=utf-8';
  const modules = ['dashboard', 'api', 'chart', 'confirm', 'dom', 'route-detail', 'route-row'];
  return new Map<string, Asset>([
    ['/', { type: 'text/html; charset=utf-8', body: own('index.html') }],
    ['/icon.svg', { type: 'image/svg+xml', body: own('icon.svg') }],
    ['/dashboard.css', { type: css, body: own('dashboard.css') }],
    ...modules.map((name): [string, Asset] => [`/${name}.js`, { type: js, body: own(`${name}.js`) }]),
  ]);
}
