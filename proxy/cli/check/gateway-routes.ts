import { ConfigError } from '../../../shared/errors';
import { functionsOf, readService } from '../../../shared/serverless-file/read-service';
import { anyStage } from '../../../shared/serverless-file/stages';
import { DeployTime, type Value } from '../../../shared/serverless-file/value';
import { at } from '../../../shared/serverless-file/yaml-source';
import type { Route } from '../../route-table/route';

/** One `http` event of serverless.yml. */
export interface GatewayRoute {
  readonly functionName: string;
  /** Upper case; `ANY` for any. */
  readonly method: string;
  /** With a slash in front: `/api/events/{eventId}`. */
  readonly path: string;
  readonly auth: Route['auth'];
  readonly line: number;
}

/** The authorizer function that also lets anonymous requests through; any other refuses them. */
const OPTIONAL_AUTHORIZER = 'optional-authorizer';

/** The `http` events; undefined when a program makes the functions. Throws ConfigError when the file is no YAML or has no functions. */
export function readGatewayRoutes(serverlessFile: string): readonly GatewayRoute[] | undefined {
  const { root, faults } = readService(serverlessFile, { stage: anyStage(serverlessFile) });
  const functions = functionsOf(root);
  if (functions !== undefined)
    return [...functions].flatMap(([functionName, definition]) =>
      (definition.get('events')?.items ?? []).flatMap((event) => routeOf(functionName, event, faults)),
    );
  if (root.get('functions')?.data instanceof DeployTime) return undefined;
  throw new ConfigError('serverless.yml', [`${serverlessFile} has no functions; expected a map of functions`]);
}

function routeOf(functionName: string, event: Value, faults: readonly string[]): GatewayRoute[] {
  const http = event.get('http');
  // Short form: `http: GET api/events`.
  const [shortMethod, shortPath] = http?.text?.trim().split(/\s+/, 2) ?? [];
  const method = http?.get('method')?.text ?? shortMethod;
  const path = http?.get('path')?.text ?? shortPath;
  if (http === undefined || method === undefined || path === undefined) return [];
  return [
    {
      functionName,
      method: method === '*' ? 'ANY' : method.toUpperCase(),
      path: `/${path.replace(/^\/|\/$/g, '')}`,
      auth: authOf(http.entries.get('authorizer'), faults),
      line: event.place.line,
    },
  ];
}

function authOf(authorizer: Value | undefined, faults: readonly string[]): Route['auth'] {
  // Also null is a variable that is not understood: some authorizer.
  const isUnknown = authorizer?.data === null && faults.some((fault) => fault.startsWith(`${at(authorizer.place)}:`));
  if (isUnknown) return 'required';
  if (authorizer === undefined || authorizer.data === null) return 'none';
  return (authorizer.text ?? authorizer.get('name')?.text) === OPTIONAL_AUTHORIZER ? 'optional' : 'required';
}
