import path from 'node:path';
import { taskRootOf } from '../../../shared/lambda-environment';
import type { Inventory } from '../../inventory/inventory';
import { isForLambda, isSecret } from './app-variables';
import { insertEntry } from './edit-yaml';
import type { Requested } from './find-requested';
import { appEntry, type ScaffoldProject } from './project';
import { refused } from './refused';
import { httpEvent, inline, ServerlessEntries } from './serverless-entries';
import { liftedSource, rewrittenSource } from './sources';

/** What `banyan init` declares for lifted functions. */
export const MONOLITH = '${self:custom.monolith}';
const MONGODB = /mongo|^(?:database|db)_ur[il]$/i;

export interface AddedFunction {
  /** The text of serverless.yml. */
  readonly serverless: string;
  /** Undefined: the function exists. */
  readonly source?: { readonly file: string; readonly text: string };
  readonly notes: readonly string[];
}

/** Leads a route to the function that runs the app, which is made for the first one. */
export function addToLifted(
  project: ScaffoldProject,
  { variables }: Inventory,
  { method, path: routePath }: Requested,
  { id }: { readonly id: string },
): AddedFunction {
  const { serverless, functionsFolder, dialect } = project;
  const entries = entriesOf(project, id);
  const event = httpEvent(method, routePath);
  const app = appEntry(project);
  const folder = path.dirname(path.resolve(serverless.file));
  const existing = entries.liftedFunction(folder, app.folder);
  if (existing !== undefined)
    return { serverless: insertEntry(serverless.text, ['functions', existing, 'events'], [event]), notes: [] };
  if (!entries.hasLiftedPlugin)
    throw refused(
      'no_lifted_plugin',
      `${serverless.file} lacks the plugin that packages the app; add banyan-strangler/deployment/lifted.js to plugins`,
    );
  if (entries.at('functions', 'lifted') !== undefined)
    throw refused(
      'function_exists',
      `${serverless.file} has a function "lifted" that lifts another app or none; rename it`,
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
  const names = missing.map(({ name }) => name).join(', ');
  const where = known === undefined ? ', not set here: declare in' : ': declare under custom.monolith of';
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
    source: {
      file: path.join(functionsFolder, `lifted.${dialect.extension}`),
      text: liftedSource(dialect, { entry, ...(app.exported !== undefined && { name: app.exported }) }),
    },
    notes: missing.length === 0 ? [] : [`the app also reads ${names}${where} ${serverless.file} what production sets`],
  };
}

/** Makes a function that is to be written, behind the authorizer where it asks for a user. */
export function addRewritten(
  project: ScaffoldProject,
  { method, path: routePath, route }: Requested,
  { id, auth }: { readonly id: string; readonly auth: 'required' | 'none' },
): AddedFunction {
  const { serverless, functionsFolder, dialect, configFile } = project;
  const entries = entriesOf(project, id);
  const event = httpEvent(method, routePath, auth === 'none' ? undefined : authorizerIn(entries, serverless.file));
  if (entries.at('functions', id) !== undefined)
    throw refused('function_exists', `${serverless.file} has a function "${id}" already; choose another --id`);
  const folder = path.dirname(path.resolve(serverless.file));
  const environment = entries.authorizerEnvironment;
  const title = `${method} ${routePath}`;
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
    source: {
      file: path.join(functionsFolder, `${id}.${dialect.extension}`),
      text: rewrittenSource(dialect, { route, title, auth, folder: path.resolve(functionsFolder), configFile }),
    },
    notes: [],
  };
}

function entriesOf({ serverless }: ScaffoldProject, id: string): ServerlessEntries {
  const entries = new ServerlessEntries(serverless.text);
  if (entries.functions !== undefined) return entries;
  throw refused(
    'functions_elsewhere',
    `${serverless.file} takes its functions from other files; add ${id} there by hand`,
  );
}

/** As another function has it, else a reference that CloudFormation resolves while it deploys: no template holds a secret. */
export function valueOf(name: string, entries: ServerlessEntries): string {
  const known = entries.knownVariables;
  const value = known.get(name) ?? (MONGODB.test(name) ? known.get('MONGODB_URI') : undefined);
  if (value !== undefined) return inline(value);
  const store = isSecret(name) ? 'secretsmanager:' : 'ssm:/';
  return `'{{resolve:${store}${entries.service}/\${sls:stage}/${name}}}'`;
}

function authorizerIn(entries: ServerlessEntries, file: string): string {
  if (entries.at('custom', 'authorizer') !== undefined) return '${self:custom.authorizer}';
  throw refused(
    'no_authorizer',
    `${file} has no custom.authorizer, which rewritten functions need; banyan init writes it`,
  );
}

const handlerIn = (folder: string, functions: string, name: string): string =>
  `${path.relative(folder, path.join(path.resolve(functions), name)).replaceAll(path.sep, '/')}.handler`;
