import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../shared/logger';
import { FORCE_HEADER, readMark } from '../shared/signed-mark';
import { tokenFromRequest } from '../shared/session/token-from-request';
import { chooseTarget, mayMirror, type Reason, type RequestFacts } from './choose-target';
import { isMoved } from './cohort/bucket';
import type { CohortUser, SessionUsers } from './cohort/session-users';
import type { RetryBudget } from './fallback/retry-budget';
import { fromApiGateway, isRefusedByGateway, toApiGateway } from './forward/for-api-gateway';
import {
  forward,
  hasBody,
  type ForwardOptions,
  type ForwardResult,
  type ResponseTap,
} from './forward/forwarder';
import { requestHeaders } from './forward/headers';
import { headerValue } from './http1/raw-headers';
import type { RequestHead } from './http1/request-head';
import type { Upstream } from './forward/upstream';
import { forwardingHeaderWarning } from './forward/warn-of-forwarding-headers';
import { sendError } from './forward/send-error';
import { isRefusal, type RefusalChecks } from './guard/check-refusals';
import type { UpstreamError } from './forward/upstream-errors';
import type { LambdaAttempt, Observer } from './observation';
import type { OverrideState } from './overrides/state';
import type { Recorder } from './record/recorder';
import { bothTaps } from './record/both-taps';
import { parseRequestTarget, type RequestTarget } from './request-target';
import type { RouteTable } from './route-table/load';
import type { Route } from './route-table/route';
import type { Shadow } from './shadow/shadow';

/** The Lambda side: its connections and the URL (with stage prefix) that they lead to. */
export interface LambdaSide {
  readonly upstream: Upstream;
  readonly url: URL;
}

export interface RequestHandlerOptions {
  readonly table: () => RouteTable;
  readonly overrides: () => OverrideState;
  readonly legacy: Upstream;
  readonly lambda: LambdaSide | undefined;
  /** Without it nobody is on Lambda on canary routes. */
  readonly users: SessionUsers | undefined;
  readonly shadow: Shadow | undefined;
  readonly recorder?: Recorder | undefined;
  readonly budget: RetryBudget;
  readonly refusals: RefusalChecks;
  readonly observer: Observer;
  readonly trustedHops: number;
  /** The name of the monolith's session cookie. */
  readonly sessionCookie: string;
  /** Header names, lower case, of what the monolith accepts beside its session. */
  readonly otherCredentials: readonly string[];
  /** Verify what operators sign. */
  readonly secrets: readonly string[];
  readonly logger: Logger;
}

/** Who answered in the end, and why. */
interface Answer {
  readonly upstream: Upstream['name'];
  readonly reason: Reason;
  readonly result: ForwardResult;
  readonly lambda: LambdaAttempt | undefined;
}

/** Who is to answer. */
type Chosen = Pick<Answer, 'upstream' | 'reason'>;

/** A listed request on its way. */
interface ListedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly route: Route;
  readonly facts: RequestFacts;
  readonly token: string | undefined;
  /** Records the exchange, whoever answers in the end. */
  readonly recording: ResponseTap | undefined;
}

/** Lambda's answer or failure, and whether legacy is to answer instead. */
interface LambdaOutcome {
  readonly result: ForwardResult;
  readonly attempt: LambdaAttempt;
  readonly insteadBy: 'gateway-refused' | 'fallback' | undefined;
}

/** On an answer of a function's first invocation (lambda/http); removed on the way to the client. */
const COLD_START_HEADER = 'x-banyan-cold-start';

