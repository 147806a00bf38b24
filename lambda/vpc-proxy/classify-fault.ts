import { types } from 'node:util';

/** Why a call to an AWS service failed, as far as a retry cares. */
export type Fault = 'throttled' | 'unavailable' | 'input too large' | 'refused';

const THROTTLES = new Set(['TooManyRequestsException', 'ThrottlingException', 'RequestThrottled', 'Throttling']);
const TOO_LARGE = new Set(['RequestTooLargeException', 'RequestEntityTooLargeException']);

/**
 * Sorts what an AWS SDK client throws. No HTTP status means that no answer came: a network fault. A 5xx is the
 * service's own failure, before or while it started the function.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
export function classifyFault(error: unknown): Fault {
  if (!types.isNativeError(error)) return 'refused';
  const status = httpStatus(error);
  if (THROTTLES.has(error.name) || status === 429) return 'throttled';
  if (TOO_LARGE.has(error.name) || status === 413) return 'input too large';
  if (status === undefined) return isCallersFault(error) ? 'refused' : 'unavailable';
  return status >= 500 ? 'unavailable' : 'refused';
}

function httpStatus(error: Error): number | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** Errors of the SDK itself, before anything is sent: no region, no credentials, a bad parameter. */
function isCallersFault(error: Error): boolean {
  return /Credential|Region|Validation|TypeError/.test(`${error.name} ${error.message}`) && !('code' in error);
}
