import { createHash } from 'node:crypto';
import { ConfigError } from '../../shared/errors';
import { parseYaml, pathText } from '../../shared/parsed-yaml';
import { ownProperty } from '../../shared/session/own-property';
import { climbOf, type CanaryEntry } from './canary-settings';
import { compileExpressPath, createMatcher, type Matcher } from './match';
import { guardSettings } from './guard-settings';
import { openSource, type SourceOptions } from './open-source';
import { parseSegments, type Route } from './route';
import { routesFileSchema, shadowSchema, type RouteEntry, type RoutesFile } from './schema';
import { findShadowed, type ShadowedRoute } from './shadowed';
import { refuseLarge } from './source';

/** A loaded route table. Immutable: a reload makes a new one. */
export interface RouteTable {
  readonly routes: readonly Route[];
  readonly match: Matcher;
  /** Users whose side is set by hand, by their id. */
  readonly assigned: ReadonlyMap<string, 'legacy' | 'lambda'>;
  /** Listed in vain; worth a warning. */
  readonly shadowed: readonly ShadowedRoute[];
  /** Of the file's text: proxies of the same file have the same. */
  readonly digest: string;
}

export interface RouteTableOptions extends SourceOptions {
  /** A path, or `s3://bucket/key`; its name in messages. */
  readonly file: string;
  /** False while `LAMBDA_URL` is not set: a route on Lambda is then a fault. */
  readonly lambdaAvailable: boolean;
  /** False while the proxy cannot read sessions: a route on canary is then a fault. Default true. */
  readonly cohortsAvailable?: boolean;
}

/** Hex digits: enough to distinguish versions of one file. */
const DIGEST_LENGTH = 12;

const EMPTY_TABLE = 'write "routes: []" to send everything to legacy';

/** Reads and validates the route table. Throws ConfigError with every fault as `file:line:column path: what was found, what is allowed`. */
export async function loadRouteTable(options: RouteTableOptions): Promise<RouteTable> {
  const { file } = options;
  const source = openSource(file, options);
  try {
    return parseRouteTable(await source.read(), options);
  } finally {
    source.close();
  }
}

/** Validates the text of a route table. Throws ConfigError as {@link loadRouteTable}. */
export function parseRouteTable(text: string, options: RouteTableOptions): RouteTable {
  const { file } = options;
  refuseLarge(Buffer.byteLength(text), file);
  const { content, placeOf, lineOf } = parseYaml(text, { file, subject: 'Route table' });
  if (content === null) throw new ConfigError('Route table', [`${file}:1:1 the file is empty; ${EMPTY_TABLE}`]);
  if (ownProperty(content, 'routes') === null)
    throw new ConfigError('Route table', [`${placeOf(['routes'])} routes: found nothing; ${EMPTY_TABLE}`]);
  const parsed = routesFileSchema.safeParse(content, { reportInput: true });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, input, message }) => `${placeOf(path)} ${pathText(path)}: ${describeFound(input)}${message}`,
    );
    throw new ConfigError('Route table', fewer(faults));
  }

  const routes = parsed.data.routes.map((entry, index) =>
    toRoute(entry, {
      line: lineOf(['routes', index]),
      maxBodyBytes: entry.maxBodyBytes ?? parsed.data.maxBodyBytes ?? Number.MAX_SAFE_INTEGER,
      accounts: new Map(Object.entries({ ...parsed.data.middleware, ...entry.middleware })),
      common: parsed.data.canary,
    }),
  );
  const faults = [...findFaults(routes, options)].map(({ line, message }) => `${file}:${line} ${message}`);
  if (faults.length > 0) throw new ConfigError('Route table', fewer(faults));
  const match = createMatcher(routes);
  return Object.freeze({
    routes,
    match,
    assigned: assignments(parsed.data.cohorts),
    shadowed: findShadowed(routes, match),
    digest: createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH),
  });
}

/** A file of thousands of faults is another kind of file: no one reads them all, and each goes to the log. */
function fewer(faults: readonly string[]): readonly string[] {
  const most = 100;
  return faults.length <= most ? faults : [...faults.slice(0, most), `and ${faults.length - most} more`];
}

/** What API Gateway answers when a function crashed, was not there or took too long. The function's own 500 is an answer. */
const DEFAULT_FALLBACK_STATUSES = [502, 503, 504];

