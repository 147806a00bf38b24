import type { FunctionDefinition } from '../lambda';

/** What `serverless.yml` says of the API: the input of everything else in this folder. */
export interface Api {
  readonly stage: string;
  readonly region: string;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly routes: readonly Route[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>;
  readonly binaryMediaTypes: readonly string[];
  /** Responses at least this large are compressed; undefined never. */
  readonly minimumCompressionSize: number | undefined;
  /** Environment variables of the functions that routes need. */
  readonly environment: Readonly<Record<string, string>>;
}

export const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/** One method of one resource. */
export interface Route {
  /** Upper case, or `ANY`. */
  readonly method: string;
  /** The resource's path as API Gateway writes it: `/api/events/{eventId}`. */
  readonly path: string;
  readonly target: FunctionTarget | PreflightTarget;
}

export interface FunctionTarget {
  readonly kind: 'function';
  readonly functionName: string;
  readonly authorizer: AuthorizerDefinition | undefined;
}

/** The MOCK integration that the framework deploys for `cors`. */
export interface PreflightTarget {
  readonly kind: 'preflight';
  readonly headers: Readonly<Record<string, string>>;
  /** Patterns of the origins that are echoed; empty when only the fixed header is sent. */
  readonly origins: readonly string[];
}

export interface AuthorizerDefinition {
  readonly functionName: string;
  readonly identitySources: readonly IdentitySource[];
}

export interface IdentitySource {
  readonly location: 'header' | 'querystring';
  readonly name: string;
}

export interface GatewayResponseDefinition {
  readonly statusCode: number | undefined;
  /** Header name to mapping expression: a literal in quotes, or `method.request.header.X` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content type to template. */
  readonly templates: Readonly<Record<string, string>>;
}
