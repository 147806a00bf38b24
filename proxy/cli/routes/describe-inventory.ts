import type { Traffic } from '../../inventory/access-log';
import type { AppRoute, Inventory, OtherHandler } from '../../inventory/inventory';
import { judgeRoute, type Judged } from '../../inventory/verdict';
import { alignColumns } from '../align-columns';
import type { TableFlag } from './table-flags';

/** A route of the monolith with what is known of it. */
export interface JudgedRoute extends Judged {
  readonly route: AppRoute;
  /** Requests in the access log; undefined: there is none. */
  readonly requests: number | undefined;
}

/** In matching order; with an access log, the busiest first. Pure. */
export function judgeRoutes(routes: readonly AppRoute[], traffic?: Traffic<AppRoute>): readonly JudgedRoute[] {
  const judged = routes.map((route) => ({
    route,
    ...judgeRoute(route),
    requests: traffic && (traffic.counts.get(route) ?? 0),
  }));
  return traffic === undefined ? judged : judged.sort((a, b) => (b.requests ?? 0) - (a.requests ?? 0));
}

interface Described {
  readonly judged: readonly JudgedRoute[];
  readonly traffic?: Traffic<AppRoute> | undefined;
  /** Of the route table. */
  readonly flags: readonly TableFlag[];
  readonly ran?: TracedCommand | undefined;
}

/** What was run to see what requests do. */
interface TracedCommand {
  readonly command: string;
  readonly exitCode: number;
  /** Requests that no route of the inventory answers. */
  readonly unknown: number;
}

/** A table of the routes; middleware in front of the whole app is listed once. Pure. */
export function describeInventory(
  { express, routes, handlers, notes }: Inventory,
  { judged, traffic, flags, ran }: Described,
): string {
  const global = globalMiddleware(routes);
  const order = traffic === undefined ? 'in matching order' : 'the busiest first';
  const rows = judged.map(({ route, verdict, requests }) => [
    ...(requests === undefined ? [] : [String(requests)]),
    verdict,
    route.method,
    route.path,
    route.handler.place,
    describeChain(route, global),
  ]);
  const head = [
    ...(traffic === undefined ? [] : ['requests']),
    'verdict',
    'method',
    'path',
    'handler',
    'middleware beyond the global',
  ];
  const reasons = judged
    .filter(({ verdict }) => verdict !== 'rewrite')
    .flatMap(({ route, verdict, reasons: why }) => [
      `${verdict}: ${route.method} ${route.path}`,
      ...why.map((reason) => `  ${reason}`),
    ]);
  const also = judged.flatMap(({ route }) =>
    route.hazards
      .filter(({ kind }) => kind === 'credential')
      .map(({ text, place }) => `${route.method} ${route.path} reads ${text} (${place})`),
  );
  const lines = [
    `Express ${express}, routes: ${routes.length}, ${order}`,
    `global: ${describeGlobal(global)}`,
    '',
    alignColumns([head, ...rows]).trimEnd(),
    ...section('Why', reasons),
    ...section(
      'Credentials other than the session, which Lambda must know; or keep such requests on legacy with unless',
      also,
    ),
    ...section('Answered by no route, so not listed above', ofKind(handlers, 'mounted')),
    ...section('Error handlers; parity cases show their answers', ofKind(handlers, 'error')),
    ...section(
      'The route table',
      flags.map(({ id, text: what, remedy }) => `${id}: ${what} -> ${remedy}`),
    ),
    ...section('While it was examined', notes),
    ...section('Trace', ran === undefined ? [] : describeTrace(routes, ran)),
    ...section('Access log', traffic === undefined ? [] : [describeTraffic(traffic)]),
    '',
    ran === undefined
      ? 'Read from the code, which does not show what packages do, what is composed at run time, or what only some requests do. --trace -- npm test shows more.'
      : 'Read from the code and observed while it ran; what no request did is not shown.',
  ];
  return `${lines.join('\n')}\n`;
}

/** The middleware in front of the whole app, in order: where each is from, by its name. */
export const globalMiddleware = (routes: readonly AppRoute[]): ReadonlyMap<string, string> =>
  new Map(
    routes.flatMap(({ middleware }) =>
      middleware.filter(({ level }) => level === 'global').map(({ name, place }) => [name, place]),
    ),
  );

export const describeGlobal = (global: ReadonlyMap<string, string>): string =>
  [...global].map(([name, place]) => `${name} (${place})`).join(', ') || 'none';

const ofKind = (handlers: readonly OtherHandler[], kind: OtherHandler['kind']): readonly string[] =>
  handlers
    .filter((one) => one.kind === kind)
    .map(({ path, name, place }) => `${path} by ${describeFunction(name, place)}`);

/** Without a name a function is called by its file. */
const describeFunction = (name: string, place: string): string =>
  place.startsWith(name) ? place : `${name} (${place})`;

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

function describeTrace(routes: readonly AppRoute[], { command, exitCode, unknown }: TracedCommand): readonly string[] {
  const missed = routes.filter(({ seen }) => seen === undefined);
  const requests = routes.reduce((sum, { seen }) => sum + (seen?.requests ?? 0), 0);
  return [
    `${command}: requests: ${requests}, to routes: ${routes.length - missed.length} of ${routes.length}, of no route: ${unknown}`,
    ...(exitCode === 0 ? [] : [`it ended with exit code ${exitCode}; what it did until then counts`]),
    ...(requests > 0 ? [] : ['no request reached an Express app in a Node process of this command']),
    ...(requests > 0 && missed.length > 0
      ? [`never asked for: ${missed.map(({ method, path }) => `${method} ${path}`).join(', ')}`]
      : []),
  ];
}

const describeTraffic = ({ requests, unknown, brokenLines }: Traffic<AppRoute>): string =>
  `requests: ${requests}, of no route: ${unknown}, lines that are not requests: ${brokenLines}`;

function describeChain({ middleware }: AppRoute, global: ReadonlyMap<string, string>): string {
  const own = middleware.filter(({ level }) => level !== 'global').map(({ name }) => name);
  const without = [...global.keys()].filter((one) => !middleware.some(({ name }) => name === one));
  return [own.join(', '), ...(without.length === 0 ? [] : [`without ${without.join(', ')}`])]
    .filter((part) => part !== '')
    .join('; ');
}
