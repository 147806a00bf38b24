import type { GatewayConfig } from '../../shared/config';
import { headerValue } from '../http1/raw-headers';
import type { UpstreamResponse } from './forwarder';

/** API Gateway names here which of its own errors an answer is; answers of functions do not have it. */
const ERROR_TYPE = 'x-amzn-errortype';
/** On every answer that went through an API, a function's included. */
const API_IDS = ['x-amz-apigw-id', 'x-amzn-requestid'] as const;
/** Refused for size before the request belongs to an API: plain text, without ids. */
const REFUSED_FOR_SIZE = new Set([413, 414, 431]);

/**
 * True when API Gateway itself refused a request before it called a function: throttled (trap 30), too large (trap 29),
 * not deployed, kept out by its resource policy or by WAF. Nothing has run: the client gets legacy's answer instead
 * (`gateway-refused` in handle-request.ts), or this one where the request cannot be repeated or the route is retired.
 *
 * False for what an authorizer decided (401; 403 where one returns Deny, by `accessDeniedBy`), and for a function's own
 * answer with such a status.
 */
export function isRefusedByGateway(
  { statusCode, headers }: UpstreamResponse,
  accessDeniedBy: GatewayConfig['accessDeniedBy'] = 'resource-policy',
): boolean {
  if (statusCode < 400 || statusCode >= 500 || statusCode === 401) return false;
  const type = headerValue(headers, ERROR_TYPE);
  if (type === undefined) return isWithoutApi(statusCode, headers);
  return accessDeniedBy === 'resource-policy' || !type.startsWith('AccessDeniedException');
}

/** The front of an API before it knows which API, or CloudFront (with WAF) in front of an edge-optimised one. */
function isWithoutApi(statusCode: number, headers: readonly string[]): boolean {
  const isSize = REFUSED_FOR_SIZE.has(statusCode);
  if (!isSize && statusCode !== 403) return false;
  if (API_IDS.some((name) => headerValue(headers, name) !== undefined)) return false;
  return isSize || headerValue(headers, 'x-amz-cf-id') !== undefined;
}
