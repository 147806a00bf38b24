import { createRequire } from 'node:module';
import { Server, Socket } from 'node:net';
import type { AppReport } from './load-app';

// Runs as a process of its own: loads one module with the network cut off and reports what it exports.

/** How long (ms) a module may still begin something after it is loaded: drivers connect some turns later. */
const SETTLE = 200;

const attempts = new Set<string>();
const load = createRequire(__filename);

function cutOff(prototype: object, method: string): void {
  Object.defineProperty(prototype, method, {
    value: () => {
      attempts.add(method);
      throw new Error(`${method} is blocked while check loads the module`);
    },
  });
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${error.name}: ${error.message.split('\n', 1)[0] ?? ''}`.slice(0, 200);
}

const isExpressApp = (value: unknown) =>
  typeof value === 'function' &&
  ['use', 'handle', 'set'].every((name) => typeof Reflect.get(value, name) === 'function');

/** Getters included: that is how compilers write exports. */
const valueOf = (value: unknown, name: string): unknown =>
  (typeof value === 'object' || typeof value === 'function') && value !== null ? Reflect.get(value, name) : undefined;

const namesOf = (value: unknown): string[] =>
  (typeof value === 'object' || typeof value === 'function') && value !== null ? Object.keys(value) : [];

const ownFiles = (): string[] =>
  Object.keys(load.cache).filter((file) => !file.includes('node_modules') && file !== __filename);

function report(loaded: unknown, failure: string | undefined): AppReport {
  const exported: [string, unknown][] = [
    ...(typeof loaded === 'function' ? [['module.exports', loaded] as [string, unknown]] : []),
    ...namesOf(loaded).map((name): [string, unknown] => [name, valueOf(loaded, name)]),
  ];
  const apps = exported.filter(([, value]) => isExpressApp(value)).map(([name]) => name);
  const factories = exported
    .filter(([name, value]) => typeof value === 'function' && !apps.includes(name))
    .map(([name]) => name);
  const own = apps.includes('module.exports') ? [] : factories;
  return { apps, factories: own, attempts: [...attempts], failure, files: ownFiles() };
}

cutOff(Server.prototype, 'listen');
cutOff(Socket.prototype, 'connect');

// What a module begins while it is loaded may fail later.
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);

let loaded: unknown;
let failure: string | undefined;
try {
  loaded = load(process.argv[2] ?? '');
} catch (error) {
  failure = firstLine(error);
}
setTimeout(() => process.send?.(report(loaded, failure), undefined, undefined, () => process.exit(0)), SETTLE);
