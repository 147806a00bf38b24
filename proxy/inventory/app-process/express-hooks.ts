import { createRequire } from 'node:module';
import { moduleLoader } from '../../../shared/app-entry/module-loader';
import type { ExpressApp, Handler, Layer, Stack } from './express-types';

type Use<This = Stack> = (this: This, ...args: unknown[]) => unknown;
interface Application {
  use: Use<ExpressApp>;
  init: () => void;
}

/** What Express forgets once it has compiled a path into a regular expression, and which apps there are. */
export interface ExpressHooks {
  /** Mount paths as written: text, regular expressions, lists of them. */
  readonly mounts: WeakMap<Layer, unknown>;
  /** The app behind a layer that mounts one. */
  readonly mounted: WeakMap<Layer, ExpressApp>;
  /** In order of creation. */
  readonly apps: ExpressApp[];
  readonly subApps: WeakSet<ExpressApp>;
}

export const isExpressApp = (value: unknown): value is ExpressApp =>
  typeof value === 'function' &&
  ['use', 'handle', 'get', 'set'].every((name) => typeof Reflect.get(value, name) === 'function');

/**
 * Watches `use` of every Express that this process loads: to be called before the app is loaded.
 *
 * @param entry whose Express is loaded at once, because imports of ES modules are not seen here
 */
export function hookExpress(entry: string): ExpressHooks {
  const hooks: ExpressHooks = { mounts: new WeakMap(), mounted: new WeakMap(), apps: [], subApps: new WeakSet() };
  const seen = new WeakSet();
  const hook = (exports: unknown): void => {
    if (typeof exports !== 'function' || seen.has(exports)) return;
    seen.add(exports);
    const { application, Router } = exports as { application?: Application; Router?: unknown };
    if (application !== undefined && typeof Router === 'function') hookApplication(application, hooks);
    const router = typeof Router === 'function' ? Router : exports;
    // Express 4's router is its own prototype.
    for (const holder of [router, router.prototype] as ({ use?: Use; handle?: unknown } | undefined)[])
      if (typeof holder?.use === 'function' && typeof holder.handle === 'function' && !seen.has(holder.use))
        seen.add(hookUse(holder as { use: Use }, hooks));
  };
  const load = moduleLoader._load;
  moduleLoader._load = function (this: unknown, request, ...rest) {
    const exports = load.call(this, request, ...rest);
    if (request === 'express' || request === 'router') hook(exports);
    return exports;
  };
  try {
    createRequire(entry)('express');
  } catch {
    // Then it is not Express, or it is found in another place.
  }
  return hooks;
}

function hookUse(holder: { use: Use }, { mounts }: ExpressHooks): Use {
  const { use } = holder;
  holder.use = function (...args) {
    const before = this.stack.length;
    const result = use.apply(this, args);
    for (const layer of this.stack.slice(before)) mounts.set(layer, isPath(args[0]) ? args[0] : '/');
    return result;
  };
  return holder.use;
}

function hookApplication(application: Application, hooks: ExpressHooks): void {
  const { use, init } = application;
  application.init = function (this: ExpressApp) {
    hooks.apps.push(this);
    init.call(this);
  };
  application.use = function (...args) {
    const before = new Set(stackOf(this));
    const result = use.apply(this, args);
    const apps = args.flat(Infinity).filter(isExpressApp);
    for (const layer of stackOf(this)) {
      if (before.has(layer) || layer.handle.name !== 'mounted_app') continue;
      const sub = apps.shift();
      if (sub === undefined) continue;
      hooks.mounted.set(layer, sub);
      hooks.subApps.add(sub);
    }
    return result;
  };
}

/** As Express distinguishes a path from a middleware: the first of a list decides. */
function isPath(first: unknown): boolean {
  let value = first;
  while (Array.isArray(value) && value.length > 0) value = value[0] as unknown;
  return typeof value !== 'function';
}

/** Express 4 refuses the name `router`, and has none before the first route. */
export function routerOf(app: ExpressApp): Stack | undefined {
  if (app._router !== undefined) return app._router;
  try {
    return app.router;
  } catch {
    return undefined;
  }
}

const stackOf = (app: ExpressApp): readonly Layer[] => routerOf(app)?.stack ?? [];

/** Whatever a handler really is: the app or router behind a layer, or undefined for a middleware. */
export function innerOf(layer: Layer, { mounted }: ExpressHooks): Stack | undefined {
  const app = mounted.get(layer);
  if (app !== undefined) return routerOf(app) ?? { stack: [] };
  const { handle } = layer;
  if (isExpressApp(handle)) return routerOf(handle);
  return 'stack' in handle && Array.isArray(handle.stack) ? (handle as Handler & Stack) : undefined;
}
