import type { IncomingMessage } from 'node:http';
import { hasBody, type ForwardResult, type UpstreamResponse } from './forward/forwarder';
import { isRefusedByGateway } from './forward/gateway-refusal';
import type { LambdaSide } from './forward/upstream';
import { headerValue } from './http1/raw-headers';
import type { LambdaAttempt } from './observation';

/** On an answer of a function's first invocation (lambda/http); removed on the way to the client. */
const COLD_START_HEADER = 'x-banyan-cold-start';

/** What became of asking Lambda, read as it happens. */
export class LambdaAnswer {
  statusCode: number | undefined;
  isRefusedByGateway = false;
  /** Why legacy is to answer instead. */
  insteadBy: 'gateway-refused' | 'session-refused' | 'fallback' | undefined;

  private headAt: number | undefined;
  private coldStart = false;

  /** @param begun when Lambda had the whole request; of `performance.now` */
  constructor(
    private readonly request: IncomingMessage,
    public begun: number,
  ) {}

  readHead(head: UpstreamResponse, accessDeniedBy: LambdaSide['accessDeniedBy']): void {
    this.statusCode = head.statusCode;
    this.headAt = performance.now();
    this.coldStart = headerValue(head.headers, COLD_START_HEADER) !== undefined;
    this.isRefusedByGateway = isRefusedByGateway(head, accessDeniedBy);
  }

  /** Undefined when Lambda was not asked: that says nothing about it. */
  attempt(result: ForwardResult): LambdaAttempt | undefined {
    const isFailed = result.kind === 'failed';
    if (isFailed && result.error.code === 'upstream_busy') return undefined;
    const { request, statusCode, coldStart, headAt, begun } = this;
    return {
      outcome: this.isRefusedByGateway ? 'gateway-refused' : isFailed ? 'failed' : 'answered',
      statusCode,
      ms: Math.max(0, (headAt ?? performance.now()) - begun),
      // Lambda waits for a client no longer than it must: who has not sent all of the request has ended it.
      code: isFailed ? (hasBody(request) && !request.complete ? 'client_gone' : result.error.code) : undefined,
      coldStart,
    };
  }
}
