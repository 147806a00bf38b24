import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../shared/logger';
import { queryForm, shownMethod, shownPath } from '../shared/plain-name';
import { FORCE_HEADER, readMark } from '../shared/signed-mark';
import { tokenFromHeaders } from '../shared/session/token-from-request';
import { chooseTarget, mayMirror, type Reason, type RequestFacts } from './choose-target';
import { Client } from './client/client';
import { isInShare } from './cohort/bucket';
import type { CohortUser, SessionUsers } from './cohort/session-users';
import type { EndedSessions } from './fallback/ended-sessions';
import type { RetryBudget } from './fallback/retry-budget';
import { fromApiGateway, toApiGateway } from './forward/for-api-gateway';
import { forward, hasBody, type ForwardOptions, type ForwardResult, type ResponseTap } from './forward/forwarder';
import { isRefusedByGateway } from './forward/gateway-refusal';
import { requestHeaders } from './forward/headers';
import { oversize } from './forward/oversize';
import { closeWithConnection } from './forward/pipelined';
import { headerValue } from './http1/raw-headers';
import type { RequestHead } from './http1/request-head';
import type { LambdaSide, Upstream } from './forward/upstream';
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

export interface RequestHandlerOptions {
  readonly table: () => RouteTable;
  readonly overrides: () => OverrideState;
  readonly legacy: Upstream;
  readonly lambda: LambdaSide | undefined;
  /** Without it no one is on Lambda on canary routes. */
  readonly users: SessionUsers | undefined;
  readonly shadow: Shadow | undefined;
  readonly recorder?: Recorder | undefined;
  readonly budget: RetryBudget;
  /** Of its own: clients with old sessions must not use up what faults of Lambda need. */
  readonly refusalBudget: RetryBudget;
  /** Sessions that legacy refuses too: they are not asked about twice. */
  readonly endedSessions: EndedSessions;
  readonly refusals: RefusalChecks;
  readonly observer: Observer;
  readonly trustedHops: number;
  readonly sessionCookie: string;
  /** Header names, lower case, of what the monolith accepts besides its session. */
  readonly otherCredentials: readonly string[];
  /** Verify what operators sign. */
  readonly secrets: readonly string[];
  readonly logger: Logger;
}

interface LambdaAnswer {
  /** Whether legacy can be asked the same afterwards. */
  readonly isRepeatable: boolean;
  /** When Lambda had the whole request, and when its head came; of `performance.now`. */
  begun: number;
  headAt: number | undefined;
  statusCode: number | undefined;
  coldStart: boolean;
  isRefusedByGateway: boolean;
  /** Why legacy is to answer instead. */
  insteadBy: 'gateway-refused' | 'session-refused' | 'fallback' | undefined;
}

/** On an answer of a function's first invocation (lambda/http); removed on the way to the client. */
const COLD_START_HEADER = 'x-banyan-cold-start';

/** Takes a request; its way is reported once it is over. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The way of a request through the proxy: match, choose, forward, report. Never throws. */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { table, trustedHops, logger } = options;
  const warnOfForwardingHeaders = forwardingHeaderWarning(trustedHops, logger);
  return (request, response) => {
    warnOfForwardingHeaders(request);
    closeWithConnection(request, response);
    const target = parseRequestTarget(request.url ?? '/');
    const route = table().match(request.method ?? 'GET', target.pathname);
    const handling = new Handling(options, request, response, target, route);
    handling.protect(() => handling.start());
  };
}

/** One request on its way. A class, so that a request costs one object and few closures. */
class Handling {
  private readonly begun = performance.now();
  private upstream: Upstream['name'] = 'legacy';
  private reason: Reason = 'unlisted';
  private attempt: LambdaAttempt | undefined;
  /** What the client presents as its session; not verified. */
  private token: string | undefined;
  private identified: Client | undefined;
  /** Records the exchange, whoever answers in the end. */
  private recording: ResponseTap | undefined;

  constructor(
    private readonly options: RequestHandlerOptions,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly target: RequestTarget,
    private readonly route: Route | undefined,
  ) {}

  private get client(): Client {
    return (this.identified ??= new Client(this.request, this.token, this.options));
  }

