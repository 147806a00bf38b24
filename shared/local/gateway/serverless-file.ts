import path from 'node:path';
import { ENDPOINT_TYPES, type EndpointType } from '../../api-gateway/limits';
import { taskRootOf } from '../../lambda-environment';
import type { FunctionDefinition } from '../functions';
import type { Api, EventSources, Route } from './api';
import { readEventSources } from './event-sources';
import { Faults } from './faults';
import { functionEnvironment } from './function-environment';
import { readGatewayResponses } from './gateway-response-definition';
import { readHttpEvent, type HttpEvent } from './http-event';
import { ACCOUNT_ID } from './identifiers';
import { preflightOf } from './preflight';
import { readService } from '../../serverless-file/read-service';
import type { Value } from '../../serverless-file/value';
import { at } from '../../serverless-file/yaml-source';

export interface ServerlessFileOptions {
  readonly serverlessFile: string;
  readonly stage: string;
  /** Values of variables that the file declares; they win over its own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where `${env:X}` is looked up after `environment`, and what only a deployment knows by the variable's name. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Asked for a variable whose value only a deployment knows and that is not set here: true leaves it unset. Without it that is a fault. */
  readonly mayBeUnset?: (name: string) => boolean;
  /** Also those that no route needs (queue consumers, schedules, functions that others invoke), and what runs them. */
  readonly allFunctions?: boolean;
}

/** Reads what concerns functions, without the framework. Throws ConfigError that lists every fault with file and line. */
export function readServerlessFile({
  serverlessFile,
  stage,
  environment = {},
  env = {},
  mayBeUnset,
  allFunctions = false,
}: ServerlessFileOptions): Api {
  const file = path.resolve(serverlessFile);
  const service = readService(file, { stage, env: (name) => environment[name] ?? env[name] });
  const { root } = service;
  const faults = new Faults();
  for (const fault of service.faults) faults.addText(fault);

  const events = readEvents(root, faults);
  const needed = new Set([
    ...events.flatMap(({ functionName, event }) => [functionName, event.authorizer?.functionName ?? functionName]),
    ...(allFunctions ? (root.get('functions')?.entries.keys() ?? []) : []),
  ]);
  const functions = readFunctions(root, needed, { root: path.dirname(file), stage }, faults);
  const api: Api = {
    stage,
    region: regionOf(root),
    ...endpointOf(root, faults),
    functions,
    routes: routesOf(events, faults),
    gatewayResponses: readGatewayResponses(root, faults),
    binaryMediaTypes: root.get('provider.apiGateway.binaryMediaTypes')?.items.flatMap((item) => item.text ?? []) ?? [],
    minimumCompressionSize: readCompression(root, faults),
    environments: new Map(
      [...functions.keys()].map((name) => {
        const own = root.get('functions')?.entries.get(name)?.get('environment');
        const sources = { given: environment, env, mayBeUnset };
        return [name, functionEnvironment(root.get('provider.environment'), own, sources, faults)];
      }),
    ),
    lifted: new Map(
      [...functions.keys()].flatMap((name) => {
        const app = root.get('functions')?.entries.get(name)?.get('lifted.app')?.text;
        return app === undefined ? [] : [[name, taskRootOf(path.dirname(file), path.resolve(path.dirname(file), app))]];
      }),
    ),
    bundling: bundlingOf(root),
    eventSources: allFunctions
      ? readEventSources(root, { service: root.get('service')?.text ?? 'service', stage }, faults)
      : { queues: [], consumers: [], schedules: [] },
  };
  faults.check(path.basename(file));
  return api;
}

/** Reads queues, consumers and schedules, which needs no environment variables. Throws ConfigError that lists every fault with file and line. */
export function readEventSourcesFile({ serverlessFile, stage, env = {} }: ServerlessFileOptions): EventSources {
  const { root } = readService(serverlessFile, { stage, env: (name) => env[name] });
  const faults = new Faults();
  const sources = readEventSources(root, { service: root.get('service')?.text ?? 'service', stage }, faults);
  faults.check(path.basename(serverlessFile));
  return sources;
}

interface OwnedEvent {
  readonly functionName: string;
  readonly event: HttpEvent;
}

function readEvents(root: Value, faults: Faults): OwnedEvent[] {
  const functions = root.get('functions');
  if (!functions?.isMap) {
    faults.add(functions ?? root, 'functions must be a map of functions');
    return [];
  }
  return [...functions.entries].flatMap(([functionName, definition]) =>
    (definition.get('events')?.items ?? []).flatMap((item): OwnedEvent[] => {
      for (const kind of ['httpApi', 'websocket', 'alb']) {
        const other = item.get(kind);
        if (other) faults.add(other, `events of type ${kind} are not served; only http (REST API) is`);
      }
      const http = item.get('http');
      const event = http && readHttpEvent(http, faults);
      return event ? [{ functionName, event }] : [];
    }),
  );
}

