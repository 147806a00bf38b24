export { readEventSourcesFile } from './serverless-file';
import path from 'node:path';
import { groupBy } from '../../group-by';
import { lambdaEnvironment } from '../../lambda-environment';
import { createLogger, type Logger } from '../../logger';
import {
  bundledProgram,
  createFunction,
  startFunctionProcess,
  typescriptLoader,
  unbundledProgram,
  type FunctionProcess,
  type LambdaFunction,
  type LoadModule,
  type Print,
  type Program,
} from '../functions';
import type { Api, EventSources } from './api';
import { createGateway } from './gateway';
import { limitsOf, type Limits } from './limits';
import { setProcessEnvironment } from './process-environment';
import { createRouter } from './router';
import { createGatewayServer } from './server';
import { closeServer, listenOn } from '../http-server';
import { readServerlessFile } from './serverless-file';

export interface StartGatewayOptions {
  readonly serverlessFile: string;
  readonly stage: string;
  readonly port: number;
  readonly host?: string;
  /** Values of variables that the file declares: they win over its own, and supply `${env:...}`, `${ssm:...}` and `${cf:...}` values. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where `${env:...}` is looked up after `environment`, and what only a deployment knows by the variable's name. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Asked for a variable whose value only a deployment knows and that is not set here: true leaves it unset. Without it that is a fault. */
  readonly mayBeUnset?: (name: string) => boolean;
  /** What every function finds in addition to the declared variables, such as addresses of services on this machine; Lambda's own are there already. */
  readonly platform?: Readonly<Record<string, string>>;
  /** Load functions from here: a folder that the zips of a deployment are unpacked into, one over another. */
  readonly unpacked?: string | undefined;
  /** Load also the functions that no route needs. */
  readonly allFunctions?: boolean;
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
  readonly now?: () => number;
  /** Takes what functions print; without it, it goes to where this process prints. */
  readonly print?: Print | undefined;
  /** For tests: loads the handlers in this process, which gets all their variables. Without it they have processes of their own. */
  readonly load?: LoadModule;
}

/** The running gateway, its functions loaded. */
export interface RunningGateway {
  /** With the stage: `http://127.0.0.1:3002/dev`. */
  readonly url: string;
  readonly port: number;
  /** By their keys in the file: those that routes need, or all. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly eventSources: EventSources;
  /** Starts the functions' processes, which otherwise the first invocation of each does; what cannot be loaded is logged. */
  warm(): Promise<void>;
  /** Cuts all connections, frees the port and ends the functions' processes. Functions that run are not waited for. */
  close(): Promise<void>;
}

/**
 * Serves the REST API of `serverless.yml`. Functions have processes of their own, started when needed; one that cannot be loaded is logged, and
 * answers 502 alone. Throws ConfigError or the listen error, leaving nothing running.
 */
export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const {
    host = '127.0.0.1',
    port,
    now = Date.now,
    logger = createLogger({ level: 'warn', base: { component: 'gateway' } }),
  } = options;
  const written = readServerlessFile(options);
  const api = options.unpacked === undefined ? written : loadedFrom(options.unpacked, written);
  const limits = { ...limitsOf(api.endpointType), ...options.limits };
  const started = startFunctions(api, limits, { ...options, logger });
  const { functions } = started;
  try {
    const address = { host, port };
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
    address.port = await listenOn(server, port, host);
    return {
      url: `http://${host}:${address.port}/${api.stage}`,
      port: address.port,
      functions,
      eventSources: api.eventSources,
      warm: () => started.warm(),
      async close() {
        await closeServer(server);
        await started.close();
      },
    };
  } catch (error) {
    await started.close();
    throw error;
  }
}

function loadedFrom(folder: string, api: Api): Api {
  const root = path.resolve(folder);
  const functions = [...api.functions].map(([name, one]) => [name, { ...one, root }] as const);
  const lifted = [...api.lifted.keys()].map((name) => [name, root] as const);
  return { ...api, functions: new Map(functions), lifted: new Map(lifted), bundling: undefined };
}

interface StartedFunctions {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  warm(): Promise<void>;
  close(): Promise<void>;
}

function startFunctions(
  api: Api,
  limits: Limits,
  { load, now, platform = {}, logger, print }: StartGatewayOptions & { readonly logger: Logger },
): StartedFunctions {
  const definitions = [...api.functions.values()].map((definition) => ({
    ...definition,
    timeoutMs: limits.functionTimeoutMs ?? definition.timeoutMs,
  }));
  if (load !== undefined) {
    const restore = setProcessEnvironment(Object.assign({}, ...api.environments.values()) as Record<string, string>);
    const close = (): Promise<void> => {
      restore();
      return Promise.resolve();
    };
    try {
      const loaded = definitions.map((definition) => createFunction(definition, { load, ...(now && { now }) }));
      return { functions: byName(loaded), warm: () => Promise.resolve(), close };
    } catch (error) {
      restore();
      throw error;
    }
  }
  // Functions with the same environment share a process: one for each would take long to start.
  const groups = groupBy(definitions, ({ name }) => {
    const alone = api.lifted.has(name) ? name : '';
    return JSON.stringify([alone, Object.entries(api.environments.get(name) ?? {}).sort()]);
  });
  const [{ root } = { root: '' }] = definitions;
  const program =
    api.bundling === undefined ? unbundledProgram : bundledProgram({ root, definitions, options: api.bundling });
  const processes = [...groups.values()].map((group): FunctionProcess => {
    const name = group[0]?.name ?? '';
    const liftedRoot = api.lifted.get(name);
    const taskRoot = liftedRoot ?? root;
    const environment = { ...lambdaEnvironment(taskRoot, api.region), ...platform, ...api.environments.get(name) };
    const own = liftedRoot === undefined ? program : withLoader(program, typescriptLoader(root));
    return startFunctionProcess({ definitions: group, environment, program: own, logger, ...(print && { print }) });
  });
  return {
    functions: byName(processes.flatMap(({ functions }) => functions)),
    async warm() {
      await Promise.all(processes.map((one) => one.start()));
    },
    async close() {
      await Promise.all(processes.map((one) => one.close()));
    },
  };
}

/** A lifted app is loaded file by file, as it is in its zip. */
const withLoader =
  (program: () => Promise<Program>, loader: readonly string[]): (() => Promise<Program>) =>
  async () => {
    const made = await program();
    return { ...made, execArgv: [...loader, ...made.execArgv] };
  };

const byName = (functions: readonly LambdaFunction[]): ReadonlyMap<string, LambdaFunction> =>
  new Map(functions.map((one) => [one.definition.name, one]));
