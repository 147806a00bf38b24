import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

import { expressErrorPage } from '../../shared/config/express-response';
import type { Logger } from '../../shared/logger';
import type { Identity, IdentityParser } from '../../shared/session/identity';
import type { ResolvedSession } from '../../shared/session/session-config';
import { BodyError, parseBody } from './body';
import { clientErrorResponse } from './errors';
import { readHeaders, type RequestHeaders } from './headers';
import { NotAuthenticatedError, type Access, type Auth, type Callers } from './identity';
import { parseRequest, type HttpRequest } from './request';
import { toGatewayResult, type HttpResponse } from './response';
import { sessionCookie } from './session-cookie';

/** What is particular to the monolith and to this deployment. */
export interface HttpHandlerDeps<I extends Identity> {
  readonly headers: Readonly<Record<string, string>>;
  readonly unauthorized: HttpResponse;
  readonly internalError: HttpResponse;
  readonly parseIdentity: IdentityParser<I>;
  readonly session: ResolvedSession;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** The part of a function that differs from the others. Throw a BanyanError below 500 to answer with its message. */
export type Respond<Caller = Identity> = (request: HttpRequest<Caller>) => HttpResponse | Promise<HttpResponse>;

type HandlerContext = Pick<Context, 'awsRequestId' | 'functionName'>;

/** As API Gateway's Lambda proxy integration calls it. Two parameters: the Node.js 24 runtime refuses a third. */
export type HttpHandler = (event: APIGatewayProxyEvent, context: HandlerContext) => Promise<APIGatewayProxyResult>;

type Wrap<I extends Identity> = <A extends Auth>(access: Access<A>, respond: Respond<Callers<I>[A]>) => HttpHandler;

/** Makes the wrapper: parse, let in, call, respond, map errors. Every answer gets what Express gives every answer. */
export function createHttpHandler<I extends Identity>(deps: HttpHandlerDeps<I>): Wrap<I> {
  const { headers: fixedHeaders, parseIdentity, session, now } = deps;
  return (access, respond) => async (event, context) => {
    const requestHeaders = readHeaders(event.multiValueHeaders);
    const finish = { method: event.httpMethod, requestHeaders, fixedHeaders };
    const body = readBody(event, requestHeaders);
    // The monolith refuses a body before its session middleware: such an answer has no cookie.
    if (body instanceof BodyError) return toGatewayResult(expressErrorPage(body.statusCode), finish);
    const response = await answer(
      () => respond(parseRequest(event, access, body, parseIdentity)),
      event,
      context,
      deps,
    );
    return toGatewayResult(response, { ...finish, setCookie: sessionCookie(event, requestHeaders, session, now()) });
  };
}

/** What a body that cannot be read throws is returned: it is an answer that needs no log. */
function readBody(event: APIGatewayProxyEvent, headers: RequestHeaders): unknown {
  try {
    return parseBody(event, headers);
  } catch (error) {
    if (error instanceof BodyError) return error;
    throw error;
  }
}

async function answer(
  respond: () => HttpResponse | Promise<HttpResponse>,
  event: APIGatewayProxyEvent,
  context: HandlerContext,
  { logger, unauthorized, internalError }: Pick<HttpHandlerDeps<Identity>, 'logger' | 'unauthorized' | 'internalError'>,
): Promise<HttpResponse> {
  try {
    return await respond();
  } catch (error) {
    if (error instanceof NotAuthenticatedError) return unauthorized;
    const response = clientErrorResponse(error);
    if (response !== undefined) return response;
    // The event is not logged: it holds cookies and tokens.
    const where = { requestId: context.awsRequestId, method: event.httpMethod, resource: event.resource };
    logger.error({ ...where, err: error }, 'request failed');
    return internalError;
  }
}
