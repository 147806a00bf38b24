import type { RequestListener, Server } from 'node:http';
import path from 'node:path';

import { captureListen } from '../../shared/app-entry/capture-listen';
import { exportNamed, runEntry } from '../../shared/app-entry/run-entry';
import { BanyanError } from '../../shared/errors';

export interface StartedApp {
  readonly answer: RequestListener;
  /** What the app itself handed over, such as its Express app. */
  readonly listeners: readonly unknown[];
}

export interface AppEntry {
  /** Relative to `root`. */
  readonly file: string;
  /** The folder of serverless.yml, which is the root of the zip. */
  readonly root: string;
  /** The export that is, or returns, the app; undefined: the app listens on its own. */
  readonly exported: string | undefined;
}

/** The app did not start. */
export class LiftedStartError extends BanyanError {
  override readonly name = 'LiftedStartError';
}

/**
 * Starts the app once; what failed is tried again by the next call. An ES module that has failed fails in the same way for as long as its process
 * lives: the second time, this process ends, and Lambda starts another.
 *
 * @returns what starts it. It rejects with what loading the app throws, or LiftedStartError for an export that is no app
 */
export function appStarter(entry: AppEntry, endProcess: (code: number) => void): () => Promise<StartedApp> {
  let captured: Promise<Server> | undefined;
  let starting: Promise<StartedApp> | undefined;
  let attempts = 0;
  let lastFailure: unknown;

  const start = async (): Promise<StartedApp> => {
    captured ??= firstServer();
    attempts += 1;
    try {
      const exports = await runEntry(path.resolve(entry.root, entry.file), { attempt: attempts });
      return entry.exported === undefined
        ? startedServer(await captured)
        : await startedExport(exports, entry.exported, entry.file);
    } catch (error) {
      starting = undefined;
      if (error === lastFailure) endProcess(1);
      lastFailure = error;
      throw error;
    }
  };
  return () => (starting ??= start());
}

/** The first server with a request listener that is asked to listen. */
const firstServer = (): Promise<Server> =>
  new Promise((resolve) =>
    captureListen((server) => {
      if (server.listenerCount('request') > 0) resolve(server);
    }),
  );

function startedServer(server: Server): StartedApp {
  return {
    answer: (request, response) => void server.emit('request', request, response),
    listeners: server.listeners('request'),
  };
}

/** An Express app, a server, or a function without parameters that makes one of them, later if need be. */
async function startedExport(exports: unknown, name: string, file: string): Promise<StartedApp> {
  const exported = exportNamed(exports, name);
  const made: unknown = isFactory(exported) ? await exported() : exported;
  if (isServer(made)) return startedServer(made);
  if (isListener(made)) return { answer: made, listeners: [made] };
  throw new LiftedStartError(
    `${file}: its export ${name} is ${exported === undefined ? 'missing' : 'no app'}; expected an Express app, an HTTP server, or a function without parameters that returns one`,
    { code: 'NO_APP', statusCode: 500 },
  );
}

/** Express's app is a function of three parameters, a plain listener one of two. */
const isFactory = (value: unknown): value is () => unknown => typeof value === 'function' && value.length === 0;
const isListener = (value: unknown): value is RequestListener => typeof value === 'function';
const isServer = (value: unknown): value is Server =>
  typeof value === 'object' && value !== null && 'listeners' in value && 'emit' in value;