function toRoute(
  entry: RouteEntry,
  { common, ...rest }: Pick<Route, 'accounts' | 'line' | 'maxBodyBytes'> & { readonly common: CanaryEntry | undefined },
): Route {
  const { id, match, stage, auth = 'required', unless = [], percent, shadow, fallback, guard, timeout } = entry;
  const climb = entry.canary && climbOf({ ...common, ...entry.canary }, percent);
  const [method = '', path = ''] = match.split(' ', 2);
  const isSafe = entry.safe ?? method === 'GET';
  const fallbackStatuses = fallback === false ? undefined : new Set(fallback?.statuses ?? DEFAULT_FALLBACK_STATUSES);
  return {
    id,
    method,
    path,
    stage,
    percent: climb?.steps.at(-1) ?? percent ?? 0,
    climb,
    auth,
    isSafe,
    shadow: isSafe && (stage === 'shadow' || shadow !== undefined) ? (shadow ?? shadowSchema.parse({})) : undefined,
    fallbackStatuses: stage === 'retired' ? undefined : fallbackStatuses,
    guard: guard === false || stage === 'retired' ? undefined : (guard ?? guardSettings()),
    recordSample: entry.record?.sample ?? 0,
    timeout: timeout === undefined ? undefined : timeout * 1000,
    unless: Array.isArray(unless) ? unless : [unless],
    isLifted: entry.lifted ?? false,
    ownAccounts: Object.keys(entry.middleware ?? {}),
    segments: parseSegments(path),
    ...rest,
  };
}

function assignments({ lambda = [], legacy = [] }: RoutesFile['cohorts'] = {}): RouteTable['assigned'] {
  // On both lists: legacy, the side that is known.
  return new Map([...lambda.map((id) => [id, 'lambda'] as const), ...legacy.map((id) => [id, 'legacy'] as const)]);
}

/** Faults that concern several routes or the surroundings, which a schema cannot see. */
function* findFaults(
  routes: readonly Route[],
  { lambdaAvailable, cohortsAvailable = true }: RouteTableOptions,
): Generator<{ line: number; message: string }> {
  const byId = new Map<string, Route>();
  const byShape = new Map<string, Route>();
  for (const route of routes) {
    const sameId = byId.get(route.id);
    if (sameId !== undefined) {
      yield {
        line: route.line,
        message: `id "${route.id}" is already used in line ${sameId.line}; ids must be unique`,
      };
    }
    byId.set(route.id, route);
    for (const message of faultsOfStage(route)) yield { line: route.line, message: `route "${route.id}": ${message}` };

    const shape = shapeOf(route);
    const earlier = byShape.get(shape);
    if (earlier !== undefined) {
      const message = `route "${route.id}" is never reached: "${earlier.id}" in line ${earlier.line} matches the same requests first; remove one`;
      yield { line: route.line, message };
    } else byShape.set(shape, route);

    if (route.segments === undefined && !isExpressPath(route.path)) {
      yield {
        line: route.line,
        message: `route "${route.id}": ${route.path} is not an Express 4 path; check its brackets`,
      };
    }
    if (route.stage !== 'legacy' && route.segments === undefined) {
      const message = `route "${route.id}": ${route.path} cannot leave legacy; API Gateway knows only static segments and whole :params, so list the paths one by one`;
      yield { line: route.line, message };
    }
  }
  const canary = cohortsAvailable ? undefined : routes.find(({ stage }) => stage === 'canary');
  if (canary !== undefined) {
    const message = `route "${canary.id}" is on canary, but MONGODB_URI or the session secret is not set; the proxy needs both to identify users`;
    yield { line: canary.line, message };
  }
  const unserved = lambdaAvailable ? undefined : routes.find(({ stage }) => stage !== 'legacy');
  if (unserved !== undefined) {
    const others = routes.filter(({ stage }) => stage !== 'legacy').length - 1;
    const who = `route "${unserved.id}" is on ${unserved.stage}${others > 0 ? ` (and ${others} more are not on legacy)` : ''}`;
    const message = `${who}, but LAMBDA_URL is not set; set it to API Gateway's URL with the stage, move these routes to legacy, or set ROUTES_FILE to a file with "routes: []" to send everything to legacy`;
    yield { line: unserved.line, message };
  }
}

/** What does not fit together within one route. */
function* faultsOfStage({ stage, percent, climb, guard, method, isSafe, unless }: Route): Generator<string> {
  if (stage === 'canary' && percent === 0)
    yield 'stage canary needs `percent`, for example `percent: 5`, or `canary: {}` to climb automatically';
  if (climb !== undefined && stage !== 'retired' && guard === undefined)
    yield '`canary` needs the guard: without one nothing would end a climb; remove `guard: false`';
  if (stage === 'shadow' && !isSafe) {
    yield `${method === 'GET' ? 'it is marked `safe: false`' : `${method} requests change data`}, so it cannot be mirrored; test it with the parity suite and go straight to canary`;
  }
  if (method !== 'GET' && isSafe) yield '`safe: true` is for GET only; a request that changes data is never sent twice';
  if (stage === 'retired' && unless.length > 0)
    yield '`unless` keeps requests on legacy, which no longer has a retired route';
}

function isExpressPath(path: string): boolean {
  try {
    return compileExpressPath(path) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Two routes of the same shape match exactly the same requests. */
function shapeOf({ method, path, segments }: Route): string {
  if (segments === undefined) return `${method} ${path}`;
  return `${method} ${segments.map((segment) => (segment.kind === 'static' ? `/${segment.text.toLowerCase()}` : '/:')).join('')}`;
}

function describeFound(input: unknown): string {
  if (typeof input === 'string') return `found "${input.slice(0, 80)}"; `;
  return input === null || typeof input === 'number' || typeof input === 'boolean' ? `found ${input}; ` : '';
}
