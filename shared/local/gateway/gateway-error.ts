import { createHash } from 'node:crypto';
import { BanyanError } from '../../errors';
import type { GatewayResponseType } from './gateway-response-types';

interface GatewayErrorOptions {
  readonly type: GatewayResponseType;
  readonly statusCode: number;
  readonly errorType: string;
  /** `$context.error.message`; null is what authorizer failures have. */
  readonly message: string | null;
  /** Errors of the integration phase have `$context.error.messageString` with a space in front, hence `{"message": "..."}`. */
  readonly spaced?: boolean;
  /** The key of the default body; ACCESS_DENIED alone has `Message`. */
  readonly key?: 'message' | 'Message';
  readonly cause?: unknown;
}

/** An answer that API Gateway itself gives, by its table of gateway response types and what others have published (README, "Evidence"). */
export class GatewayError extends BanyanError {
  override readonly name = 'GatewayError';
  readonly type: GatewayResponseType;
  readonly errorType: string;
  readonly contextMessage: string | null;
  readonly messageString: string;
  readonly key: string;

  private constructor({
    type,
    statusCode,
    errorType,
    message,
    spaced = false,
    key = 'message',
    cause,
  }: GatewayErrorOptions) {
    super(message ?? errorType, { code: type, statusCode, cause });
    this.type = type;
    this.errorType = errorType;
    this.contextMessage = message;
    this.messageString = `${spaced ? ' ' : ''}${JSON.stringify(message)}`;
    this.key = key;
  }

  /** No method for this path. With an Authorization header API Gateway tries to read a signature from it and complains of that. */
  static missingAuthenticationToken(authorization: string | undefined): GatewayError {
    if (authorization === undefined || authorization === '') {
      const errorType = 'MissingAuthenticationTokenException';
      const type = 'MISSING_AUTHENTICATION_TOKEN';
      return new GatewayError({ type, statusCode: 403, errorType, message: 'Missing Authentication Token' });
    }
    const hash = createHash('sha256').update(authorization).digest('base64');
    const message =
      'Invalid key=value pair (missing equal-sign) in Authorization header ' +
      `(hashed with SHA-256 and encoded with Base64): '${hash}'.`;
    return new GatewayError({
      type: 'DEFAULT_4XX',
      statusCode: 403,
      errorType: 'IncompleteSignatureException',
      message,
    });
  }

  static forbidden(): GatewayError {
    return new GatewayError({
      type: 'DEFAULT_4XX',
      statusCode: 403,
      errorType: 'ForbiddenException',
      message: 'Forbidden',
    });
  }

  static badRequest(): GatewayError {
    return new GatewayError({
      type: 'DEFAULT_4XX',
      statusCode: 400,
      errorType: 'BadRequestException',
      message: 'Bad Request',
    });
  }

  static uriTooLong(): GatewayError {
    const message = 'Request URI too long';
    return new GatewayError({ type: 'DEFAULT_4XX', statusCode: 414, errorType: 'BadRequestException', message });
  }

  /** Larger than Lambda takes, though not larger than API Gateway takes. */
  static requestTooLong(cause: unknown): GatewayError {
    const [message, errorType] = ['Request Too Long', 'BadRequestException'];
    return new GatewayError({ type: 'REQUEST_TOO_LARGE', statusCode: 413, errorType, message, spaced: true, cause });
  }

  static unauthorized(cause?: unknown): GatewayError {
    const message = 'Unauthorized';
    return new GatewayError({
      type: 'UNAUTHORIZED',
      statusCode: 401,
      errorType: 'UnauthorizedException',
      message,
      cause,
    });
  }

  static accessDenied({ explicit }: { readonly explicit: boolean }): GatewayError {
    const suffix = explicit ? ' with an explicit deny in an identity-based policy' : '';
    const message = `User is not authorized to access this resource${suffix}`;
    const errorType = 'AccessDeniedException';
    return new GatewayError({ type: 'ACCESS_DENIED', statusCode: 403, errorType, message, key: 'Message' });
  }

  static authorizerFailure(cause: unknown): GatewayError {
    const errorType = 'AuthorizerFailureException';
    return new GatewayError({ type: 'AUTHORIZER_FAILURE', statusCode: 500, errorType, message: null, cause });
  }

  /** The authorizer returned something else than a principal, a policy and a flat context. */
  static authorizerConfiguration(cause: unknown): GatewayError {
    const errorType = 'AuthorizerConfigurationException';
    return new GatewayError({
      type: 'AUTHORIZER_CONFIGURATION_ERROR',
      statusCode: 500,
      errorType,
      message: null,
      cause,
    });
  }

  static integrationTimeout(): GatewayError {
    const [message, errorType] = ['Endpoint request timed out', 'InternalServerErrorException'];
    return new GatewayError({ type: 'INTEGRATION_TIMEOUT', statusCode: 504, errorType, message, spaced: true });
  }

  /** The function threw, or ran into its own timeout. INTEGRATION_FAILURE is 504 by the table, but 502 for functions. */
  static functionFailed(cause: unknown): GatewayError {
    return GatewayError.internal('INTEGRATION_FAILURE', 502, cause);
  }

  static malformedResponse(cause: unknown): GatewayError {
    return GatewayError.internal('DEFAULT_5XX', 502, cause);
  }

  static apiConfiguration(cause: unknown): GatewayError {
    return GatewayError.internal('API_CONFIGURATION_ERROR', 500, cause);
  }

  private static internal(type: GatewayResponseType, statusCode: number, cause: unknown): GatewayError {
    const errorType = 'InternalServerErrorException';
    return new GatewayError({ type, statusCode, errorType, message: 'Internal server error', spaced: true, cause });
  }
}
