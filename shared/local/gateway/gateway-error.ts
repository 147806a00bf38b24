import { createHash } from 'node:crypto';
import { BanyanError } from '../../errors';
import type { GatewayResponseType } from './gateway-response-types';

interface Answered {
  readonly type: GatewayResponseType;
  readonly statusCode: number;
  readonly errorType: string;
  /** `$context.error.message`; null is what authorizer failures have. */
  readonly message: string | null;
  /** Errors of the integration phase have `$context.error.messageString` with a space in front, hence `{"message": "..."}`. */
  readonly spaced?: boolean;
  /** The key of the default body; ACCESS_DENIED alone has `Message`. */
  readonly key?: 'Message';
}

const INTERNAL = { errorType: 'InternalServerErrorException', message: 'Internal server error', spaced: true };
const DENIED = 'User is not authorized to access this resource';

/** By API Gateway's table of gateway response types and what others have published (README, "Evidence"). */
const ERRORS = {
  /** No method for this path. */
  missingToken: {
    ...{ type: 'MISSING_AUTHENTICATION_TOKEN', statusCode: 403, errorType: 'MissingAuthenticationTokenException' },
    message: 'Missing Authentication Token',
  },
  forbidden: { type: 'DEFAULT_4XX', statusCode: 403, errorType: 'ForbiddenException', message: 'Forbidden' },
  badRequest: { type: 'DEFAULT_4XX', statusCode: 400, errorType: 'BadRequestException', message: 'Bad Request' },
  uriTooLong: {
    ...{ type: 'DEFAULT_4XX', statusCode: 414, errorType: 'BadRequestException' },
    message: 'Request URI too long',
  },
  /** Larger than Lambda takes, though not larger than API Gateway takes. */
  requestTooLong: {
    ...{ type: 'REQUEST_TOO_LARGE', statusCode: 413, errorType: 'BadRequestException' },
    ...{ message: 'Request Too Long', spaced: true },
  },
  unauthorized: { type: 'UNAUTHORIZED', statusCode: 401, errorType: 'UnauthorizedException', message: 'Unauthorized' },
  denied: {
    ...{ type: 'ACCESS_DENIED', statusCode: 403, errorType: 'AccessDeniedException', key: 'Message' },
    message: DENIED,
  },
  deniedExplicitly: {
    ...{ type: 'ACCESS_DENIED', statusCode: 403, errorType: 'AccessDeniedException', key: 'Message' },
    message: `${DENIED} with an explicit deny in an identity-based policy`,
  },
  authorizerFailure: {
    type: 'AUTHORIZER_FAILURE',
    statusCode: 500,
    errorType: 'AuthorizerFailureException',
    message: null,
  },
  /** The authorizer returned something else than a principal, a policy and a flat context. */
  authorizerConfiguration: {
    ...{ type: 'AUTHORIZER_CONFIGURATION_ERROR', statusCode: 500, errorType: 'AuthorizerConfigurationException' },
    message: null,
  },
  integrationTimeout: {
    ...INTERNAL,
    type: 'INTEGRATION_TIMEOUT',
    statusCode: 504,
    message: 'Endpoint request timed out',
  },
  /** The function threw, or ran into its own timeout. INTEGRATION_FAILURE is 504 by the table, but 502 for functions. */
  functionFailed: { ...INTERNAL, type: 'INTEGRATION_FAILURE', statusCode: 502 },
  malformedResponse: { ...INTERNAL, type: 'DEFAULT_5XX', statusCode: 502 },
  apiConfiguration: { ...INTERNAL, type: 'API_CONFIGURATION_ERROR', statusCode: 500 },
} as const satisfies Record<string, Answered>;

/** An answer that API Gateway itself gives. */
export class GatewayError extends BanyanError {
  override readonly name = 'GatewayError';
  readonly type: GatewayResponseType;
  readonly errorType: string;
  readonly contextMessage: string | null;
  readonly messageString: string;
  readonly key: string;

  /** @param what its name in the table, or the answer itself */
  constructor(what: keyof typeof ERRORS | Answered, cause?: unknown) {
    const answered: Answered = typeof what === 'string' ? ERRORS[what] : what;
    const { type, statusCode, errorType, message, spaced = false, key = 'message' } = answered;
    super(message ?? errorType, { code: type, statusCode, cause });
    this.type = type;
    this.errorType = errorType;
    this.contextMessage = message;
    this.messageString = `${spaced ? ' ' : ''}${JSON.stringify(message)}`;
    this.key = key;
  }
}

/** No method for this path. With an Authorization header API Gateway tries to read a signature from it and complains of that. */
export function noMethod(authorization: string | undefined): GatewayError {
  if (authorization === undefined || authorization === '') return new GatewayError('missingToken');
  const hash = createHash('sha256').update(authorization).digest('base64');
  return new GatewayError({
    ...{ type: 'DEFAULT_4XX', statusCode: 403, errorType: 'IncompleteSignatureException' },
    message: `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`,
  });
}
