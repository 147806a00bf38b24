import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { captureListen } from '../../../shared/app-entry/capture-listen';
import { exportNamed, isHolder, runEntry } from '../../../shared/app-entry/run-entry';
import type { Inventory, Order, Report } from '../inventory';
import type { Setup } from '../setup';
import { hookExpress, isExpressApp, type ExpressHooks } from './express-hooks';
import type { ExpressApp } from './express-types';
import { inspectFunctions } from './inspect-functions';
import { nameFunctions, type FunctionNamer } from './name-functions';
import { probeAnswers } from './probe-answers';
import { readSetup } from './read-setup';
import { readUser } from './read-user';
import { restrictNetwork } from './restrict-network';
import { variableValues, watchVariables } from './watch-variables';
import { walkOthers, walkRoutes } from './walk-routes';
import { watchClients } from './watch-clients';
import { watchSessions } from './watch-sessions';

// Runs as a process of its own: the app is started in it, reaches nothing but an empty MongoDB, and is looked at.

/** How long (ms) an app that exports itself may still listen, which says more; and how long what listens may still add. */
const GRACE = 3_000;
const SETTLE = 50;
const DISCARD = 9;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const notes = new Set<string>();
const functions = inspectFunctions();
const variables = watchVariables();
const exitCodes: unknown[] = [];
const exit = process.exit.bind(process);

let isReported = false;
function report(message: Report): void {
  if (isReported) return;
  isReported = true;
  process.send?.(message, undefined, undefined, () => exit(0));
}

