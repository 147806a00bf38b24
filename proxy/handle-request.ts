import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../shared/logger';
import { queryForm } from '../shared/plain-name';
import { FORCE_HEADER, readMark } from '../shared/signed-mark';
import { tokenFromHeaders } from '../shared/session/token-from-request';
import { chooseTarget, mayMirror, type Reason, type RequestFacts } from './choose-target';
import { Client } from './client/client';
import { clientAddress } from './client/client-address';
import { isInShare } from './cohort/bucket';
import type { CohortUser, SessionUsers } from './cohort/session-users';
import type { EndedSessions } from './fallback/ended-sessions';
import type { RetryBudget } from './fallback/retry-budget';
import { fromApiGateway, toApiGateway } from './forward/for-api-gateway';
import { forward, hasBody, type ForwardOptions, type ForwardResult, type ResponseTap } from './forward/forwarder';
import { requestHeaders } from './forward/headers';
import { oversize, type Oversize } from './forward/oversize';
import { closeWithConnection } from './forward/pipelined';
import type { RequestHead } from './http1/request-head';
import type { LambdaSide, Upstream } from './forward/upstream';
import { forwardingHeaderWarning } from './forward/warn-of-forwarding-headers';
import { isRefusal, type RefusalChecks } from './guard/check-refusals';
import type { UpstreamError } from './forward/upstream-errors';
import { LambdaAnswer } from './lambda-answer';
import type { LambdaAttempt, Observer } from './observation';
import { shareInForce, type OverrideState } from './overrides/state';
import type { Recorder } from './record/recorder';
import { bothTaps } from './record/both-taps';
import { reportRequest, type HandledRequest } from './report-request';
import { parseRequestTarget, type RequestTarget } from './request-target';
import type { RouteTable } from './route-table/load';
import type { Route } from './route-table/route';
import type { Shadow } from './shadow/shadow';
import type { Span, Tracer } from './tracing/span';

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
  /** Absent unless an exporter is configured. */
  readonly tracer?: Tracer | undefined;
  readonly trustedHops: number;
  readonly sessionCookie: string;
  /** Header names, lower case, of what the monolith accepts besides its session. */
  readonly otherCredentials: readonly string[];
  /** Verify what operators sign. */
  readonly secrets: readonly string[];
  readonly logger: Logger;
}

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
    new Handling(options, request, response, target, route).start();
  };
}

/** One request on its way. A class, so that a request costs one object and few closures; what most requests do not need is found out when asked for. */
class Handling implements RequestFacts, HandledRequest {
  readonly begun = performance.now();
  upstream: Upstream['name'] = 'legacy';
  reason: Reason = 'unlisted';
  attempt: LambdaAttempt | undefined;
  /** Of whom the request came from: its socket no longer knows once the client has gone. */
  private readonly address: string;
  private identified: Client | undefined;
  private presented: { readonly token: string | undefined } | undefined;
  /** Records the exchange, whichever side answers in the end. */
  private recording: ResponseTap | undefined;
  private span: Span | undefined;

