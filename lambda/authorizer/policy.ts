import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import type { Identity } from '../../shared/session/identity';
import { isHttpApi, pathWithoutStage, simpleAnswer } from './http-api';

/** The message of the error that API Gateway maps to 401; every other error is a 500. */
export const UNAUTHORIZED = 'Unauthorized';

/** REST APIs, and HTTP APIs with payload format 1.0 or 2.0. */
export type AuthorizerEvent = APIGatewayRequestAuthorizerEvent | APIGatewayRequestAuthorizerEventV2;

/** What handlers find in `requestContext.authorizer`. API Gateway takes strings, numbers and booleans, and hands over strings. */
export type AuthorizerContext = (
  | { readonly authenticatedBy: string; readonly userId: string; /** JSON. */ readonly identity: string }
  | { readonly authenticatedBy: 'nobody' }
) & { readonly sessionCookie?: string };

/** Whom the request acts for, and the name of the authenticator that says so. */
export interface Caller {
  readonly identity: Identity;
  readonly authenticatedBy: string;
}

export type AuthorizerAnswer =
  APIGatewayAuthorizerResult | APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext | undefined>;

/** The path the client asked for. */
export function requestPath(event: AuthorizerEvent): string | undefined {
  return isHttpApi(event) ? pathWithoutStage(event) : event.path;
}

/** Lets the request through, with the caller's identity as context; an undefined caller is an anonymous one. */
export function allow(event: AuthorizerEvent, caller: Caller | undefined, sessionCookie?: string): AuthorizerAnswer {
  const context: AuthorizerContext = {
    ...(caller === undefined ? { authenticatedBy: 'nobody' as const } : describe(caller)),
    ...(sessionCookie !== undefined && { sessionCookie }),
  };
  if (isHttpApi(event)) return simpleAnswer(context);
  return {
    principalId: caller?.identity.userId ?? 'nobody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: wholeStage(event.methodArn) }],
    },
    context,
  };
}

function describe({ identity, authenticatedBy }: Caller): AuthorizerContext {
  return { authenticatedBy, userId: identity.userId, identity: JSON.stringify(identity) };
}

/** Refuses as unauthenticated. REST: throws {@link UNAUTHORIZED}, since a Deny would be 403. HTTP API: a plain no, which is 403. */
export function refuse(event: AuthorizerEvent): AuthorizerAnswer {
  if (isHttpApi(event)) return simpleAnswer(undefined);
  throw new Error(UNAUTHORIZED);
}

/** Every method and path of the stage: a policy for one route alone would, if it were ever cached, refuse the next route. */
function wholeStage(methodArn: string): string {
  const [api, stage] = methodArn.split('/');
  return stage === undefined ? methodArn : `${api}/${stage}/*/*`;
}