/** The way of a request through the proxy: match, choose, forward, tell. Never rejects. */
export function createRequestHandler(
  options: RequestHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { table, overrides, legacy, lambda, users, shadow, budget, observer, trustedHops, secrets, logger } = options;

  const warnOfForwardingHeaders = forwardingHeaderWarning(trustedHops, logger);

  const legacyRequest = (request: IncomingMessage): RequestHead => ({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: requestHeaders(request, trustedHops),
  });

  const toLegacy = (
    request: IncomingMessage,
    response: ServerResponse,
    options?: Pick<ForwardOptions, 'tap' | 'isSafe'>,
  ): Promise<ForwardResult> => forward(legacy, request, response, legacyRequest(request), options);

  const toLambda = async (
    { upstream, url }: LambdaSide,
    { request, response, target, route, recording }: ListedRequest,
  ): Promise<LambdaOutcome> => {
    const begun = performance.now();
    // Only a request that changes nothing and has no body to lose can be asked of legacy afterwards.
    const isRepeatable = route.isSafe && !hasBody(request);
    const statuses = isRepeatable ? route.fallbackStatuses : undefined;
    let insteadBy: LambdaOutcome['insteadBy'];
    let statusCode: number | undefined;
    let coldStart = false;
    budget.deposit();
    const result = await forward(upstream, request, response, toApiGateway(request, target, route, url, trustedHops), {
      answerTimeout: route.timeout,
      isSafe: route.isSafe,
      tap: recording,
      adapt: (head) => {
        statusCode = head.statusCode;
        coldStart = headerValue(head.headers, COLD_START_HEADER) !== undefined;
        if (isRepeatable && route.stage !== 'retired' && isRefusedByGateway(head)) insteadBy = 'gateway-refused';
        else if (statuses !== undefined && (statusCode === 429 || statuses.has(statusCode)) && budget.tryWithdraw())
          insteadBy = 'fallback';
        return insteadBy === undefined ? fromApiGateway(head, url) : 'decline';
      },
    });
    if (result.kind === 'failed' && route.fallbackStatuses !== undefined && maySendAgain(result, response)) {
      // Never sent: nothing is done twice, so it costs no budget.
      if (result.neverSent || (isRepeatable && budget.tryWithdraw())) insteadBy = 'fallback';
    }
    const attempt: LambdaAttempt = {
      outcome: result.kind === 'failed' ? 'failed' : 'answered',
      statusCode,
      ms: performance.now() - begun,
      code: result.kind === 'failed' ? result.error.code : undefined,
      coldStart,
    };
    return { result, attempt, insteadBy };
  };

  const choose = (listed: ListedRequest): Chosen | Promise<Chosen> => {
    const { route, facts, request, token } = listed;
    const chosen = chooseTarget(route, facts, overrides(), forcedSide(request, secrets));
    if (chosen.upstream !== 'by-cohort') return chosen;
    const user = token === undefined ? undefined : users?.userOf(token);
    const decide = (found: CohortUser | undefined): Chosen => {
      const side =
        found && (table().assigned.get(found.userId) ?? (isMoved(found.bucket, route.percent) ? 'lambda' : 'legacy'));
      return { upstream: side ?? 'legacy', reason: 'cohort' };
    };
    return user instanceof Promise ? user.then(decide) : decide(user);
  };

  const answerListed = async (listed: ListedRequest): Promise<Answer> => {
    const { request, response, target, route, facts, token, recording } = listed;
    const choice = choose(listed);
    const chosen = choice instanceof Promise ? await choice : choice;
    // A table is refused when it has a route on Lambda and there is no Lambda side, so both are there together.
    if (chosen.upstream !== 'lambda' || lambda === undefined) {
      const isMirrored = shadow !== undefined && mayMirror(route, facts, overrides());
      const tap = isMirrored ? shadow.begin(request, target, route, describe(facts, token, options)) : undefined;
      const { reason } = chosen;
      const result = await toLegacy(request, response, { tap: bothTaps(tap, recording), isSafe: route.isSafe });
      return { upstream: 'legacy', reason, result, lambda: undefined };
    }
    const { result, attempt, insteadBy } = await toLambda(lambda, listed);
    if (insteadBy === undefined) {
      const isChecked = route.guard !== undefined && route.isSafe && !hasBody(request) && isRefusal(attempt.statusCode);
      if (isChecked) {
        const { id } = route;
        options.refusals.check(id, attempt.statusCode ?? 0, legacyRequest(request), request.method === 'HEAD');
      }
      return { upstream: 'lambda', reason: chosen.reason, result, lambda: attempt };
    }
    return {
      upstream: 'legacy',
      reason: insteadBy,
      result: await toLegacy(request, response, { tap: recording, isSafe: route.isSafe }),
      lambda: attempt,
    };
  };

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    route: Route | undefined,
  ): Promise<Answer> => {
    const recording = options.recorder?.begin(request, response, route, target.pathname);
    if (route === undefined) {
      const result = await toLegacy(request, response, { tap: recording });
      return { upstream: 'legacy', reason: 'unlisted', result, lambda: undefined };
    }
    const { method = 'GET', headers, rawHeaders } = request;
    const { authorization, cookie } = headers;
    const token = tokenFromRequest({ headers: { authorization, cookie } }, options.sessionCookie)?.value;
    const facts = { method, target, headers, rawHeaders, hasToken: token !== undefined };
    return answerListed({ request, response, target, route, facts, token, recording });
  };

  return async (request, response) => {
    const begun = performance.now();
    warnOfForwardingHeaders(request);
    const target = parseRequestTarget(request.url ?? '/');
    const route = table().match(request.method ?? 'GET', target.pathname);
    const { upstream, reason, result, lambda: attempt } = await answer(request, response, target, route);
    const error = result.kind === 'failed' ? result.error : undefined;
    const requestId = error === undefined ? undefined : randomUUID();
    // What the client saw: an answer that broke off keeps the status that it began with, and has a `code`.
    const seen = error === undefined || (response.headersSent && error.code !== 'client_gone');
    const statusCode = seen ? response.statusCode : error.statusCode;
    if (error !== undefined) sendError(response, error, requestId);

    const ms = performance.now() - begun;
    if (route === undefined) observer.unlisted(statusCode, ms);
    else {
      const { method = 'GET' } = request;
      const at = Date.now();
      observer.request({ routeId: route.id, method, statusCode, ms, upstream, reason, lambda: attempt, at });
    }

    // The query string stays out: clients put tokens there.
    const line = {
      method: request.method,
      path: target.pathname.slice(0, 512),
      route: route?.id,
      upstream,
      reason,
      status: statusCode,
      ms: Math.round(ms * 10) / 10,
    };
    if (error !== undefined) logger.warn({ ...line, code: error.code, requestId, err: error.cause }, 'request failed');
    else if (attempt !== undefined && upstream === 'legacy') {
      logger.warn({ ...line, lambda: { status: attempt.statusCode, code: attempt.code } }, 'request');
    } else logger.info(line, 'request');
  };
}

/** The side that an operator's signed header asks for. */
function forcedSide({ headers }: IncomingMessage, secrets: readonly string[]): 'legacy' | 'lambda' | undefined {
  const mark = headers[FORCE_HEADER];
  if (typeof mark !== 'string') return undefined;
  const side = readMark('force', mark, secrets, new Date());
  return side === 'legacy' || side === 'lambda' ? side : undefined;
}

/** True when the client is there and has seen nothing of an answer. */
function maySendAgain({ error }: { readonly error: UpstreamError }, response: ServerResponse): boolean {
  return !response.headersSent && !response.destroyed && error.statusCode >= 500;
}

/** What the ledger may know of a request. */
function describe(
  { headers, target }: RequestFacts,
  token: string | undefined,
  { otherCredentials }: RequestHandlerOptions,
): { identity: 'anonymous' | 'session' | 'other-credential'; queryForm: string } {
  const hasOther = otherCredentials.some((name) => headers[name] !== undefined);
  const identity = token !== undefined ? 'session' : hasOther ? 'other-credential' : 'anonymous';
  const names = target.query === undefined ? [] : [...new Set(new URLSearchParams(target.query).keys())];
  return { identity, queryForm: names.sort().join('&').slice(0, 200) };
}
