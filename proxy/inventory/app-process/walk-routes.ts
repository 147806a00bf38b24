import type { AppRoute, Middleware, OtherHandler } from '../inventory';
import { innerOf, routerOf, type ExpressHooks } from './express-hooks';
import type { ExpressApp, Handler, Layer, Stack } from './express-types';
import type { FunctionNamer } from './name-functions';
import { hazardsOf } from './hazards-of-route';
import { passesOn } from './passes-on';

/** What stands for a parameter while the app's own matching rules are asked what a request would pass. */
const SAMPLES = ['7', 'a', '507f1f77bcf86cd799439011', '2026-01-31'];

interface Target {
  readonly layer: Layer;
  readonly method: string;
  readonly path: string;
}
interface Step {
  readonly handler: Handler;
  readonly level: Middleware['level'];
  /** Of a parameter. */
  readonly of?: string;
}
interface Passed {
  readonly steps: Step[];
  shadowedBy: string | undefined;
}

/**
 * Lists the routes of an app in matching order, each with what a request to it passes before: found by Express's own matching rules on a request that
 * stands for all. So middleware of another router counts that such a request passes, too, before it reaches its own.
 */
export function walkRoutes(app: ExpressApp, hooks: ExpressHooks, namer: FunctionNamer, root: string): AppRoute[] {
  const stack = routerOf(app) ?? { stack: [] };
  return [...targetsIn(stack, '', hooks)].flatMap(({ target, prefix }) => {
    const { layer, method } = target;
    const own = handlersOf(layer, method);
    const handler = own.at(-1);
    if (handler === undefined) return [];
    const sample = sampleOf(target, prefix);
    const passed: Passed = { steps: [], shadowedBy: undefined };
    pass(
      stack,
      { path: sample ?? prefix, level: 'global', target, hooks, namer, isExact: sample !== undefined },
      passed,
    );
    const steps = [...passed.steps, ...own.slice(0, -1).map((fn) => ({ handler: fn, level: 'route' as const }))];
    const names = namer.nameAll(steps);
    const { name, place } = namer.describe(handler);
    const guards = steps.map((step) => step.handler);
    const levels = steps.map(({ level }) => level);
    const route: AppRoute = {
      method,
      path: target.path,
      handler: { name, place },
      ...hazardsOf({ handler, guards, levels, method, names }, namer.functions, root),
      middleware: steps.map(({ level }, index) => ({ level, ...(names[index] ?? { name: '', place: '' }) })),
      ...(passed.shadowedBy !== undefined && { shadowedBy: passed.shadowedBy }),
    };
    return [route];
  });
}

/** Every route below a router: one for each method and each path that it is written with. */
function* targetsIn(
  { stack }: Stack,
  prefix: string,
  hooks: ExpressHooks,
): Generator<{ readonly target: Target; readonly prefix: string }> {
  for (const layer of stack) {
    const { route } = layer;
    if (route !== undefined) {
      for (const path of textsOf(route.path))
        for (const method of methodsOf(layer)) yield { target: { layer, method, path: join(prefix, path) }, prefix };
      continue;
    }
    const inner = innerOf(layer, hooks);
    if (inner !== undefined)
      for (const path of textsOf(hooks.mounts.get(layer) ?? '?')) yield* targetsIn(inner, join(prefix, path), hooks);
  }
}

/** What answers and is no route: mounted handlers that do not pass on, static files, error handlers. */
export function walkOthers(app: ExpressApp, hooks: ExpressHooks, namer: FunctionNamer): OtherHandler[] {
  const found: OtherHandler[] = [];
  const walk = ({ stack }: Stack, prefix: string): void => {
    for (const layer of stack) {
      if (layer.route !== undefined || isOfExpress(layer.handle)) continue;
      const inner = innerOf(layer, hooks);
      for (const text of textsOf(hooks.mounts.get(layer) ?? '?')) {
        const path = join(prefix, text);
        const { handle } = layer;
        const { name, place } = namer.describe(handle);
        const isError = handle.length > 3;
        if (inner !== undefined) walk(inner, path);
        else if (isError || place === 'serve-static' || !passesOn(handle, namer.functions))
          found.push({ kind: isError ? 'error' : 'mounted', path, name, place });
      }
    }
  };
  walk(routerOf(app) ?? { stack: [] }, '');
  return found;
}