function readFunctions(
  root: Value,
  needed: ReadonlySet<string>,
  { root: folder, stage }: { readonly root: string; readonly stage: string },
  faults: Faults,
): Map<string, FunctionDefinition> {
  const service = root.get('service')?.text ?? 'service';
  const functions = new Map<string, FunctionDefinition>();
  for (const name of needed) {
    const definition = root.get('functions')?.entries.get(name);
    const handler = definition?.get('handler')?.text;
    if (definition === undefined || handler === undefined) {
      faults.add(definition ?? root, `function ${name} is used but has no handler`);
      continue;
    }
    const functionName = definition.get('name')?.text ?? `${service}-${stage}-${name}`;
    functions.set(name, {
      name,
      functionName,
      handler,
      root: folder,
      timeoutMs: 1000 * readNumber(definition.get('timeout') ?? root.get('provider.timeout'), 6, faults),
      memorySize: readNumber(definition.get('memorySize') ?? root.get('provider.memorySize'), 1024, faults),
      arn: `arn:aws:lambda:${regionOf(root)}:${ACCOUNT_ID}:function:${functionName}`,
      ...readReservedConcurrency(definition.get('reservedConcurrency'), faults),
    });
  }
  return functions;
}

/** Routes in file order, then one OPTIONS method for each path with `cors`. */
function routesOf(events: readonly OwnedEvent[], faults: Faults): Route[] {
  const routes: Route[] = [];
  const places = new Map<string, Value>();
  const siblings = new Map<string, { readonly segment: string; readonly source: Value }>();
  for (const { functionName, event } of events) {
    const { method, path: resource, authorizer, source } = event;
    const first = places.get(`${method} ${resource}`);
    if (first) faults.add(source, `${method} ${resource} is already defined at ${at(first.place)}`);
    places.set(`${method} ${resource}`, source);
    checkSiblings(resource, source, siblings, faults);
    routes.push({ method, path: resource, target: { kind: 'function', functionName, authorizer } });
  }
  const withCors = events.flatMap(({ event }) => {
    const { cors, path: resource, method } = event;
    return cors === undefined || cors.primitive === false ? [] : [{ cors, resource, method }];
  });
  for (const resource of new Set(withCors.map((event) => event.resource))) {
    if (places.has(`OPTIONS ${resource}`)) continue;
    const settings = withCors.filter((event) => event.resource === resource);
    routes.push({ method: 'OPTIONS', path: resource, target: preflightOf(settings) });
  }
  return routes;
}

/** A resource can have only one child with a parameter; CreateResource refuses a second one under another name. */
function checkSiblings(
  resource: string,
  source: Value,
  siblings: Map<string, { readonly segment: string; readonly source: Value }>,
  faults: Faults,
): void {
  const segments = resource.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (!segment.startsWith('{')) continue;
    const parent = `/${segments.slice(0, index).join('/')}`;
    const sibling = siblings.get(parent);
    if (sibling && sibling.segment !== segment) {
      faults.add(
        source,
        `${segment} and ${sibling.segment} (${at(sibling.source.place)}) are siblings under ${parent}: API Gateway allows one name`,
      );
    }
    siblings.set(parent, sibling ?? { segment, source });
  }
}

function readNumber(value: Value | undefined, fallback: number, faults: Faults): number {
  if (value === undefined) return fallback;
  if (typeof value.primitive === 'number' && value.primitive > 0) return value.primitive;
  faults.add(value, `expected a positive number, found ${value.describe()}`);
  return fallback;
}

function readReservedConcurrency(
  value: Value | undefined,
  faults: Faults,
): Pick<FunctionDefinition, 'reservedConcurrency'> {
  // null: the stage sets none.
  if (value === undefined || value.primitive === null) return {};
  if (typeof value.primitive === 'number' && value.primitive >= 0) return { reservedConcurrency: value.primitive };
  faults.add(value, `reservedConcurrency must be a number, found ${value.describe()}`);
  return {};
}

function readCompression(root: Value, faults: Faults): number | undefined {
  const value = root.get('provider.apiGateway.minimumCompressionSize');
  if (value === undefined) return undefined;
  if (typeof value.primitive === 'number' && value.primitive >= 0) return value.primitive;
  faults.add(value, `minimumCompressionSize must be a number of bytes, found ${value.describe()}`);
  return undefined;
}

/** The framework deploys EDGE where none is given. */
function endpointOf(root: Value, faults: Faults): Pick<Api, 'endpointType' | 'hasResourcePolicy'> {
  const written = root.get('provider.endpointType');
  const endpointType = written === undefined ? 'edge' : endpointTypeNamed(written.text);
  if (written !== undefined && endpointType === undefined)
    faults.add(written, `endpointType must be EDGE, REGIONAL or PRIVATE, found ${written.describe()}`);
  const hasResourcePolicy = endpointType === 'private' || root.get('provider.apiGateway.resourcePolicy') !== undefined;
  return { endpointType: endpointType ?? 'edge', hasResourcePolicy };
}

function endpointTypeNamed(name: string | undefined): EndpointType | undefined {
  return ENDPOINT_TYPES.find((type) => type === name?.toLowerCase());
}

function bundlingOf(root: Value): Api['bundling'] {
  const options = root.get('custom.esbuild');
  const isBundled =
    options !== undefined || root.get('plugins')?.items.some(({ text }) => text === 'serverless-esbuild');
  return isBundled === true
    ? Object.fromEntries([...(options?.entries ?? [])].map(([name, value]) => [name, value.toJS()]))
    : undefined;
}

function regionOf(root: Value): string {
  return root.get('provider.region')?.text ?? 'us-east-1';
}