  constructor(
    private readonly options: RequestHandlerOptions,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly target: RequestTarget,
    readonly route: Route | undefined,
  ) {
    this.address = clientAddress(request, options.trustedHops);
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** What the client presents as its session; not verified. */
  get token(): string | undefined {
    if (this.presented === undefined) {
      const { authorization, cookie } = this.request.headers;
      this.presented = { token: tokenFromHeaders(authorization, cookie, this.options.sessionCookie)?.value };
    }
    return this.presented.token;
  }

  get hasToken(): boolean {
    return this.token !== undefined;
  }

  get oversize(): Oversize | undefined {
    const { options, route } = this;
    if (options.lambda === undefined || route === undefined) return undefined;
    return oversize(this.request, this.target, route, options.lambda, options.trustedHops);
  }

  get client(): Client {
    return (this.identified ??= new Client(this.address, this, this.options));
  }

  start(): void {
    const { options, request, response, route, target } = this;
    try {
      this.span = options.tracer?.begin(request, route?.id);
      this.recording = options.recorder?.begin(request, response, route, target.pathname);
      if (route === undefined) this.toLegacy('unlisted', this.recording);
      else this.startListed(route);
    } catch (error) {
      this.fail(error);
    }
  }

  /** A fault of ours in one request must not end the others. */
  private fail(error: unknown): void {
    this.options.logger.error({ err: error }, 'request handler failed');
    this.span?.end({ error: 'proxy_failed' });
    this.response.destroy();
  }

  private startListed(route: Route): void {
    const { options } = this;
    const chosen = chooseTarget(route, this, options.overrides(), forcedSide(this.request, options.secrets));
    if (chosen.upstream !== 'by-cohort') {
      this.toSide(chosen.upstream, chosen.reason, route, this.begun);
      return;
    }
    const { token } = this;
    const user = token === undefined ? undefined : options.users?.userOf(token);
    if (!(user instanceof Promise)) this.toSide(this.sideOf(user, route), 'cohort', route, this.begun);
    else
      void user.then((found) => {
        try {
          this.toSide(this.sideOf(found, route), 'cohort', route, performance.now());
        } catch (error) {
          this.fail(error);
        }
      });
  }

  private sideOf(user: CohortUser | undefined, route: Route): Upstream['name'] {
    if (user === undefined) return 'legacy';
    const { table, overrides } = this.options;
    const side = table().assigned.get(user.userId);
    return side ?? (isInShare(user.bucket, shareInForce(overrides(), route)) ? 'lambda' : 'legacy');
  }

  private toSide(side: Upstream['name'], reason: Reason, route: Route, now: number): void {
    const { lambda, shadow, overrides } = this.options;
    // A table is refused when it has a route on Lambda and there is no Lambda side, so both are there together.
    if (side === 'lambda' && lambda !== undefined) {
      this.reason = reason;
      this.toLambda(lambda, route, now);
      return;
    }
    const isMirrored = shadow !== undefined && mayMirror(route, this, overrides());
    const tap = isMirrored
      ? shadow.begin(this.request, this.target, route, { about: this.describe(), client: this.client, span: this.span })
      : undefined;
    this.toLegacy(reason, bothTaps(tap, this.recording));
  }

  /** What the ledger may know of it. */
  private describe(): { identity: 'anonymous' | 'session' | 'other-credential'; queryForm: string } {
    const hasOther = this.options.otherCredentials.some((name) => Object.hasOwn(this.headers, name));
    const identity = this.hasToken ? 'session' : hasOther ? 'other-credential' : 'anonymous';
    return { identity, queryForm: queryForm(this.target.query) };
  }

  private toLegacy(reason: Reason, tap: ResponseTap | undefined): void {
    const { request, response, address } = this;
    this.upstream = 'legacy';
    this.reason = reason;
    const span = this.span?.begin('legacy');
    const options: ForwardOptions = { address, sendsBody: hasBody(request), tap, isSafe: this.route?.isSafe, span };
    forward(this.options.legacy, request, response, this.legacyRequest(), options, this.end);
  }

  private legacyRequest(): RequestHead {
    const { request, options, method } = this;
    return { method, path: request.url ?? '/', headers: requestHeaders(request, options.trustedHops) };
  }

  private toLambda({ upstream, url, accessDeniedBy }: LambdaSide, route: Route, now: number): void {
    const { request, response, target, address } = this;
    const { budget, refusalBudget, trustedHops } = this.options;
    const sendsBody = hasBody(request);
    // Only a request that changes nothing and has no body to lose can be asked of legacy afterwards.
    const isRepeatable = route.isSafe && !sendsBody;
    const answer = new LambdaAnswer(request, now);
    // The client's own time is not Lambda's: it counts from the end of the request to the head of the answer.
    if (sendsBody) request.once('end', () => (answer.begun = performance.now()));
    this.upstream = 'lambda';
    budget.deposit(now);
    refusalBudget.deposit(now);
    const options: ForwardOptions = {
      address,
      sendsBody,
      answerTimeout: route.timeout,
      isSafe: route.isSafe,
      tap: this.recording,
      span: this.span?.begin('lambda'),
      adapt: (head) => {
        answer.readHead(head, accessDeniedBy);
        if (isRepeatable) answer.insteadBy = this.insteadOf(answer, head.statusCode, route);
        return answer.insteadBy === undefined ? fromApiGateway(head, url) : 'decline';
      },
    };
    const toApi = toApiGateway(request, target, route, url, trustedHops);
    forward(upstream, request, response, toApi, options, (result) => {
      try {
        this.afterLambda(route, result, answer, { isRepeatable });
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Why legacy is to answer instead of what Lambda answered. */
  private insteadOf(answer: LambdaAnswer, statusCode: number, route: Route): LambdaAnswer['insteadBy'] {
    const { budget, refusalBudget } = this.options;
    if (statusCode < 400) return undefined;
    if (route.stage !== 'retired' && answer.isRefusedByGateway) return 'gateway-refused';
    if (mayFallBack(route, statusCode) && budget.tryWithdraw(this.client)) return 'fallback';
    if (this.mayBeWronglyRefused(route, statusCode) && refusalBudget.tryWithdraw(this.client)) return 'session-refused';
    return undefined;
  }

  /** Whether Lambda refused what seems to have a session: a mistake of an authorizer, or an ended session. Legacy decides. */
  private mayBeWronglyRefused({ fallbackStatuses }: Route, statusCode: number): boolean {
    if (fallbackStatuses === undefined || (statusCode !== 401 && statusCode !== 403)) return false;
    const { token, options } = this;
    if (token === undefined || options.endedSessions.has(token)) return false;
    return this.client.session !== undefined;
  }

  private afterLambda(
    route: Route,
    result: ForwardResult,
    answer: LambdaAnswer,
    { isRepeatable }: { readonly isRepeatable: boolean },
  ): void {
    const { budget, refusals } = this.options;
    const { statusCode } = answer;
    let instead = answer.insteadBy;
    if (result.kind === 'failed' && instead === undefined && route.fallbackStatuses !== undefined) {
      const { error, neverSent } = result;
      // Never sent: nothing is done twice, so it costs no budget.
      if (maySendAgain(error, this.response) && (neverSent || (isRepeatable && budget.tryWithdraw(this.client))))
        instead = 'fallback';
    }
    this.attempt = answer.attempt(result);
    if (instead !== undefined) {
      this.toLegacy(instead, this.recording);
      return;
    }
    if (route.guard !== undefined && isRepeatable && !answer.isRefusedByGateway && isRefusal(statusCode)) {
      const request = this.legacyRequest();
      refusals.check({
        routeId: route.id,
        statusCode,
        request: this.span?.carry(request) ?? request,
        client: this.client,
        withoutBody: this.request.method === 'HEAD',
      });
    }
    this.end(result);
  }

  private readonly end = (result: ForwardResult): void => {
    const { options, route, reason, attempt } = this;
    try {
      const statusCode = reportRequest(this, result, options.observer, options.logger);
      const error = result.kind === 'failed' ? result.error.code : undefined;
      this.span?.end({ statusCode, error, side: this.upstream, reason });
      if (reason === 'session-refused' && route !== undefined)
        this.reportRefusal(route, attempt?.statusCode ?? 0, statusCode);
    } catch (error) {
      this.fail(error);
    }
  };

  /** What legacy said to a session that Lambda refused. A client that has gone, and a fault of legacy, say nothing. */
  private reportRefusal({ id: routeId }: Route, refusedWith: number, statusCode: number): void {
    if (statusCode === 499 || statusCode >= 500) return;
    if (statusCode === 401 && this.token !== undefined) this.options.endedSessions.add(this.token);
    const isShared = statusCode >= 400;
    this.options.observer.refusal({ routeId, statusCode: refusedWith, isShared, isSession: true }, this.client);
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
