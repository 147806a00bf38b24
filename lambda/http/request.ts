import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { Identity, IdentityParser } from '../../shared/session/identity';
import { readCaller, type Access, type Auth, type Callers } from './identity';
import { parseQuery, type Query } from './query';

/** What a handler is called with. */
export interface HttpRequest<Caller = Identity> {
  readonly identity: Caller;
  /** As Express's extended parser would give it; unchecked, so hand it to a parser. */
  readonly query: Query;
  /** Decoded, as Express decodes them. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** As Express's JSON and form parsers would leave it, `{}` without any; unchecked like the query. */
  readonly body: unknown;
}

/** `body` is what `parseBody` made of the event's. Throws what {@link readCaller} throws. */
export function parseRequest<A extends Auth, I extends Identity>(
  event: APIGatewayProxyEvent,
  access: Access<A>,
  body: unknown,
  parseIdentity: IdentityParser<I>,
): HttpRequest<Callers<I>[A]> {
  return {
    identity: readCaller(event.requestContext.authorizer, access, parseIdentity),
    query: parseQuery(event.multiValueQueryStringParameters),
    params: decodeParams(event.pathParameters ?? {}),
    body,
  };
}

/** API Gateway REST hands path parameters over as they were sent (trap 6); malformed encoding, which the proxy keeps on legacy, stays as it is. */
function decodeParams(params: Readonly<Record<string, string | undefined>>): HttpRequest['params'] {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value && decodeParam(value)]));
}

function decodeParam(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
