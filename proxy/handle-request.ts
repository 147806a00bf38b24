import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../shared/logger';
import { tokenFromRequest } from '../shared/session/token-from-request';
import { chooseTarget, type LegacyReason } from './choose-target';
import { fromApiGateway, isRefusedByGateway, toApiGateway } from './forward/for-api-gateway';
import { forward, hasBody, type ForwardResult, type Upstream } from './forward/forwarder';
import { requestHeaders } from './forward/headers';
import { forwardingHeaderWarning } from './forward/warn-of-forwarding-headers';
import { sendError } from './forward/send-error';
import { parseRequestTarget, type RequestTarget } from './request-target';
import type { RouteTable } from './route-table/load';
import type { Route } from './route-table/route';

/** The Lambda side: its connections and the URL (with stage prefix) that they lead to. */
export interface LambdaSide {
  readonly upstream: Upstream;
  readonly url: URL;
}

export interface RequestHandlerOptions {
  readonly table: () => RouteTable;
  readonly legacy: Upstream;
  readonly lambda: LambdaSide | undefined;
  readonly trustedHops: number;
  /** The name of the monolith's session cookie. */
  readonly sessionCookie: string;
  readonly logger: Logger;
}

/** Who answered in the end, and why. */
interface Answer {
  readonly upstream: Upstream['name'];
  readonly reason: LegacyReason | 'gateway-refused';
  readonly result: ForwardResult;
}

/** The way of a request through the proxy: match, choose, forward, log. Never rejects. */
export function createRequestHandler(
  options: RequestHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { table, legacy, lambda, trustedHops, sessionCookie, logger } = options;

  const warnOfForwardingHeaders = forwardingHeaderWarning(trustedHops, logger);

  const toLegacy = (request: IncomingMessage, response: ServerResponse): Promise<ForwardResult> =>
    forward(legacy, request, response, {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: requestHeaders(request, trustedHops),
    });

  const toLambda = (
    { upstream, url }: LambdaSide,
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    route: Route,
  ): Promise<ForwardResult> => {
    // Only a request that changes nothing and has no body to lose can be asked of legacy afterwards.
    const mayDecline = (request.method === 'GET' || request.method === 'HEAD') && !hasBody(request);
    return forward(upstream, request, response, toApiGateway(request, target, route, url, trustedHops), (head) =>
      mayDecline && isRefusedByGateway(head) ? 'decline' : fromApiGateway(head, url),
    );
  };

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    route: Route | undefined,
  ): Promise<Answer> => {
    const { method = 'GET', headers, rawHeaders } = request;
    const { authorization, cookie } = headers;
    const hasToken = tokenFromRequest({ headers: { authorization, cookie } }, sessionCookie) !== undefined;
    const chosen = chooseTarget(route, { method, target, headers, rawHeaders, hasToken });
    // A table is refused when it has a route on Lambda and there is no Lambda side, so both are there together.
    if (chosen.upstream === 'legacy' || route === undefined || lambda === undefined) {
      return { upstream: 'legacy', reason: chosen.reason, result: await toLegacy(request, response) };
    }
    const result = await toLambda(lambda, request, response, target, route);
    if (result.kind !== 'declined') return { upstream: 'lambda', reason: 'stage', result };
    return { upstream: 'legacy', reason: 'gateway-refused', result: await toLegacy(request, response) };
  };

  return async (request, response) => {
    const begun = performance.now();
    warnOfForwardingHeaders(request);
    const target = parseRequestTarget(request.url ?? '/');
    const route = table().match(request.method ?? 'GET', target.pathname);
    const { upstream, reason, result } = await answer(request, response, target, route);
    const error = result.kind === 'failed' ? result.error : undefined;
    const requestId = error === undefined ? undefined : randomUUID();
    // What the client saw: an answer that broke off keeps the status that it began with, and has a `code`.
    const seen = error === undefined || (response.headersSent && error.code !== 'client_gone');
    const status = seen ? response.statusCode : error.statusCode;
    if (error !== undefined) sendError(response, error, requestId);

    // The query string stays out: clients put tokens there.
    const line = {
      method: request.method,
      path: target.pathname.slice(0, 512),
      route: route?.id,
      upstream,
      reason,
      status,
      ms: Math.round((performance.now() - begun) * 10) / 10,
    };
    // Nothing is lost, but a route is not where the table says: throttled, or not deployed.
    if (error === undefined && reason === 'gateway-refused') logger.warn(line, 'request');
    else if (error === undefined) logger.info(line, 'request');
    else logger.warn({ ...line, code: error.code, requestId, err: error.cause }, 'request failed');
  };
}
