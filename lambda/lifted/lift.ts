import type { RequestListener } from 'node:http';

import serverlessExpress from '@vendia/serverless-express';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

import { changeMongoClients } from '../../shared/app-entry/change-mongo-clients';
import { LIFTED } from '../../shared/lifted-symbol';
import { liftedConfig } from '../config';
import { markColdStart } from '../http/cold-start';
import { watchBackground, type BackgroundChoice, type BackgroundWatch, type BackgroundWork } from './background';
import { appStarter, LiftedStartError, type StartedApp } from './start-app';
import { asReceived, completeRequest, type ReceivedEvent } from './to-node-request';

/** As API Gateway's Lambda proxy integration calls it: two parameters, because the Node.js 24 runtime refuses a third. */
export type LiftedHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

interface Prepared {
  readonly watch: BackgroundWatch;
  readonly start: () => Promise<StartedApp>;
}

/** How a lifted app is started. */
export interface LiftOptions {
  /**
   * The export of the file that is the app, or a function without parameters that makes it (`default` for `module.exports`).
   * Without it the file is run as `node` would run it, and the app is what it listens with.
   */
  readonly export?: string;
  /** What the app starts outside a request, under the package (`node-cron`) or app file (`jobs/clean-up.js`) that starts it. */
  readonly background?: Readonly<Record<string, BackgroundChoice>>;
  /** Connections of each MongoClient; the driver's default is 100. Default: 1, because an instance serves one request at a time. */
  readonly maxPoolSize?: number;
}

/** What a started app was found to do, for packaging. */
export interface LiftReport {
  readonly startMs: number;
  readonly mongoClients: number;
  readonly unlistedBackground: readonly BackgroundWork[];
  /** The app's own request listeners, such as its Express app. */
  readonly apps: readonly unknown[];
}

/** What API Gateway writes itself, or what concerns one connection. */
const NOT_OURS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);
/** So much is left to say that the app has not started. */
const MARGIN_MS = 500;
/** Node's own: the app's is watched. */
const startTimer = setTimeout;

/**
 * Makes a Lambda of the monolith itself, unmodified: with its own Express, middleware, session store, views and error pages. It serves every
 * route that leads to this function. The app is started by the first request and kept; a start that failed is tried again by the next
 * request.
 *
 * @param entry the file that starts the app, from the folder of serverless.yml, such as `server.js`
 */
export function lift(entry: string, options: LiftOptions = {}): LiftedHandler {
  const { background = {}, maxPoolSize = 1 } = options;
  let prepared: Prepared | undefined;
  let startMs = NaN;
  let mongoClients = 0;

  /** At the first start rather than at load: it changes the process. */
  const prepare = (): Prepared => {
    const { root } = liftedConfig();
    const watch = watchBackground({ root, listed: background });
    // The driver would let each pool grow to 100 (version 3: to 5 or 10).
    const capped = { maxPoolSize, minPoolSize: 0 };
    changeMongoClients(({ uri, options }, driver) => {
      mongoClients += 1;
      return { uri, options: { ...options, ...capped, ...(driver === 'version 3' && { poolSize: maxPoolSize }) } };
    });
    const start = appStarter({ file: entry, root, exported: options.export }, (code) => process.exit(code));
    return { watch, start };
  };
  const start = async (): Promise<Prepared & { readonly app: StartedApp }> => {
    const began = performance.now();
    const parts = (prepared ??= prepare());
    const app = await parts.start();
    if (Number.isNaN(startMs)) startMs = performance.now() - began;
    return { ...parts, app };
  };

  const handler: LiftedHandler = async (event, context) => {
    const { watch, app } = await within(context.getRemainingTimeInMillis() - MARGIN_MS, start, entry);
    return watch.inRequest(() => answer(app.answer, event, context));
  };
  const marked = markColdStart(handler, () => liftedConfig().inLambda);
  const report = async (): Promise<LiftReport> => {
    const { app, watch } = await start();
    return { startMs, mongoClients, unlistedBackground: watch.unlisted(), apps: app.listeners };
  };
  return Object.assign(marked, { [LIFTED]: report });
}

async function answer(
  listener: RequestListener,
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  const handle: RequestListener = (request, response) => {
    completeRequest(request);
    // Nothing else would: there is no connection to end.
    response.once('finish', () => process.nextTick(() => response.emit('close')));
    listener(request, response);
  };
  const respond = serverlessExpress<ReceivedEvent, APIGatewayProxyResult>({
    // `handle` is how the library knows Express.
    app: Object.assign(handle, { handle }),
    eventSourceName: 'AWS_API_GATEWAY_V1',
    binarySettings: { isBinary: ({ headers }: { headers: Readonly<Record<string, unknown>> }) => !isText(headers) },
    // An error page is the app's own, never a stack.
    respondWithErrors: false,
  });
  const result = await respond(asReceived(event), context, () => undefined);
  if (result === undefined) throw new TypeError('serverless-express resolved to nothing');
  const headers = Object.entries(result.multiValueHeaders ?? {});
  const own = headers.filter(([name]) => !NOT_OURS.has(name.toLowerCase()));
  return { ...result, multiValueHeaders: Object.fromEntries(own) };
}

/** What is UTF-8 goes as it is, everything else as base64 (trap 20): it would not survive as text. */
function isText(headers: Readonly<Record<string, unknown>>): boolean {
  const { 'content-type': given, 'content-encoding': encoding } = headers;
  const type = typeof given === 'string' ? given.toLowerCase() : '';
  const charset = /;\s*charset="?([^";\s]+)/.exec(type)?.[1] ?? 'utf-8';
  return (
    encoding === undefined &&
    /^(?:utf-8|us-ascii)$/.test(charset) &&
    /^(?:$|text\/|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/(?:javascript|x-ndjson|x-www-form-urlencoded))/.test(
      type,
    )
  );
}

/** Rejects before Lambda ends the invocation, so that it is in the log; the start goes on and serves the next request. */
async function within<T>(ms: number, start: () => Promise<T>, entry: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `${entry} does not listen yet: it is still starting, waits for something that never comes, forks a cluster, or only exports its app (then name the export)`;
    timer = startTimer(
      () => reject(new LiftedStartError(message, { code: 'NOT_STARTED', statusCode: 500 })),
      Math.max(ms, 0),
    );
  });
  try {
    // The time runs already: loading an app blocks, and counts.
    return await Promise.race([start(), late]);
  } finally {
    clearTimeout(timer);
  }
}