  /** A fault of ours in one request must not end the others. */
  protect(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.options.logger.error({ err: error }, 'request handler failed');
      this.response.destroy();
    }
  }

  start(): void {
    const { options, request, response, route, target } = this;
    this.recording = options.recorder?.begin(request, response, route, target.pathname);
    if (route === undefined) this.toLegacy('unlisted', this.recording, undefined);
    else this.startListed(route);
  }

  private startListed(route: Route): void {
    const { options, request, target } = this;
    const { method = 'GET', headers } = request;
    const { lambda, trustedHops } = options;
    const token = tokenFromHeaders(headers.authorization, headers.cookie, options.sessionCookie)?.value;
    this.token = token;
    const facts: RequestFacts = {
      method,
      target,
      headers,
      oversize: lambda === undefined ? undefined : oversize(request, target, route, lambda, trustedHops),
      hasToken: token !== undefined,
    };
    const chosen = chooseTarget(route, facts, options.overrides(), forcedSide(request, options.secrets));
    if (chosen.upstream !== 'by-cohort') {
      this.toSide(chosen.upstream, chosen.reason, route, facts);
      return;
    }
    const user = token === undefined ? undefined : options.users?.userOf(token);
    const decide = (found: CohortUser | undefined): void =>
      this.toSide(this.sideOf(found, route), 'cohort', route, facts);
    if (user instanceof Promise) void user.then((found) => this.protect(() => decide(found)));
    else decide(user);
  }

  private sideOf(user: CohortUser | undefined, { percent }: Route): Upstream['name'] {
    if (user === undefined) return 'legacy';
    return this.options.table().assigned.get(user.userId) ?? (isInShare(user.bucket, percent) ? 'lambda' : 'legacy');
  }

  private toSide(side: Upstream['name'], reason: Reason, route: Route, facts: RequestFacts): void {
    const { lambda, shadow, overrides } = this.options;
    // A table is refused when it has a route on Lambda and there is no Lambda side, so both are there together.
    if (side === 'lambda' && lambda !== undefined) {
      this.reason = reason;
      this.toLambda(lambda, route);
      return;
    }
    const isMirrored = shadow !== undefined && mayMirror(route, facts, overrides());
    const tap = isMirrored
      ? shadow.begin(this.request, this.target, route, {
          about: describe(facts, this.token, this.options),
          client: this.client,
        })
      : undefined;
    this.toLegacy(reason, bothTaps(tap, this.recording), route);
  }

  private toLegacy(reason: Reason, tap: ResponseTap | undefined, route: Route | undefined): void {
    const { request, response } = this;
    this.upstream = 'legacy';
    this.reason = reason;
    const options: ForwardOptions = { tap, isSafe: route?.isSafe };
    forward(this.options.legacy, request, response, this.legacyRequest(), options, this.end);
  }

  private legacyRequest(): RequestHead {
    const { request, options } = this;
    const { method = 'GET', url = '/' } = request;
    return { method, path: url, headers: requestHeaders(request, options.trustedHops) };
  }

  private toLambda({ upstream, url, accessDeniedBy }: LambdaSide, route: Route): void {
    const { request, response, target } = this;
    const { budget, refusalBudget, trustedHops } = this.options;
    // Only a request that changes nothing and has no body to lose can be asked of legacy afterwards.
    const isRepeatable = route.isSafe && !hasBody(request);
    const answer: LambdaAnswer = {
      isRepeatable,
      begun: performance.now(),
      headAt: undefined,
      statusCode: undefined,
      coldStart: false,
      isRefusedByGateway: false,
      insteadBy: undefined,
    };
    this.upstream = 'lambda';
    budget.deposit();
    refusalBudget.deposit();
    // The client's own time is not Lambda's: it counts from the end of the request to the head of the answer.
    if (hasBody(request)) request.once('end', () => (answer.begun = performance.now()));
    const options: ForwardOptions = {
      answerTimeout: route.timeout,
      isSafe: route.isSafe,
      tap: this.recording,
      adapt: (head) => {
        const { statusCode } = head;
        answer.statusCode = statusCode;
        answer.headAt = performance.now();
        answer.coldStart = headerValue(head.headers, COLD_START_HEADER) !== undefined;
        answer.isRefusedByGateway = isRefusedByGateway(head, accessDeniedBy);
        if (isRepeatable && route.stage !== 'retired' && answer.isRefusedByGateway)
          answer.insteadBy = 'gateway-refused';
        else if (isRepeatable && mayFallBack(route, statusCode) && budget.tryWithdraw(this.client))
          answer.insteadBy = 'fallback';
        else if (isRepeatable && this.mayBeWronglyRefused(route, statusCode) && refusalBudget.tryWithdraw(this.client))
          answer.insteadBy = 'session-refused';
        return answer.insteadBy === undefined ? fromApiGateway(head, url) : 'decline';
      },
    };
    const toApi = toApiGateway(request, target, route, url, trustedHops);
    forward(upstream, request, response, toApi, options, (result) =>
      this.protect(() => this.afterLambda(route, result, answer)),
    );
  }

  /** Whether Lambda refused what seems to have a session: a mistake of an authorizer, or an ended session. Legacy decides. */
  private mayBeWronglyRefused({ fallbackStatuses }: Route, statusCode: number): boolean {
    if (fallbackStatuses === undefined || (statusCode !== 401 && statusCode !== 403)) return false;
    const { token, options } = this;
    if (token === undefined || options.endedSessions.has(token)) return false;
    return this.client.session !== undefined;
  }

  /** What legacy said to a session that Lambda refused. A client that has gone, and a fault of legacy, say nothing. */
  private tellRefusal({ id }: Route, refusedWith: number, statusCode: number): void {
    if (statusCode === 499 || statusCode >= 500) return;
    if (statusCode === 401 && this.token !== undefined) this.options.endedSessions.add(this.token);
    const isShared = statusCode >= 400;
    this.options.observer.refusal(
      {
        routeId: id,
        statusCode: refusedWith,
        isShared,
        isSession: true,
      },
      this.client,
    );
  }

  private afterLambda(
    route: Route,
    result: ForwardResult,
    {
      begun,
      headAt,
      statusCode,
      coldStart,
      isRefusedByGateway: isGatewayRefusal,
      insteadBy,
      isRepeatable,
    }: LambdaAnswer,
  ): void {
    const { budget, refusals } = this.options;
    let instead = insteadBy;
    const isFailed = result.kind === 'failed';
    if (isFailed && instead === undefined && route.fallbackStatuses !== undefined) {
      const { error, neverSent } = result;
      // Never sent: nothing is done twice, so it costs no budget.
      if (maySendAgain(error, this.response) && (neverSent || (isRepeatable && budget.tryWithdraw(this.client))))
        instead = 'fallback';
    }
    // It was not asked: that says nothing about it.
    const isAsked = !isFailed || result.error.code !== 'upstream_busy';
    this.attempt = isAsked
      ? {
          outcome: isGatewayRefusal ? 'gateway-refused' : isFailed ? 'failed' : 'answered',
          statusCode,
          ms: Math.max(0, (headAt ?? performance.now()) - begun),
          // Lambda waits for a client no longer than it must: who has not sent all of the request has ended it.
          code: isFailed
            ? hasBody(this.request) && !this.request.complete
              ? 'client_gone'
              : result.error.code
            : undefined,
          coldStart,
        }
      : undefined;
    if (instead !== undefined) {
      this.toLegacy(instead, this.recording, route);
      return;
    }
    if (route.guard !== undefined && isRepeatable && !isGatewayRefusal && isRefusal(statusCode)) {
      refusals.check({
        routeId: route.id,
        statusCode,
        request: this.legacyRequest(),
        client: this.client,
        withoutBody: this.request.method === 'HEAD',
      });
    }
    this.end(result);
  }

  private readonly end = (result: ForwardResult): void => this.protect(() => this.tell(result));

  /** Answers what could not be had, and counts it. */
  private tell(result: ForwardResult): void {
    const { request, response, route, upstream, reason, attempt } = this;
    const { observer, logger } = this.options;
    const error = result.kind === 'failed' ? result.error : undefined;
    const requestId = error === undefined ? undefined : randomUUID();
    // What the client saw: an answer that broke off keeps the status that it began with, and has a `code`.
    const seen = error === undefined || (response.headersSent && error.code !== 'client_gone');
    const statusCode = seen ? response.statusCode : error.statusCode;
    if (error !== undefined) sendError(response, error, requestId);

    const ms = performance.now() - this.begun;
    const { method = 'GET' } = request;
    if (route === undefined) observer.unlisted(statusCode, ms);
    else {
      const at = Date.now();
      observer.request(
        { routeId: route.id, method, statusCode, ms, upstream, reason, lambda: attempt, at },
        this.client,
      );
      if (reason === 'session-refused') this.tellRefusal(route, attempt?.statusCode ?? 0, statusCode);
    }

    const line = {
      method: shownMethod(method),
      // What clients choose stays out, ids and the query included: they put tokens there.
      path: route?.path ?? shownPath(this.target.pathname),
      route: route?.id,
      upstream,
      reason,
      status: statusCode,
      ms: Math.round(ms * 10) / 10,
    };
    if (error !== undefined) logger.warn({ ...line, code: error.code, requestId, err: error.cause }, 'request failed');
    else if (attempt !== undefined && upstream === 'legacy' && attempt.statusCode !== statusCode) {
      logger.warn({ ...line, lambda: { status: attempt.statusCode, code: attempt.code } }, 'request');
    } else logger.info(line, 'request');
  }
}

