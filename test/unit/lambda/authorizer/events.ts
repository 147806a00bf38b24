import type { AuthorizerEvent } from '../../../../lambda/authorizer/policy';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A REST API's REQUEST authorizer event, as far as the authorizer looks. */
export function restEvent(given: Headers): AuthorizerEvent {
  const multiValueHeaders = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value].flat()]));
  const headers = Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)]));
  return {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:api1234567/dev/GET/api/events',
    resource: '/api/events',
    path: '/api/events',
    httpMethod: 'GET',
    headers,
    multiValueHeaders,
  } as AuthorizerEvent;
}

/** An HTTP API's authorizer event in payload format 2.0. */
export function httpApiEvent(headers: Readonly<Record<string, string>>, cookies?: readonly string[]): AuthorizerEvent {
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:eu-west-1:123456789012:api1234567/dev/GET/api/events',
    rawPath: '/dev/api/events',
    headers,
    cookies,
    requestContext: { stage: 'dev' },
  } as AuthorizerEvent;
}
