import type { APIGatewayEventIdentity, APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { groupByName } from './header-list';
import { ACCOUNT_ID, API_ID, DEPLOYMENT_ID, methodArn, resourceId } from './identifiers';
import { isBinary } from './media-types';
import type { GatewayRequest } from './request';
import type { RouteMatch } from './router';

/** What an authorizer's answer becomes in the event: its context as texts, the principal, and how long it took. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** Methods without an API key have no `apiKey`, `apiKeyId` and `clientCert`, whatever the published types say. */
type Identity = Omit<APIGatewayEventIdentity, 'apiKey' | 'apiKeyId' | 'clientCert'>;

interface RequestContext extends Omit<APIGatewayProxyEvent['requestContext'], 'authorizer' | 'identity'> {
  readonly deploymentId: string;
  readonly identity: Identity;
  readonly authorizer?: AuthorizerContext;
}

export interface ProxyEvent extends Omit<APIGatewayProxyEvent, 'requestContext'> {
  readonly requestContext: RequestContext;
}

export interface AuthorizerEvent extends Omit<APIGatewayRequestAuthorizerEvent, 'requestContext'> {
  readonly requestContext: RequestContext;
}

interface ProxyEventOptions {
  readonly binaryMediaTypes: readonly string[];
  readonly authorizer?: AuthorizerContext | undefined;
}

/**
 * The input of a function behind a Lambda proxy integration. Maps without entries are null, as are bodies without bytes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html (input format)
 */
export function proxyEvent(
  request: GatewayRequest,
  match: RouteMatch,
  { binaryMediaTypes, authorizer }: ProxyEventOptions,
): ProxyEvent {
  const { method, path, body } = request;
  const contentType = groupByName(request.headers.map(([name, value]) => [name.toLowerCase(), value])).get(
    'content-type',
  );
  const binary = body.length > 0 && isBinary(contentType?.at(-1), binaryMediaTypes);
  const query = valuesOf(request.query);
  return {
    resource: match.route.path,
    path,
    httpMethod: method,
    ...headersOf(request),
    queryStringParameters: nullIfEmpty(query.last),
    multiValueQueryStringParameters: nullIfEmpty(query.all),
    pathParameters: nullIfEmpty(match.pathParameters),
    stageVariables: null,
    requestContext: requestContext(request, match, authorizer),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

/**
 * The input of an authorizer of type REQUEST: as above, but without body, and maps without entries are empty.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function authorizerEvent(request: GatewayRequest, match: RouteMatch, region: string): AuthorizerEvent {
  const query = valuesOf(request.query);
  return {
    type: 'REQUEST',
    methodArn: methodArn({ ...request, region }),
    resource: match.route.path,
    path: request.path,
    httpMethod: request.method,
    ...headersOf(request),
    queryStringParameters: query.last,
    multiValueQueryStringParameters: query.all,
    pathParameters: match.pathParameters,
    stageVariables: {},
    requestContext: requestContext(request, match),
  };
}

function requestContext(request: GatewayRequest, match: RouteMatch, authorizer?: AuthorizerContext): RequestContext {
  const { domainName, extendedRequestId, method, protocol, requestId, sourceIp, stage, stagedPath, time, userAgent } =
    request;
  return {
    accountId: ACCOUNT_ID,
    apiId: API_ID,
    deploymentId: DEPLOYMENT_ID,
    domainName,
    domainPrefix: domainName.split('.')[0] ?? domainName,
    extendedRequestId,
    httpMethod: method,
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp,
      user: null,
      userAgent,
      userArn: null,
    },
    path: stagedPath,
    protocol,
    requestId,
    requestTime: commonLogTime(time),
    requestTimeEpoch: time,
    resourceId: resourceId(match.route.path),
    resourcePath: match.route.path,
    stage,
    ...(authorizer ? { authorizer } : {}),
  };
}

function headersOf(request: GatewayRequest): Pick<ProxyEvent, 'headers' | 'multiValueHeaders'> {
  const { last, all } = valuesOf(groupByName(request.headers));
  return { headers: last, multiValueHeaders: all };
}

/** The last value of each name, and all values. Names like `__proto__` become ordinary properties. */
function valuesOf(groups: ReadonlyMap<string, readonly string[]>): {
  readonly last: Record<string, string>;
  readonly all: Record<string, string[]>;
} {
  return {
    last: Object.fromEntries([...groups].map(([name, values]) => [name, values.at(-1) ?? ''])),
    all: Object.fromEntries([...groups].map(([name, values]) => [name, [...values]])),
  };
}

function nullIfEmpty<T extends object>(map: T): T | null {
  return Object.keys(map).length === 0 ? null : map;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `09/Apr/2015:12:34:56 +0000` */
function commonLogTime(time: number): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