/** Whether legacy may answer instead of Lambda's answer with this status. */
function mayFallBack({ fallbackStatuses }: Route, statusCode: number): boolean {
  return fallbackStatuses !== undefined && (statusCode === 429 || fallbackStatuses.has(statusCode));
}

/** The side that an operator's signed header asks for. */
function forcedSide({ headers }: IncomingMessage, secrets: readonly string[]): 'legacy' | 'lambda' | undefined {
  const mark = headers[FORCE_HEADER];
  if (typeof mark !== 'string') return undefined;
  const side = readMark('force', mark, secrets, new Date());
  return side === 'legacy' || side === 'lambda' ? side : undefined;
}

/** True when the client is there and has seen nothing of an answer. */
function maySendAgain(error: UpstreamError, response: ServerResponse): boolean {
  return !response.headersSent && !response.destroyed && error.statusCode >= 500;
}

/** What the ledger may know of a request. */
function describe(
  { headers, target }: RequestFacts,
  token: string | undefined,
  { otherCredentials }: RequestHandlerOptions,
): { identity: 'anonymous' | 'session' | 'other-credential'; queryForm: string } {
  const hasOther = otherCredentials.some((name) => Object.hasOwn(headers, name));
  const identity = token !== undefined ? 'session' : hasOther ? 'other-credential' : 'anonymous';
  return { identity, queryForm: queryForm(target.query) };
}
