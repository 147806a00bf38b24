import path from 'node:path';

import { FunctionInitError, InvocationRefused } from './errors';
import { createFunction, type FunctionDefinition, type LambdaFunction } from './function';
import { handlerFiles, type LoadModule } from './handler';
import type { LoadFault, Order, Outcome, Report } from './messages';

const functions = new Map<string, LambdaFunction>();
/** Files that are not loaded, and will be once they are edited. */
const broken = new Set<string>();
const PACKAGES = `${path.sep}node_modules${path.sep}`;

function loadAll(definitions: readonly FunctionDefinition[], load: LoadModule): readonly LoadFault[] {
  return definitions.flatMap((definition): readonly LoadFault[] => {
    const { name } = definition;
    try {
      functions.set(name, createFunction(definition, { load }));
      return [];
    } catch (error) {
      if (!(error instanceof FunctionInitError)) throw error;
      for (const file of [...handlerFiles(definition.handler, definition.root), ...filesNamedIn(error)])
        broken.add(file);
      return [{ functionName: name, code: error.code, message: error.message }];
    }
  });
}

async function invoke(functionName: string, event: string): Promise<Outcome> {
  const target = functions.get(functionName);
  if (target === undefined) throw new TypeError(`there is no function ${functionName}`);
  try {
    const invocation = await target.invoke(JSON.parse(event));
    if (invocation.ok) return { invocation };
    const { cause, ...error } = invocation.error;
    return {
      invocation: { ...invocation, error: { ...error, ...(cause instanceof Error && { cause: asPlain(cause) }) } },
    };
  } catch (error) {
    if (!(error instanceof InvocationRefused)) throw error;
    const { message, code, statusCode } = error;
    return { refused: { message, code, statusCode } };
  }
}

/** Without what cannot be sent to another process, and what only programs read. */
function asPlain({ name, message, stack }: Error): Error {
  return Object.assign(new Error(message), { name, ...(stack !== undefined && { stack }) });
}

const loadedFiles = (): readonly string[] =>
  [...Object.keys(require.cache), ...broken].filter((file) => !file.includes(PACKAGES));

/** Of a module that does not compile or throws: Node's cache does not keep it. */
function filesNamedIn({ message, cause }: Error): readonly string[] {
  const text = `${message}\n${cause instanceof Error ? (cause.stack ?? '') : ''}`;
  return text.match(/(?<![\w.])\/[^\s:()'"]+\.[cm]?[jt]s\b/g) ?? [];
}

const send = (report: Report): void => void process.send?.(report);

/**
 * Makes this process one of functions: function-process.ts starts it, gives it its environment, and sends it orders.
 *
 * @param load finds and loads a handler's file by its path without the extension
 */
export function serve(load: LoadModule): void {
  process.on('message', (order: Order) => {
    if (order.kind === 'load') {
      send({ kind: 'loaded', faults: loadAll(order.definitions, load), files: loadedFiles() });
      return;
    }
    void invoke(order.functionName, order.event).then((outcome) => {
      send({ kind: 'invoked', id: order.id, outcome, files: loadedFiles() });
    });
  });
  // Whoever started it has gone.
  process.on('disconnect', () => process.exit());
}