function fail(failure: string, { hasEnded = false } = {}): void {
  report({ failure, hasEnded, unset: [...variables].flatMap(([name, isSet]) => (isSet ? [] : [name])) });
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${typeof error}`;
  return `${error.name}: ${error.message.split('\n', 1)[0] ?? ''}`.slice(0, 300);
}

// What the app does not catch need not keep it from listening: another database that it does not reach here, for example.
const onFault = (error: unknown): void => {
  if (exitCodes.length === 0) notes.add(`it did not catch ${describeError(error)}`);
};
process.on('uncaughtException', onFault);
process.on('unhandledRejection', onFault);
process.exit = (code?: unknown) => {
  exitCodes.push(code ?? process.exitCode ?? 0);
  fail(`it ended its process with exit code ${String(exitCodes[0])} before it listened`, { hasEnded: true });
  throw new Error('the app has ended its process');
};
// Whoever started it has gone.
process.on('disconnect', () => exit(1));
// Listening to that alone must not keep an app alive that comes to its end.
process.channel?.unref();
process.on('beforeExit', () => fail('it ended without listening, and exports no Express app', { hasEnded: true }));

if (!order.mayConnect) restrictNetwork(order.mongoPort, (address) => notes.add(`it could not connect to ${address}`));
// Without an embedded MongoDB to a port that is refused, so that no name is looked up either.
const clients = watchClients(order.mayConnect ? undefined : (order.mongoPort ?? DISCARD));
const servers: { readonly server: Server; readonly port: number }[] = [];
let onServer: () => void = () => undefined;
captureListen((server, port) => {
  servers.push({ server, port });
  onServer();
});
const hooks = hookExpress(order.entry);
const sessions = watchSessions(order.entry);

async function examine(): Promise<void> {
  const listened = new Promise<void>((resolve) => (onServer = resolve));
  let exports: unknown;
  let failure: string | undefined;
  const loaded = runEntry(order.entry, { loadsEnvFile: true }).then(
    (value) => (exports = value),
    (error: unknown) => (failure = describeError(error)),
  );
  if (order.exported !== undefined) {
    await loaded;
    if (failure === undefined) await finish(await appOf(exportNamed(exports, order.exported)), order.exported);
    else fail(failure);
    return;
  }
  await Promise.race([listened, loaded]);
  const isExporting = exportedApp(exports) !== undefined;
  if (servers.length === 0 && failure !== undefined) fail(failure);
  else if (servers.length === 0 && isExporting) await Promise.race([listened, delay(GRACE)]);
  else if (servers.length === 0) await listened;
  await delay(SETTLE);
  if (servers.length === 0) await finish(exportedApp(exports), undefined);
  else await finishListening();
}

/** Several servers may have the same app, such as HTTP and HTTPS. */
async function finishListening(): Promise<void> {
  const meant = servers.filter(({ port }) => order.port === undefined || port === order.port);
  const apps = new Map<ExpressApp, number>();
  let unknown = 0;
  for (const { server, port } of meant) {
    const listeners = server.listeners('request');
    const app = listeners.find(isExpressApp);
    if (app !== undefined) apps.set(app, port);
    else if (listeners.length > 0) unknown += 1;
  }
  // A server may call its app by a function of its own.
  const roots = hooks.apps.filter((app) => !hooks.subApps.has(app) && !apps.has(app));
  const [only] = roots;
  if (apps.size === 0 && unknown === 1 && roots.length === 1 && only !== undefined) apps.set(only, 0);
  if (apps.size > 1)
    fail(
      `it listens with ${apps.size} Express apps, on ports ${[...apps.values()].join(' and ')}; choose one with --port`,
    );
  else if (apps.size === 1) await finish([...apps.keys()][0], undefined);
  else
    fail(
      order.port === undefined || meant.length > 0
        ? `it listens on port ${meant.map(({ port }) => port).join(', ')}, but not with an Express app that is found`
        : `it does not listen on port ${order.port}, but on ${servers.map(({ port }) => port).join(', ')}`,
    );
}

function exportedApp(exports: unknown): ExpressApp | undefined {
  const values = isHolder(exports)
    ? [exports, ...Object.keys(exports).map((name): unknown => Reflect.get(exports, name))]
    : [];
  const [app] = new Set(values.filter(isExpressApp));
  return app;
}

/** An Express app, a server with one, or a function without parameters that makes one of them. */
async function appOf(value: unknown): Promise<ExpressApp | undefined> {
  if (isExpressApp(value)) return value;
  if (typeof value === 'function' && value.length === 0) return appOf(await (value as () => unknown)());
  const listeners = (value as { listeners?: (event: string) => readonly unknown[] } | undefined)?.listeners?.(
    'request',
  );
  return listeners?.find(isExpressApp);
}

async function finish(app: ExpressApp | undefined, exported: string | undefined): Promise<void> {
  if (app === undefined) {
    fail(`its export ${exported ?? ''} is neither an Express app nor a function without parameters that returns one`);
    return;
  }
  const namer = nameFunctions(functions, order.root);
  const inventory = inventoryOf(app, hooks, namer);
  report({ inventory: order.withSetup ? { ...inventory, setup: await setupOf(app, inventory, namer) } : inventory });
}

async function setupOf(app: ExpressApp, { routes }: Inventory, namer: FunctionNamer): Promise<Setup> {
  const { uris } = clients;
  // Elsewhere than here the app's requests would be real ones.
  const answers = order.mayConnect ? [] : await probeAnswers(app, routes);
  const user = await readUser([...sessions.passports], clients);
  return readSetup({ app, sessions, uris, values: variableValues(), namer, user, answers });
}

function inventoryOf(app: ExpressApp, found: ExpressHooks, namer: FunctionNamer): Inventory {
  const routes = walkRoutes(app, found, namer, order.root);
  if (servers.some(({ server }) => server.listenerCount('upgrade') > 0))
    notes.add('it takes WebSocket upgrades, which stay on legacy');
  const read = [...variables].map(([name, isSet]) => ({ name, isSet }));
  const handlers = walkOthers(app, found, namer);
  return { express: expressVersion(), routes, handlers, variables: read, notes: [...notes] };
}

function expressVersion(): string {
  try {
    return (createRequire(order.entry)('express/package.json') as { readonly version: string }).version;
  } catch {
    return 'unknown';
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

examine().catch((error: unknown) => fail(describeError(error)));