const textsOf = (path: unknown): readonly string[] => (Array.isArray(path) ? path.flat(Infinity) : [path]).map(String);

/** `/api` and `/` are `/api`; a regular expression stays visible as one. */
export function join(prefix: string, path: string): string {
  return `${prefix.replace(/\/$/, '')}${path === '/' ? '' : path}` || '/';
}

function methodsOf({ route }: Layer): readonly string[] {
  const methods = new Set(route?.stack.map(({ method }) => method?.toUpperCase() ?? 'ALL'));
  // Express 4's `app.all` lists every method that Node knows.
  if (methods.size > 20) return ['ALL'];
  // `all` in front of others is their middleware.
  return methods.size > 1 ? [...methods].filter((method) => method !== 'ALL') : [...methods];
}

function handlersOf({ route }: Layer, method: string): readonly Handler[] {
  const stack = route?.stack ?? [];
  const wanted = method === 'ALL' ? stack[0]?.method : method.toLowerCase();
  return stack.filter((layer) => layer.method === undefined || layer.method === wanted).map(({ handle }) => handle);
}

/** A path that the route answers; undefined where none is found, as for most regular expressions. */
function sampleOf({ layer, path }: Target, prefix: string): string | undefined {
  if (path.includes('?') && !path.includes(':')) return undefined;
  return SAMPLES.map((sample) => filled(path, sample)).find((full) => {
    const rest = full.slice(filled(prefix, SAMPLES.find((one) => full.startsWith(filled(prefix, one))) ?? '').length);
    return full.startsWith('/') && layer.match(rest.startsWith('/') ? rest : `/${rest}`) !== false;
  });
}

/** Express 4 and 5 alike: parameters, their patterns, optional parts, wildcards. */
const filled = (path: string, sample: string): string =>
  path
    .replace(/\{([^{}]*)\}/g, '$1')
    .replace(/:\w+(\([^()]*\))?[?*+]?/g, sample)
    .replace(/\*\w*/g, sample)
    .replace(/[?()]/g, '');

interface Way {
  readonly path: string;
  readonly level: 'global' | 'router';
  readonly target: Target;
  readonly hooks: ExpressHooks;
  readonly namer: FunctionNamer;
  /** Whether the path is the whole of one that the route answers; else earlier routes are left out. */
  readonly isExact: boolean;
}

/** @returns whether the route was reached */
function pass(router: Stack, way: Way, passed: Passed): boolean {
  const { path, level, target, hooks, namer, isExact } = way;
  const called = new Set<string>();
  const namedParams = new Map(Object.entries(router.params ?? {}));
  for (const layer of router.stack) {
    const isTarget = layer === target.layer;
    if (!isTarget && (layer.handle.length > 3 || isOfExpress(layer.handle))) continue;
    if (isTarget && !isExact) return true;
    if (layer.route !== undefined && !isTarget && (!isExact || !handlesMethod(layer, target.method))) continue;
    const match = layer.match(path);
    if (match === false) continue;
    const { path: taken = '', keys = [] } = match === true ? layer : match;
    for (const key of keys) {
      const name = String(typeof key === 'string' ? key : key.name);
      if (called.has(name)) continue;
      called.add(name);
      for (const handler of namedParams.get(name) ?? []) passed.steps.push({ handler, level: 'param', of: name });
    }
    if (isTarget) return true;
    if (layer.route !== undefined) {
      const handlers = handlersOf(layer, target.method);
      if (handlers.every((handler) => passesOn(handler, namer.functions)))
        passed.steps.push(...handlers.map((handler) => ({ handler, level: 'route' as const })));
      else passed.shadowedBy ??= `${methodsOf(layer).join(', ')} ${String(layer.route.path)}`;
      continue;
    }
    const inner = innerOf(layer, hooks);
    const rest = path.slice(taken.length);
    if (inner === undefined)
      passed.steps.push({ handler: layer.handle, level: hooks.mounts.get(layer) === '/' ? level : 'router' });
    else if (pass(inner, { ...way, level: 'router', path: rest.startsWith('/') ? rest : `/${rest}` }, passed))
      return true;
  }
  return false;
}

function handlesMethod(layer: Layer, method: string): boolean {
  const methods = methodsOf(layer);
  return methods.includes('ALL') || methods.includes(method);
}

/** The middleware that Express 4 adds itself. */
const isOfExpress = ({ name }: Handler): boolean => name === 'query' || name === 'expressInit';
