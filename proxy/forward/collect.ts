import { afterReading } from '../../shared/after-reading';
import type { ObservedResponse } from '../../shared/parity/exchange';
import type { UpstreamResponse } from './forwarder';
import type { Upstream } from './upstream';
import { toUpstreamError } from './upstream-errors';
import type { Exchange, ExchangeFault, ExchangeHandler } from '../http1/exchange';
import { Http1Error } from '../http1/faults';
import { pairs } from '../http1/raw-headers';
import type { RequestHead } from '../http1/request-head';
import type { Span } from '../tracing/span';

/** An answer was larger than what may be kept for comparing. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

export interface CollectOptions {
  /** Until the whole answer, in ms. */
  readonly timeout: number;
  readonly maxBodyBytes: number;
  readonly adapt?: (head: UpstreamResponse) => UpstreamResponse;
  /** Answers to HEAD have no body for the client. */
  readonly withoutBody: boolean;
  /** Of this request to the upstream. */
  readonly span?: Span | undefined;
}

/** Asks for a whole answer to a request without a body. Throws AnswerTooLargeError, Http1Error or Node's socket errors. */
export function collect(upstream: Upstream, request: RequestHead, options: CollectOptions): Promise<ObservedResponse> {
  return new Promise((resolve, reject) => {
    new Collection(options, resolve, reject).send(upstream, request);
  });
}

class Collection implements ExchangeHandler {
  private exchange: Exchange | undefined;
  private readonly timer: NodeJS.Timeout;
  private head: UpstreamResponse | undefined;
  private chunks: Buffer[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(
    private readonly options: CollectOptions,
    private readonly resolve: (answer: ObservedResponse) => void,
    private readonly reject: (error: Error) => void,
  ) {
    const timeOut = (): void => this.stop(new Http1Error('ANSWER_TIMEOUT', 'no complete answer in time'));
    this.timer = setTimeout(() => afterReading(timeOut), options.timeout);
  }

  send(upstream: Upstream, request: RequestHead): void {
    try {
      this.exchange = upstream.send(this.options.span?.carry(request) ?? request, this, { answerTimeout: 0 });
    } catch (error) {
      this.stop(error instanceof Error ? error : new TypeError(String(error)));
    }
  }

  onInformation(): void {
    // Of no interest.
  }

  onHead(head: UpstreamResponse): void {
    this.head = this.options.adapt === undefined ? head : this.options.adapt(head);
  }

  onData(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.options.maxBodyBytes)
      this.stop(new AnswerTooLargeError(`over ${this.options.maxBodyBytes} bytes`));
    else if (!this.options.withoutBody) this.chunks.push(Buffer.from(chunk));
  }

  onPart(): void {
    // Only the whole counts.
  }

  onEnd(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    const { statusCode = 0, headers = [] } = this.head ?? {};
    this.options.span?.end({ statusCode });
    this.resolve({ statusCode, headers: pairs(headers), body: Buffer.concat(this.chunks) });
  }

  onFault({ error }: ExchangeFault): void {
    this.fail(error);
  }

  private stop(error: Error): void {
    if (this.isOver) return;
    this.chunks = [];
    this.exchange?.abort(this);
    this.fail(error);
  }

  private fail(error: Error): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.options.span?.end({ statusCode: this.head?.statusCode, error: toUpstreamError(error).code });
    this.reject(error);
  }
}
