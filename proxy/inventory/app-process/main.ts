import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { captureListen } from '../../../shared/app-entry/capture-listen';
import { exportNamed, runEntry } from '../../../shared/app-entry/run-entry';
import type { Inventory, Order, Report } from '../inventory';
import { hookExpress, isExpressApp, type ExpressHooks } from './express-hooks';
import type { ExpressApp } from './express-types';
import { inspectFunctions } from './inspect-functions';
import { nameFunctions, packageOf } from './name-functions';
import { restrictNetwork } from './restrict-network';
import { watchVariables } from './config';
import { walkRoutes } from './walk-routes';

// Runs as a process of its own: the app is started in it, reaches nothing but an empty MongoDB, and is looked at.

/** How long (ms) an app that exports itself may still listen, which says more; and how long what listens may still add. */
const GRACE = 3_000;
const SETTLE = 50;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const notes = new Set<string>();
const functions = inspectFunctions();
const unset = watchVariables();
const exitCodes: unknown[] = [];
const exit = process.exit.bind(process);

let isReported = false;
function report(message: Report): void {
  if (isReported) return;
  isReported = true;
  process.send?.(message, undefined, undefined, () => exit(0));
}

function fail(failure: string): void {
  report({ failure, unset: [...unset] });
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
  fail(`it ended its process with exit code ${String(exitCodes[0])} before it listened`);
  throw new Error('the app has ended its process');
};
process.on('beforeExit', () => fail('it came to its end without listening, and exports no Express app'));

restrictNetwork(order.mongoPort, (address) => notes.add(`it could not connect to ${address}`));
const servers: { readonly server: Server; readonly port: number }[] = [];
let onServer: () => void = () => undefined;
captureListen((server, port) => {
  servers.push({ server, port });
  onServer();
});
const hooks = hookExpress(order.entry);
/** Those of Banyan, and those that it needs. */
const filesBefore = new Set(functions.files());

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
    if (failure === undefined) finish(await appOf(exportNamed(exports, order.exported)), order.exported);
    else fail(failure);
    return;
  }
  await Promise.race([listened, loaded]);
  const isExporting = exportedApp(exports) !== undefined;
  if (servers.length === 0 && failure !== undefined) fail(failure);
  else if (servers.length === 0 && isExporting) await Promise.race([listened, delay(GRACE)]);
  else if (servers.length === 0) await listened;
  await delay(SETTLE);
  if (servers.length === 0) finish(exportedApp(exports), undefined);
  else finishListening();
}

/** Several servers may have the same app, such as HTTP and HTTPS. */
function finishListening(): void {
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
      `it listens with ${apps.size} Express apps, on ports ${[...apps.values()].join(' and ')}; choose one by --port`,
    );
  else if (apps.size === 1) finish([...apps.keys()][0], undefined);
  else
    fail(
      order.port === undefined || meant.length > 0
        ? `it listens on port ${meant.map(({ port }) => port).join(', ')}, but not with an Express app that is found`
        : `it does not listen on port ${order.port}, but on ${servers.map(({ port }) => port).join(', ')}`,
    );
}

const isHolder = (value: unknown): value is object =>
  (typeof value === 'object' || typeof value === 'function') && value !== null;

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

function finish(app: ExpressApp | undefined, exported: string | undefined): void {
  if (app === undefined) {
    fail(`its export ${exported ?? ''} is neither an Express app nor a function without parameters that makes one`);
    return;
  }
  report({ inventory: inventoryOf(app, hooks) });
}

function inventoryOf(app: ExpressApp, found: ExpressHooks): Inventory {
  const namer = nameFunctions(functions, order.root);
  const routes = walkRoutes(app, found, namer, order.root);
  const files = functions.files().filter((file) => packageOf(file) === undefined && !filesBefore.has(file));
  if (servers.some(({ server }) => server.listenerCount('upgrade') > 0))
    notes.add('it takes WebSocket upgrades, which stay on legacy');
  return { express: expressVersion(), routes, files, notes: [...notes] };
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
