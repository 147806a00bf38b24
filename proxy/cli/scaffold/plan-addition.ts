import path from 'node:path';
import { parse } from 'yaml';
import { BanyanError } from '../../../shared/errors';
import { taskRootOf } from '../../../shared/lambda-environment';
import { ownProperty } from '../../../shared/session/own-property';
import { shapeOf, takes } from '../../inventory/app-routes';
import type { Inventory, Middleware } from '../../inventory/inventory';
import { judgeRoute } from '../../inventory/verdict';
import { parseRouteTable, type RouteTable } from '../../route-table/load';
import { parseSegments } from '../../route-table/route';
import { isForLambda, isSecret } from './app-variables';
import { readIfThere, type Change } from './changes';
import { insertEntry } from './edit-yaml';
import type { Requested } from './find-requested';
import { appEntry, type ScaffoldProject } from './project';
import { routeId } from './route-id';
import { httpEvent, inline, ServerlessEntries } from './serverless-entries';
import { liftedSource, paramsOf, rewrittenSource, suiteSource } from './sources';

export type Mode = 'lift' | 'rewrite';

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

/** What a routes.yml that a command has made begins with: it is deleted with its last route. */
export const OWN_TABLE = '# Which routes are on Lambda, and how far. Written by banyan add\n';

/** What `banyan init` declares for lifted functions. */
export const MONOLITH = '${self:custom.monolith}';
const MONGODB = /mongo|^(?:database|db)_ur[il]$/i;
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
  { method, path: routePath, route }: Requested,
  { mode, id: givenId, examples }: Wanted,
): Addition {
  const { routes, serverless, dialect, functionsFolder, casesFolder } = project;
  const title = `${method} ${routePath}`;
  if (parseSegments(routePath) === undefined)
    throw refused('unfit_for_api_gateway', `${title} cannot move: API Gateway knows only static segments and :params`);
  const table = parseRouteTable(routes.text ?? 'routes: []\n', { file: routes.file, lambdaAvailable: true });
  const listed = table.routes.find((one) => one.method === method && shapeOf(one.path) === shapeOf(routePath));
  if (listed !== undefined)
    throw refused('route_listed', `${title} is listed already: ${listed.id} in ${routes.file}:${listed.line}`);
  const taken = new Set(table.routes.map(({ id }) => id));
  const id = givenId ?? routeId(method, routePath, taken);
  if (taken.has(id))
    throw refused('id_taken', `${id} is the id of another route in ${routes.file}; choose one by --id`);

  const notes: string[] = [];
  const { verdict, reasons } = judgeRoute(route);
  if (verdict === 'stay' || verdict === 'look' || (verdict === 'lift' && mode === 'rewrite'))
    notes.push(...reasons.map((reason) => `the inventory says ${verdict}: ${reason}`));
  const entries = new ServerlessEntries(serverless.text);
  if (entries.functions === undefined)
    throw refused(
      'functions_elsewhere',
      `${serverless.file} takes its functions from other files; add ${id} there by hand`,
    );

  const auth = mode === 'rewrite' && route.middleware.some(isGuard) ? 'required' : 'none';
  const made =
    mode === 'lift'
      ? lifted(project, inventory, entries, httpEvent(method, routePath), notes)
      : {
          ...rewritten(project, entries, {
            id,
            event: httpEvent(method, routePath, authorizerFor(auth, entries, serverless.file)),
          }),
          file: path.join(functionsFolder, `${id}.${dialect.extension}`),
          source: rewrittenSource(dialect, {
            route,
            title,
            auth,
            folder: path.resolve(functionsFolder),
            configFile: project.configFile,
          }),
        };
  if (mode === 'rewrite') notes.push(...rewriteNotes(project, inventory, { method, routePath, auth, table }));

  const ofAll = Object.keys(ownProperty(parse(routes.text ?? ''), 'middleware') ?? {});
  const accounts = route.middleware.filter(({ name }) => !ofAll.includes(name));
  const entry = [
    `- id: ${id}`,
    `  match: ${title}`,
    '  stage: legacy',
    ...(auth === 'none' ? ['  auth: none'] : []),
    ...(mode === 'lift' ? ['  lifted: true'] : accountsOf(accounts)),
  ];
  const routesText = insertRoute(routes.text ?? `${OWN_TABLE}routes: []\n`, entry, { file: routes.file, id });

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
  if (missing.length > 0) notes.push(`${suite.file}: put ${missing.join(' and ')} that the data has`);
  if (method !== 'GET')
    notes.push(`writes are compared by banyan parity run --isolated only, which needs parity.system`);
  return {
    id,
    // The table last: what it does not list has no effect.
    changes: [
      ...(made.file === undefined ? [] : [created(made.file, made.source)]),
      created(suite.file, suite.after),
      { file: serverless.file, before: serverless.text, after: made.serverless },
      { file: routes.file, before: routes.text, after: routesText },
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

interface Made {
  readonly serverless: string;
  /** Undefined: the function is there. */
  readonly file?: string;
  readonly source: string;
}

function lifted(
  project: ScaffoldProject,
  { variables }: Inventory,
  entries: ServerlessEntries,
  event: string,
  notes: string[],
): Made {
  const { serverless, functionsFolder, dialect } = project;
  const app = appEntry(project);
  const folder = path.dirname(path.resolve(serverless.file));
  const existing = entries.liftedFunction(folder, app.folder);
  if (existing !== undefined)
    return { serverless: insertEntry(serverless.text, ['functions', existing, 'events'], [event]), source: '' };
  if (!entries.hasLiftedPlugin)
    throw refused(
      'no_lifted_plugin',
      `${serverless.file} lacks the plugin that packs the app: add banyan-strangler/deployment/lifted.js to plugins`,
    );
  if (entries.at('functions', 'lifted') !== undefined)
    throw refused(
      'function_exists',
      `${serverless.file} has a function "lifted" that lifts no app, or another one; rename it`,
    );
  const shipped = taskRootOf(folder, app.folder);
  const entry = path
    .relative(shipped, app.file)
    .replace(/\.([cm]?)tsx?$/, (_text, kind: string) => (kind === '' ? '' : `.${kind}js`));
  const own = variables.filter(({ name }) => isForLambda(name) && !entries.providerVariables.has(name));
  const declared = own.filter(({ isSet }) => isSet).map(({ name }) => `    ${name}: ${valueOf(name, entries)}`);
  const monolith = entries.at('custom', 'monolith');
  const known = typeof monolith === 'object' && monolith !== null ? monolith : undefined;
  const missing = own.filter(({ name, isSet }) => (known === undefined ? !isSet : !Object.hasOwn(known, name)));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    const what = known === undefined ? ', not set here: declare in' : ': declare under custom.monolith of';
    notes.push(`the app also reads ${names}${what} ${serverless.file} what production sets`);
  }
  return {
    serverless: insertEntry(
      serverless.text,
      ['functions'],
      [
        'lifted:',
        `  handler: ${handlerIn(folder, functionsFolder, 'lifted')}`,
        `  lifted: { app: ${inline(path.relative(folder, app.folder) || '.')} }`,
        ...(known === undefined
          ? ['  environment:', '    NODE_ENV: production', ...declared]
          : [`  environment: ${MONOLITH}`]),
        '  events:',
        `    ${event}`,
      ],
    ),
    file: path.join(functionsFolder, `lifted.${dialect.extension}`),
    source: liftedSource(dialect, { entry, ...(app.exported !== undefined && { name: app.exported }) }),
  };
}

/** As another function has it, else a reference that CloudFormation resolves while it deploys: no template holds a secret. */
export function valueOf(name: string, entries: ServerlessEntries): string {
  const known = entries.knownVariables;
  const value = known.get(name) ?? (MONGODB.test(name) ? known.get('MONGODB_URI') : undefined);
  if (value !== undefined) return inline(value);
  const store = isSecret(name) ? 'secretsmanager:' : 'ssm:/';
  return `'{{resolve:${store}${entries.service}/\${sls:stage}/${name}}}'`;
}

function rewritten(
  { serverless, functionsFolder }: ScaffoldProject,
  entries: ServerlessEntries,
  { id, event }: { readonly id: string; readonly event: string },
): Pick<Made, 'serverless'> {
  if (entries.at('functions', id) !== undefined)
    throw refused('function_exists', `${serverless.file} has a function "${id}" already; choose another --id`);
  const folder = path.dirname(path.resolve(serverless.file));
  const environment = entries.authorizerEnvironment;
  return {
    serverless: insertEntry(
      serverless.text,
      ['functions'],
      [
        `${id}:`,
        `  handler: ${handlerIn(folder, functionsFolder, id)}`,
        ...(environment === undefined ? [] : [`  environment: ${inline(environment)}`]),
        '  events:',
        `    ${event}`,
      ],
    ),
  };
}

function authorizerFor(auth: 'required' | 'none', entries: ServerlessEntries, file: string): string | undefined {
  if (auth === 'none') return undefined;
  if (entries.at('custom', 'authorizer') === undefined)
    throw refused(
      'no_authorizer',
      `${file} has no custom.authorizer, which rewritten functions need; banyan init writes it`,
    );
  return '${self:custom.authorizer}';
}

const handlerIn = (folder: string, functions: string, name: string): string =>
  `${path.relative(folder, path.join(path.resolve(functions), name)).replaceAll(path.sep, '/')}.handler`;

const isGuard = ({ name, level }: Middleware): boolean => level !== 'global' && level !== 'param' && GUARD.test(name);

const isForm = (middleware: readonly Middleware[]): boolean =>
  middleware.some(({ name }) => /urlencoded/i.test(name)) && !middleware.some(({ name }) => /^json/i.test(name));

function accountsOf(middleware: readonly Middleware[]): readonly string[] {
  if (middleware.length === 0) return [];
  const names = [...new Map(middleware.map((one) => [one.name, one])).values()];
  return [
    '  middleware: # each reproduced, or { dropped: why }',
    ...names.map(({ name, level, place }) => `    ${inline(name)}: todo # ${level}, ${place}`),
  ];
}

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
      ? `auth: required, because of what stands in front of it; correct it in ${routes.file} and ${serverless.file} if others may call it`
      : `auth: none, because nothing in front of it seems to ask for a user; correct it in ${routes.file} and ${serverless.file} if it does`,
    ...earlier.map(
      (one) =>
        `${one.method} ${one.path} would be answered by it, too: list that route above it in ${routes.file}, on stage legacy`,
    ),
  ];
}

/** At the end, or in front of the route that would take its requests. */
function insertRoute(
  text: string,
  entry: readonly string[],
  { file, id }: { readonly file: string; readonly id: string },
): string {
  const options = { file, lambdaAvailable: true };
  const atEnd = insertEntry(text, ['routes'], entry);
  const { routes, shadowed } = parseRouteTable(atEnd, options);
  const by = shadowed.find(({ route }) => route.id === id)?.by;
  if (by === undefined) return atEnd;
  return insertEntry(
    text,
    ['routes'],
    entry,
    routes.findIndex((route) => route.id === by.id),
  );
}

const refused = (code: string, message: string): BanyanError => new BanyanError(message, { code });
