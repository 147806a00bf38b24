import type { EndpointType } from '../../api-gateway/limits';
import type { FunctionDefinition } from '../functions';

/** What `serverless.yml` says of the API: the input of everything else in this folder. */
export interface Api {
  readonly stage: string;
  readonly region: string;
  readonly endpointType: EndpointType;
  /** A private API has one always, or refuses everything. */
  readonly hasResourcePolicy: boolean;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly routes: readonly Route[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>;
  readonly binaryMediaTypes: readonly string[];
  /** Responses at least this large are compressed; undefined never. */
  readonly minimumCompressionSize: number | undefined;
  /** The variables that the file declares for each of `functions`. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The root of the zip of each function that is the monolith's own app. It changes its process, so it has one alone. */
  readonly lifted: ReadonlyMap<string, string>;
  /** What the file says to esbuild, if functions are bundled by it. */
  readonly bundling: Readonly<Record<string, unknown>> | undefined;
  readonly eventSources: EventSources;
}

/** What else than HTTP runs functions. */
export interface EventSources {
  readonly queues: readonly QueueDefinition[];
  readonly consumers: readonly QueueConsumer[];
  readonly schedules: readonly Schedule[];
}

export interface QueueDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly visibilityTimeoutS: number;
  readonly deadLetter: { readonly queue: string; readonly maxReceiveCount: number } | undefined;
}

export interface QueueConsumer {
  readonly functionName: string;
  readonly queue: string;
  readonly batchSize: number;
  /** `functionResponseType: ReportBatchItemFailures` */
  readonly partialResponses: boolean;
}

export interface Schedule {
  /** Without service and stage: `daily-report`. */
  readonly name: string;
  readonly ruleName: string;
  readonly functionName: string;
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
