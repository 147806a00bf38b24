import path from 'node:path';
import { shapeOf, takes } from '../../inventory/app-routes';
import type { Inventory, Middleware } from '../../inventory/inventory';
import { judgeRoute } from '../../inventory/verdict';
import { parseRouteTable, type RouteTable } from '../../route-table/load';
import { parseSegments } from '../../route-table/route';
import { addRewritten, addToLifted } from './add-function';
import { addTableEntry, type Mode } from './add-table-entry';
import { readIfThere, type Change } from './changes';
import type { Requested } from './find-requested';
import type { ScaffoldProject } from './project';
import { refused } from './refused';
import { routeId } from './route-id';
import { paramsOf, suiteSource } from './sources';

export interface Addition {
  readonly id: string;
  readonly changes: readonly Change[];
  /** What is left to do, or to know, a sentence each. */
  readonly notes: readonly string[];
}

interface Wanted {
  readonly mode: Mode;
  /** Undefined: made of method and path. */
  readonly id: string | undefined;
  /** Values of the path's parameters that the data has. */
  readonly examples: ReadonlyMap<string, string>;
}

/** Names of what lets in users only. */
const GUARD = /require|ensure|protect|guard|login|loggedin|auth|member|admin|user/i;

/**
 * What adding a route changes, and nothing of it done yet.
 *
 * @throws BanyanError for a route that is listed already, that API Gateway cannot have, or whose files exist
 */
export function planAddition(
  project: ScaffoldProject,
  inventory: Inventory,
  requested: Requested,
  { mode, id: givenId, examples }: Wanted,
): Addition {
  const { routes, serverless, dialect, casesFolder } = project;
  const { method, path: routePath, route } = requested;
  const title = `${method} ${routePath}`;
  if (parseSegments(routePath) === undefined)
    throw refused(
      'unfit_for_api_gateway',
      `${title} cannot move: API Gateway supports only static segments and :params`,
    );
  const table = parseRouteTable(routes.text ?? 'routes: []\n', { file: routes.file, lambdaAvailable: true });
  const listed = table.routes.find((one) => one.method === method && shapeOf(one.path) === shapeOf(routePath));
  if (listed !== undefined)
    throw refused('route_listed', `${title} is listed already: ${listed.id} in ${routes.file}:${listed.line}`);
  const taken = new Set(table.routes.map(({ id }) => id));
  const id = givenId ?? routeId(method, routePath, taken);
  if (taken.has(id))
    throw refused('id_taken', `${id} is the id of another route in ${routes.file}; choose one with --id`);

  const notes: string[] = [];
  const { verdict, reasons } = judgeRoute(route);
  if (verdict === 'stay' || verdict === 'look' || (verdict === 'lift' && mode === 'rewrite'))
    notes.push(...reasons.map((reason) => `the inventory says ${verdict}: ${reason}`));
  const auth = mode === 'rewrite' && route.middleware.some(isGuard) ? 'required' : 'none';
  const made =
    mode === 'lift'
      ? addToLifted(project, inventory, requested, { id })
      : addRewritten(project, requested, { id, auth });
  notes.push(...made.notes);
  if (mode === 'rewrite') notes.push(...rewriteNotes(project, inventory, { method, routePath, auth, table }));

  const suite = {
    file: path.join(casesFolder, `${id}.${dialect.extension}`),
    after: suiteSource(dialect, {
      method,
      path: routePath,
      identities: Object.keys(project.banyan.parity.identities),
      examples,
      sendsForm: isForm(route.middleware),
    }),
  };
  const missing = paramsOf(routePath).filter((name) => !examples.has(name));
  if (missing.length > 0) notes.push(`${suite.file}: replace ${missing.join(' and ')} with values from your data`);
  if (method !== 'GET') notes.push(`only banyan parity run --isolated compares writes; it needs parity.system`);
  return {
    id,
    // The table last: what it does not list has no effect.
    changes: [
      ...(made.source === undefined ? [] : [created(made.source.file, made.source.text)]),
      created(suite.file, suite.after),
      { file: serverless.file, before: serverless.text, after: made.serverless },
      { file: routes.file, before: routes.text, after: addTableEntry(project, requested, { id, mode, auth }) },
    ],
    notes,
  };
}

/** @throws BanyanError for a file that is there, unless it is the very same: of an earlier attempt */
function created(file: string, after: string): Change {
  const before = readIfThere(file);
  if (before !== undefined && before !== after)
    throw refused('file_exists', `${file} exists; it is not overwritten: choose another --id, or move it`);
  return { file, before, after };
}

const isGuard = ({ name, level }: Middleware): boolean => level !== 'global' && level !== 'param' && GUARD.test(name);

const isForm = (middleware: readonly Middleware[]): boolean =>
  middleware.some(({ name }) => /urlencoded/i.test(name)) && !middleware.some(({ name }) => /^json/i.test(name));

interface ToRewrite {
  readonly method: string;
  readonly routePath: string;
  readonly auth: string;
  readonly table: RouteTable;
}

function rewriteNotes(
  { serverless, routes }: ScaffoldProject,
  { routes: all }: Inventory,
  { method, routePath, auth, table }: ToRewrite,
): readonly string[] {
  const position = all.findIndex((one) => one.path === routePath);
  const earlier = all
    .slice(0, Math.max(position, 0))
    .filter((one) => one.method === method && takes(routePath, one.path) && shapeOf(one.path) !== shapeOf(routePath))
    .filter(
      (one) => !table.routes.some((listed) => listed.method === method && shapeOf(listed.path) === shapeOf(one.path)),
    );
  return [
    auth === 'required'
      ? `auth: required, because of the middleware in front of it; correct it in ${routes.file} and ${serverless.file} if anonymous clients may call it`
      : `auth: none, because nothing in front of it seems to ask for a user; correct it in ${routes.file} and ${serverless.file} if it does`,
    ...earlier.map(
      (one) =>
        `${one.method} ${one.path} would be answered by it as well; list that route above it in ${routes.file}, on stage legacy`,
    ),
  ];
}
