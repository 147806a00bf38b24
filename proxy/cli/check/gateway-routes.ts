import { parse } from 'yaml';
import { ConfigError } from '../../../shared/errors';
import { ownProperty } from '../../../shared/session/own-property';

/** One `http` event of serverless.yml. */
export interface GatewayRoute {
  readonly functionName: string;
  /** Upper case; `ANY` for any. */
  readonly method: string;
  /** With a slash in front: `/api/events/{eventId}`. */
  readonly path: string;
  readonly hasAuthorizer: boolean;
}

/**
 * The `http` events of all functions in the text of a serverless.yml, as written: variables stay what they are.
 *
 * @returns undefined when the functions are not in this file (`functions: ${file(...)}`)
 * @throws ConfigError when it is no YAML, or has no functions
 */
export function readGatewayRoutes(text: string, file: string): readonly GatewayRoute[] | undefined {
  const functions = ownProperty(parseYaml(text, file), 'functions');
  if (typeof functions === 'string' || Array.isArray(functions)) return undefined;
  if (typeof functions !== 'object' || functions === null)
    throw new ConfigError('serverless.yml', [`${file} has no functions; expected a map of functions`]);
  return Object.entries(functions).flatMap(([functionName, definition]: [string, unknown]) => {
    const events = ownProperty(definition, 'events');
    return Array.isArray(events) ? events.flatMap((event: unknown) => readEvent(functionName, event)) : [];
  });
}

function readEvent(functionName: string, event: unknown): GatewayRoute[] {
  const http = ownProperty(event, 'http');
  // Short form: `http: GET api/events`.
  const [shortMethod, shortPath] = typeof http === 'string' ? http.trim().split(/\s+/, 2) : [];
  const method = ownProperty(http, 'method') ?? shortMethod;
  const path = ownProperty(http, 'path') ?? shortPath;
  if (typeof method !== 'string' || typeof path !== 'string') return [];
  const upper = method === '*' ? 'ANY' : method.toUpperCase();
  const authorizer = ownProperty(http, 'authorizer');
  return [
    {
      functionName,
      method: upper,
      path: `/${path.replace(/^\/|\/$/g, '')}`,
      hasAuthorizer: authorizer !== undefined && authorizer !== null,
    },
  ];
}

function parseYaml(text: string, file: string): unknown {
  try {
    // CloudFormation's own tags (!Ref) are of no interest here.
    return parse(text, { logLevel: 'error' });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
    throw new ConfigError('serverless.yml', [`${file} is not valid YAML: ${message}`], error);
  }
}
