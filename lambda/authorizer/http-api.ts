import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult as SimpleAnswer,
} from 'aws-lambda';

/** True of events with payload format 2.0, which HTTP APIs alone send. Those with format 1.0 look like a REST API's. */
export function isHttpApi<E extends object>(event: E): event is Extract<E, APIGatewayRequestAuthorizerEventV2> {
  return 'version' in event && event.version === '2.0';
}

/** The path the client asked for: payload format 2.0 puts a named stage in front of it. */
export function pathWithoutStage({ rawPath, requestContext }: APIGatewayRequestAuthorizerEventV2): string {
  const stage = `/${requestContext.stage}`;
  return rawPath.startsWith(`${stage}/`) ? rawPath.slice(stage.length) : rawPath;
}

/** A simple response: yes with a context, no (403) without one. */
export function simpleAnswer<C>(context: C | undefined): SimpleAnswer<C | undefined> {
  return { isAuthorized: context !== undefined, context };
}
