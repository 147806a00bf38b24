import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Context } from './context';
import { FunctionInitError } from './errors';

/** A handler as the Node.js 24 runtime accepts it. */
export type Handler = (event: unknown, context: Context) => unknown;

/** Loads a module's exports. Injectable, so that tests can hand in handlers without files. */
export type LoadModule = (file: string) => unknown;

const EXTENSIONS = ['.js', '.cjs', '.ts', '.cts'];

/** `require` of the running process, so that what transforms TypeScript there (tsx, Jest) also transforms handlers. */
export const requireModule: LoadModule = (file) => createRequire(__filename)(file) as unknown;

/**
 * Finds and checks the handler named as in Lambda: `lambda/eventsapp/events/list-events.handler` is the export `handler` of the file
 * `lambda/eventsapp/events/list-events` under `root`.
 *
 * @throws FunctionInitError with the error types of the Node.js runtime. Handlers that declare a third parameter are refused
 *   as the Node.js 24 runtime does (`Runtime.CallbackHandlerDeprecated`).
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
export function loadHandler(handler: string, root: string, load: LoadModule = requireModule): Handler {
  const match = /^(?<module>.+)\.(?<name>[^./]+)$/.exec(handler);
  const { module, name } = match?.groups ?? {};
  if (module === undefined || name === undefined || module.split('/').includes('..')) {
    throw refused('Runtime.MalformedHandlerName', `Bad handler "${handler}": expected "path/to/file.export"`);
  }
  const exported = loadModule(path.resolve(root, module), handler, load);
  const candidate: unknown =
    typeof exported === 'object' && exported !== null ? Reflect.get(exported, name) : undefined;
  if (!isFunction(candidate)) {
    throw refused('Runtime.HandlerNotFound', `${handler} is undefined or not exported as a function`);
  }
  if (candidate.length > 2) {
    throw refused(
      'Runtime.CallbackHandlerDeprecated',
      `${handler} declares ${candidate.length} parameters; the Node.js 24 runtime has no callback: use (event, context) and return a promise`,
    );
  }
  return (event, context) => candidate(event, context);
}

function loadModule(base: string, handler: string, load: LoadModule): unknown {
  const file = load === requireModule ? EXTENSIONS.map((extension) => base + extension).find(existsSync) : base;
  if (file === undefined) {
    throw refused('Runtime.ImportModuleError', `Cannot find module '${base}' (${EXTENSIONS.join(', ')}) of ${handler}`);
  }
  try {
    return load(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused('Runtime.ImportModuleError', `${handler} failed to load: ${reason}`, error);
  }
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

function refused(code: string, message: string, cause?: unknown): FunctionInitError {
  return new FunctionInitError(message, { code, cause });
}
