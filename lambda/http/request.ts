import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ParsedQs } from 'qs';

import type { Identity } from '../../shared/session/identity';
import { readIdentity } from './identity';
import { parseQuery } from './query';

/** What a handler is called with. */
export interface HttpRequest {
  readonly identity: Identity;
  /** As Express's extended parser would give it; unchecked, so hand it to a parser of shared/contracts. */
  readonly query: ParsedQs;
  /** Decoded once by API Gateway, as by Express. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** @throws BanyanError 500 when the authorizer's context is malformed */
export function parseRequest(event: APIGatewayProxyEvent): HttpRequest {
  return {
    identity: readIdentity(event.requestContext.authorizer),
    query: parseQuery(event.multiValueQueryStringParameters),
    params: event.pathParameters ?? {},
  };
}
