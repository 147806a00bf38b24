import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../shared/logger';
import { shownMethod, shownPath } from '../shared/plain-name';
import type { Reason } from './choose-target';
import type { Client } from './client/client';
import type { ForwardResult } from './forward/forwarder';
import { sendError } from './forward/send-error';
import type { Upstream } from './forward/upstream';
import type { LambdaAttempt, Observer } from './observation';
import type { RequestTarget } from './request-target';
import type { Route } from './route-table/route';

/** A request that is over, and how it went. */
export interface HandledRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly route: Route | undefined;
  readonly client: Client;
  /** Who answered in the end, and why. */
  readonly upstream: Upstream['name'];
  readonly reason: Reason;
  readonly attempt: LambdaAttempt | undefined;
  /** Of `performance.now`. */
  readonly begun: number;
}

/** Answers what could not be had, and counts and logs the request. Returns the status that the client saw; 499 when it had gone. */
export function reportRequest(
  handled: HandledRequest,
  result: ForwardResult,
  observer: Observer,
  logger: Logger,
): number {
  const { request, response, route, upstream, reason, attempt } = handled;
  const error = result.kind === 'failed' ? result.error : undefined;
  const requestId = error === undefined ? undefined : randomUUID();
  // What the client saw: an answer that broke off keeps the status that it began with, and has a `code`.
  const seen = error === undefined || (response.headersSent && error.code !== 'client_gone');
  const statusCode = seen ? response.statusCode : error.statusCode;
  if (error !== undefined) sendError(response, error, requestId);

  const ms = performance.now() - handled.begun;
  const { method = 'GET' } = request;
  if (route === undefined) observer.unlisted(statusCode, ms);
  else {
    const routeId = route.id;
    const at = Date.now();
    observer.request({ routeId, method, statusCode, ms, upstream, reason, lambda: attempt, at }, handled.client);
  }

  const line = {
    method: shownMethod(method),
    // What clients choose stays out, ids and the query included: they put tokens there.
    path: route?.path ?? shownPath(handled.target.pathname),
    route: route?.id,
    upstream,
    reason,
    status: statusCode,
    ms: Math.round(ms * 10) / 10,
  };
  if (error !== undefined) logger.warn({ ...line, code: error.code, requestId, err: error.cause }, 'request failed');
  else if (attempt !== undefined && upstream === 'legacy' && attempt.statusCode !== statusCode)
    logger.warn({ ...line, lambda: { status: attempt.statusCode, code: attempt.code } }, 'request');
  else logger.info(line, 'request');
  return statusCode;
}
