import { REQUEST_LIMITS, type EndpointType } from '../../api-gateway/limits';

/**
 * The quotas that a client can run into. All can be overridden, so that tests need neither 29 s nor 10 MB.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export interface Limits {
  /** After this long the gateway answers 504 INTEGRATION_TIMEOUT. */
  readonly integrationTimeoutMs: number;
  /** The document names no limit of its own for authorizers; 29 s bounds the whole request. */
  readonly authorizerTimeoutMs: number;
  /** Replaces the timeout of every function; undefined leaves each its own. */
  readonly functionTimeoutMs: number | undefined;
  readonly requestBodyBytes: number;
  /** All header names, values, separators and line ends. */
  readonly headerBytes: number;
  /** `https://`, host, path with the stage, and query. */
  readonly urlCharacters: number;
  /** Applies where a method has an authorizer or the API a resource policy, because the path is part of the ARN. */
  readonly methodArnBytes: number;
}

/** The quotas of an endpoint type. */
export function limitsOf(endpointType: EndpointType): Limits {
  const { payloadBytes, headerBytes, urlCharacters, methodArnBytes } = REQUEST_LIMITS[endpointType];
  return {
    integrationTimeoutMs: 29_000,
    authorizerTimeoutMs: 29_000,
    functionTimeoutMs: undefined,
    requestBodyBytes: payloadBytes,
    headerBytes,
    urlCharacters,
    methodArnBytes,
  };
}
