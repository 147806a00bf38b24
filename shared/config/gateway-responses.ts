import type { BanyanConfig, FixedResponse } from './types';

/** `AWS::ApiGateway::GatewayResponse`, as far as it is used here. */
export interface GatewayResponseResource {
  readonly Type: 'AWS::ApiGateway::GatewayResponse';
  readonly Properties: {
    readonly RestApiId: { readonly Ref: 'ApiGatewayRestApi' };
    readonly ResponseType: string;
    readonly StatusCode?: string;
    /** Header by `gatewayresponse.header.<name>`; a fixed value stands in single quotes. */
    readonly ResponseParameters: Readonly<Record<string, string>>;
    readonly ResponseTemplates: { readonly 'application/json': string };
  };
}

/**
 * What API Gateway says itself, made of the monolith's own answers (traps 15, 17, 22).
 *
 * The template's key only selects it: API Gateway falls back to `application/json` whatever the client accepts, and the
 * header `content-type` overrides the type. Failures of the authorizer are 500, as the monolith's session store failing
 * is. Other 5xx keep their status, so that the proxy can distinguish a timeout (504) or a crash (502) from an answer of the
 * function.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function gatewayResponses({
  responses,
}: Pick<BanyanConfig, 'responses'>): Readonly<Record<string, GatewayResponseResource>> {
  const resource = (type: string, { statusCode, headers, body }: FixedResponse, { keepStatus = false } = {}) => ({
    Type: 'AWS::ApiGateway::GatewayResponse' as const,
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' as const },
      ResponseType: type,
      ...(keepStatus ? {} : { StatusCode: String(statusCode) }),
      ResponseParameters: responseParameters({ ...responses.headers, ...headers }),
      ResponseTemplates: { 'application/json': body },
    },
  });
  const { unauthorized, forbidden, internalError } = responses;
  return {
    GatewayResponseUnauthorized: resource('UNAUTHORIZED', unauthorized),
    GatewayResponseAccessDenied: resource('ACCESS_DENIED', forbidden),
    GatewayResponseAuthorizerFailure: resource('AUTHORIZER_FAILURE', internalError),
    GatewayResponseAuthorizerConfigurationError: resource('AUTHORIZER_CONFIGURATION_ERROR', internalError),
    GatewayResponseDefault5xx: resource('DEFAULT_5XX', internalError, { keepStatus: true }),
  };
}

/** Quotes inside a value (`default-src 'none'`) need no escape: API Gateway takes what is between the first and the last. */
function responseParameters(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const quoted = Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]);
  return Object.fromEntries(quoted) as Record<string, string>;
}
