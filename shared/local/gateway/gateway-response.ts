import type { GatewayResponseDefinition } from './api';
import type { GatewayError } from './gateway-error';
import { lastHeader, type HeaderList } from './header-list';
import type { Answer } from './integration-response';
import { isSendable } from './response-headers';

/** What templates and header mappings can refer to. Missing values are empty in templates and leave out a header. */
export interface ResponseContext {
  /** `$context` variables by dotted name, such as `identity.sourceIp`. */
  readonly variables: ReadonlyMap<string, string>;
  readonly headers: HeaderList;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The response for an error of the gateway: by the definition of its type, else by that of DEFAULT_4XX or DEFAULT_5XX,
 * else the built-in one. REQUEST_TOO_LARGE cannot be customised.
 *
 * When several templates are defined, `application/json` is used if it is among them, else the first: how API Gateway
 * chooses is not documented.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function gatewayResponse(
  error: GatewayError,
  definitions: ReadonlyMap<string, GatewayResponseDefinition>,
  context: ResponseContext,
): Answer {
  const family = error.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  const customised =
    error.type === 'REQUEST_TOO_LARGE' ? undefined : (definitions.get(error.type) ?? definitions.get(family));
  const variables = new Map([
    ...context.variables,
    ['error.message', error.contextMessage ?? ''],
    ['error.messageString', error.messageString],
    ['error.responseType', error.type],
  ]);
  const full = { ...context, variables };
  const [contentType, template] = chooseTemplate(customised?.templates ?? {}) ?? [
    'application/json',
    `{"${error.key}":$context.error.messageString}`,
  ];
  const mapped = Object.entries(customised?.headers ?? {}).flatMap(([name, mapping]): HeaderList => {
    const value = evaluate(mapping, full);
    return value !== undefined && isSendable(name, value) ? [[name, value]] : [];
  });
  const ownContentType: HeaderList =
    lastHeader(mapped, 'content-type') === undefined ? [['Content-Type', contentType]] : [];
  return {
    statusCode: customised?.statusCode ?? error.statusCode,
    headers: [...ownContentType, ['x-amzn-ErrorType', error.errorType], ...mapped],
    body: Buffer.from(render(template, full)),
  };
}

function chooseTemplate(templates: Readonly<Record<string, string>>): readonly [string, string] | undefined {
  const entries = Object.entries(templates);
  return entries.find(([type]) => type === 'application/json') ?? entries[0];
}

/** Replaces `$context.x`, `${context.x}`, `$stageVariables.x` and `$method.request.header.X`: the whole of what these templates can do. */
function render(template: string, context: ResponseContext): string {
  const reference =
    /\$(?:\{((?:context|stageVariables|method\.request)\.[\w.-]+)\}|((?:context|stageVariables|method\.request)\.\w+(?:\.[\w-]+)*))/g;
  return template.replace(reference, (_match, braced: string | undefined, plain: string | undefined) => {
    return evaluate(braced ?? plain ?? '', context) ?? '';
  });
}

function evaluate(
  expression: string,
  { variables, headers, query, pathParameters }: ResponseContext,
): string | undefined {
  const literal = /^'(.*)'$/s.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  const [, location, name = ''] = /^method\.request\.(header|querystring|path)\.(.+)$/.exec(expression) ?? [];
  if (location === 'header') return lastHeader(headers, name);
  if (location === 'querystring') return query.get(name)?.at(-1);
  if (location === 'path') return Object.hasOwn(pathParameters, name) ? pathParameters[name] : undefined;
  return expression.startsWith('context.') ? variables.get(expression.slice('context.'.length)) : undefined;
}
