import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { TestIdentity } from '../../../support/test-identity';

export const IDENTITY: TestIdentity = {
  userId: 'u1',
  customerAccountId: 'a1',
  fullName: 'Ada Lovelace',
  roles: ['organiser'],
};

/** The authorizer's context as API Gateway delivers it. */
export const AUTHORIZER = { authenticatedBy: 'session', userId: IDENTITY.userId, identity: JSON.stringify(IDENTITY) };

export interface EventParts {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly query?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly authorizer?: Readonly<Record<string, unknown>> | null;
}

/** An event of a REST API with Lambda proxy integration, with the query split and decoded as API Gateway does it. */
export function gatewayEvent({
  method = 'GET',
  path = '/',
  headers = [],
  query = '',
  params,
  body,
  authorizer = AUTHORIZER,
}: EventParts = {}) {
  const multiValueHeaders = group(headers);
  const multiValueQuery = group([...new URLSearchParams(query)]);
  const event = {
    resource: '/{proxy}',
    path,
    httpMethod: method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: query === '' ? null : lastOf(multiValueQuery),
    multiValueQueryStringParameters: query === '' ? null : multiValueQuery,
    pathParameters: params ?? null,
    stageVariables: null,
    requestContext: { ...REQUEST_CONTEXT, authorizer: authorizer === null ? undefined : { ...authorizer } },
    body: body ?? null,
    isBase64Encoded: false,
  };
  return event satisfies APIGatewayProxyEvent;
}

export const LAMBDA_CONTEXT = { awsRequestId: 'request-1', functionName: 'test' };

const NO_IDENTITY: APIGatewayProxyEvent['requestContext']['identity'] = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp: '127.0.0.1',
  user: null,
  userAgent: null,
  userArn: null,
};

const REQUEST_CONTEXT = {
  accountId: '123456789012',
  apiId: 'api',
  authorizer: undefined,
  protocol: 'HTTP/1.1',
  httpMethod: 'GET',
  identity: NO_IDENTITY,
  path: '/',
  stage: 'test',
  requestId: 'gateway-request-1',
  requestTimeEpoch: 0,
  resourceId: 'resource',
  resourcePath: '/',
};

/** By way of a Map, so that names such as `__proto__` and `constructor` are names like any other. */
function group(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

function lastOf(groups: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? '']));
}
