export { readEventSourcesFile } from './serverless-file';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lambdaEnvironment } from '../../lambda-environment';
import { createLogger, type Logger } from '../../logger';
import {
  createFunction,
  startFunctionProcess,
  type FunctionDefinition,
  type FunctionProcess,
  type LambdaFunction,
  type LoadModule,
} from '../functions';
import type { Api, EventSources } from './api';
import { createGateway } from './gateway';
import { limitsOf, type Limits } from './limits';
import { setProcessEnvironment } from './process-environment';
import { createRouter, type RouterOptions } from './router';
import { createGatewayServer } from './server';
import { readServerlessFile } from './serverless-file';
import { createThrottle, type ThrottleOptions } from './throttle';

export interface StartGatewayOptions extends RouterOptions {
  readonly serverlessFile: string;
  readonly stage: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  readonly host?: string;
  /** Values of variables that the file declares: they win over its own, and supply `${env:...}`, `${ssm:...}` and `${cf:...}` values. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What every function finds beside the declared variables, such as addresses of services on this machine; Lambda's own are there already. */
  readonly platform?: Readonly<Record<string, string>>;
  /** Load also the functions that no route needs. */
  readonly allFunctions?: boolean;
  readonly logger?: Logger;
  /** Without it nothing is throttled. */
  readonly throttle?: ThrottleOptions;
  readonly limits?: Partial<Limits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** For tests: loads the handlers in this process, which gets all their variables. Without it they have processes of their own. */
  readonly load?: LoadModule;
}

export interface GatewayRoute {
  readonly method: string;
  readonly path: string;
  /** Undefined for the OPTIONS method that `cors` makes. */
  readonly functionName: string | undefined;
  readonly authorizer: string | undefined;
}

export interface RunningGateway {
  /** With the stage: `http://127.0.0.1:3002/dev`. */
  readonly url: string;
  readonly port: number;
  readonly routes: readonly GatewayRoute[];
  /** By their keys in the file: those that routes need, or all. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly eventSources: EventSources;
  /** Cuts all connections, frees the port and ends the functions' processes. Functions that run are not waited for. */
  close(): Promise<void>;
}

/**
 * Serves the REST API that `serverless.yml` describes. Functions have processes with the environment that the file declares and nothing of this
 * process's. One that cannot be loaded is logged, and answers 502 alone.
 *
 * @throws ConfigError for faults in `serverless.yml`, and what `listen` fails with (`EADDRINUSE`); then nothing is left running
 */
export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const {
    host = '127.0.0.1',
    port,
    now = Date.now,
    logger = createLogger({ level: 'warn', base: { component: 'gateway' } }),
  } = options;
  const api = readServerlessFile({ env: process.env, ...options });
  const limits = { ...limitsOf(api.endpointType), ...options.limits };
  const { functions, close } = startFunctions(api, limits, { ...options, logger });
  try {
    const address = { host, port };
    const handle = createGateway({
      api,
      router: createRouter(api.routes, options),
      functions,
      limits,
      allow: options.throttle ? createThrottle(options.throttle, now) : () => true,
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
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface StartedFunctions {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  close(): Promise<void>;
}

function startFunctions(
  api: Api,
  limits: Limits,
  { load, now, platform = {}, logger }: StartGatewayOptions & { readonly logger: Logger },
): StartedFunctions {
  const definitions = [...api.functions.values()].map((definition) => ({
    ...definition,
    timeoutMs: limits.functionTimeoutMs ?? definition.timeoutMs,
  }));
  if (load !== undefined) {
    const restore = setProcessEnvironment(Object.assign({}, ...api.environments.values()) as Record<string, string>);
    const close = async (): Promise<void> => Promise.resolve(restore());
    try {
      const loaded = definitions.map((definition) => createFunction(definition, { load, ...(now && { now }) }));
      return { functions: byName(loaded), close };
    } catch (error) {
      restore();
      throw error;
    }
  }
  // Functions with the same environment share a process: one for each would take long to start.
  const groups = new Map<string, FunctionDefinition[]>();
  for (const definition of definitions) {
    const { name } = definition;
    const alone = api.lifted.has(name) ? name : '';
    const key = JSON.stringify([alone, Object.entries(api.environments.get(name) ?? {}).sort()]);
    groups.set(key, [...(groups.get(key) ?? []), definition]);
  }
  const processes = [...groups.values()].map((group): FunctionProcess => {
    const [{ name, root } = { name: '', root: '' }] = group;
    const taskRoot = api.lifted.get(name) ?? root;
    const environment = { ...lambdaEnvironment(taskRoot, api.region), ...platform, ...api.environments.get(name) };
    return startFunctionProcess({ definitions: group, environment, logger });
  });
  return {
    functions: byName(processes.flatMap(({ functions }) => functions)),
    async close() {
      await Promise.all(processes.map((one) => one.close()));
    },
  };
}

const byName = (functions: readonly LambdaFunction[]): ReadonlyMap<string, LambdaFunction> =>
  new Map(functions.map((one) => [one.definition.name, one]));

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
