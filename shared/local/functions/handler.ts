import path from 'node:path';
import type { Context } from './context';
import { FunctionInitError } from './errors';

/** A handler as the Node.js 24 runtime accepts it. */
export type Handler = (event: unknown, context: Context) => unknown;

/** Finds and loads a module by its path without the extension. Injectable, so that tests can hand in handlers without files. */
export type LoadModule = (module: string) => unknown;

const HANDLER = /^(?<module>.+)\.(?<name>[^./]+)$/;
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * Finds and checks the handler named as in Lambda: `lambda/eventsapp/events/list-events.handler` is the export `handler` of the file
 * `lambda/eventsapp/events/list-events` under `root`.
 *
 * @throws FunctionInitError with the error types of the Node.js runtime. Handlers that declare a third parameter are refused
 *   as the Node.js 24 runtime does (`Runtime.CallbackHandlerDeprecated`).
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
export function loadHandler(handler: string, root: string, load: LoadModule): Handler {
  const { module, name } = HANDLER.exec(handler)?.groups ?? {};
  if (module === undefined || name === undefined || module.split('/').includes('..')) {
    throw refused('Runtime.MalformedHandlerName', `Bad handler "${handler}": expected "path/to/file.export"`);
  }
  const exported = loadFile(path.resolve(root, module), handler, load);
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

function loadFile(module: string, handler: string, load: LoadModule): unknown {
  try {
    return load(module);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused('Runtime.ImportModuleError', `${handler} failed to load: ${reason}`, error);
  }
}

/** Where a handler may be, whether or not a file is there. */
export function handlerFiles(handler: string, root: string): readonly string[] {
  return filesOf(moduleOf(handler, root));
}

/** Of a handler, its file without the extension, absolute. */
export function moduleOf(handler: string, root: string): string {
  return path.resolve(root, HANDLER.exec(handler)?.groups?.['module'] ?? handler);
}

/** The files that a module without its extension may be. */
export const filesOf = (module: string): readonly string[] => EXTENSIONS.map((extension) => module + extension);

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

function refused(code: string, message: string, cause?: unknown): FunctionInitError {
  return new FunctionInitError(message, { code, cause });
}
