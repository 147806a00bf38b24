export { readEventSourcesFile } from './serverless-file';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, type Logger } from '../../logger';
import { createFunction, type LambdaFunction, type LoadModule } from '../functions';
import type { Api, EventSources } from './api';
import { createGateway } from './gateway';
import { limitsOf, type Limits } from './limits';
import { setProcessEnvironment } from './process-environment';
import { createRouter } from './router';
import { createGatewayServer } from './server';
import { readServerlessFile } from './serverless-file';

export interface StartGatewayOptions {
  readonly serverlessFile: string;
  readonly stage: string;
  readonly port: number;
  readonly host?: string;
  /** Variables of the functions that win over those in the file, and supply `${env:...}`, `${ssm:...}` and `${cf:...}` values. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Load also the functions that no route needs. */
  readonly allFunctions?: boolean;
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
  readonly now?: () => number;
  /** Loads a handler's module; `require` unless given. */
  readonly load?: LoadModule;
}

export interface GatewayRoute {
  readonly method: string;
  readonly path: string;
  /** Undefined for the OPTIONS method that `cors` makes. */
  readonly functionName: string | undefined;
  readonly authorizer: string | undefined;
}

/** The running gateway, its functions loaded. */
export interface RunningGateway {
  /** With the stage: `http://127.0.0.1:3002/dev`. */
  readonly url: string;
  readonly port: number;
  readonly routes: readonly GatewayRoute[];
  /** By their keys in the file: those that routes need, or all. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly eventSources: EventSources;
  /** Cuts all connections, frees the port and puts the process's environment back. Functions that run are not waited for. */
  close(): Promise<void>;
}

/** Serves the API of `serverless.yml` in this process. Throws ConfigError, FunctionInitError or the listen error, leaving nothing running. */
export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const {
    host = '127.0.0.1',
    port,
    now = Date.now,
    logger = createLogger({ level: 'warn', base: { component: 'gateway' } }),
  } = options;
  const api = readServerlessFile(options);
  const limits = { ...limitsOf(api.endpointType), ...options.limits };
  const restoreEnvironment = setProcessEnvironment(api.environment);
  try {
    const address = { host, port };
    const functions = loadFunctions(api, limits, options);
    const handle = createGateway({
      api,
      router: createRouter(api.routes),
      functions,
      limits,
      address: () => address,
      now,
      logger,
    });
    const server = createGatewayServer({ handle, limits });
    address.port = await listen(server, port, host);
    return {
      url: `http://${host}:${address.port}/${api.stage}`,
      port: address.port,
      routes: routesOf(api),
      functions,
      eventSources: api.eventSources,
      async close() {
        await closeServer(server);
        restoreEnvironment();
      },
    };
  } catch (error) {
    restoreEnvironment();
    throw error;
  }
}

function loadFunctions(api: Api, limits: Limits, { load, now }: StartGatewayOptions): Map<string, LambdaFunction> {
  return new Map(
    [...api.functions].map(([name, definition]) => {
      const timeoutMs = limits.functionTimeoutMs ?? definition.timeoutMs;
      return [name, createFunction({ ...definition, timeoutMs }, { ...(load && { load }), ...(now && { now }) })];
    }),
  );
}

function routesOf(api: Api): GatewayRoute[] {
  return api.routes.map(({ method, path, target }) => ({
    method,
    path,
    functionName: target.kind === 'function' ? target.functionName : undefined,
    authorizer: target.kind === 'function' ? target.authorizer?.functionName : undefined,
  }));
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
