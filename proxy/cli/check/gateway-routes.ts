import { ConfigError } from '../../../shared/errors';
import { parseYaml, type ParsedYaml } from '../../../shared/parsed-yaml';
import { ownProperty } from '../../../shared/session/own-property';
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
export const OPTIONAL_AUTHORIZER = 'optional-authorizer';

/** The `http` events as written; undefined when functions are in other files. Throws ConfigError when it is no YAML or has no functions. */
export function readGatewayRoutes(text: string, file: string): readonly GatewayRoute[] | undefined {
  const source = parseYaml(text, { file, subject: 'serverless.yml' });
  const functions = ownProperty(source.content, 'functions');
  if (typeof functions === 'string' || Array.isArray(functions)) return undefined;
  if (typeof functions !== 'object' || functions === null)
    throw new ConfigError('serverless.yml', [`${file} has no functions; expected a map of functions`]);
  return Object.entries(functions).flatMap(([functionName, definition]: [string, unknown]) => {
    const events = ownProperty(definition, 'events');
    return Array.isArray(events) ? events.flatMap((_event, index) => readEvent(functionName, index, source)) : [];
  });
}

function readEvent(functionName: string, index: number, { content, lineOf }: ParsedYaml): GatewayRoute[] {
  const place = ['functions', functionName, 'events', index] as const;
  const http = ownProperty(valueAt(content, place), 'http');
  // Short form: `http: GET api/events`.
  const [shortMethod, shortPath] = typeof http === 'string' ? http.trim().split(/\s+/, 2) : [];
  const method = ownProperty(http, 'method') ?? shortMethod;
  const path = ownProperty(http, 'path') ?? shortPath;
  if (typeof method !== 'string' || typeof path !== 'string') return [];
  return [
    {
      functionName,
      method: method === '*' ? 'ANY' : method.toUpperCase(),
      path: `/${path.replace(/^\/|\/$/g, '')}`,
      auth: authOf(ownProperty(http, 'authorizer'), content),
      line: lineOf(place),
    },
  ];
}

function authOf(written: unknown, content: unknown): Route['auth'] {
  const variable = typeof written === 'string' ? /^\$\{self:([\w.-]+)\}$/.exec(written)?.[1] : undefined;
  const authorizer = variable === undefined ? written : valueAt(content, variable.split('.'));
  if (authorizer === undefined || authorizer === null) return variable === undefined ? 'none' : 'required';
  const name = typeof authorizer === 'string' ? authorizer : ownProperty(authorizer, 'name');
  return name === OPTIONAL_AUTHORIZER ? 'optional' : 'required';
}

const valueAt = (content: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => ownProperty(value, String(key)), content);
