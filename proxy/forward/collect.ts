import type { ObservedResponse } from '../../shared/parity/exchange';
import type { UpstreamResponse } from './forwarder';
import type { Upstream } from './upstream';
import type { Exchange, ExchangeFault, ExchangeHandler } from '../http1/exchange';
import { Http1Error } from '../http1/faults';
import { pairs } from '../http1/raw-headers';
import type { RequestHead } from '../http1/request-head';

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

  constructor(
    private readonly options: CollectOptions,
    private readonly resolve: (answer: ObservedResponse) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(
      () => this.stop(new Http1Error('ANSWER_TIMEOUT', 'no complete answer in time')),
      options.timeout,
    );
  }

  send(upstream: Upstream, request: RequestHead): void {
    try {
      this.exchange = upstream.send(request, this, { answerTimeout: 0 });
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
    clearTimeout(this.timer);
    const { statusCode = 0, headers = [] } = this.head ?? {};
    this.resolve({ statusCode, headers: pairs(headers), body: Buffer.concat(this.chunks) });
  }

  onFault({ error }: ExchangeFault): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  private stop(error: Error): void {
    clearTimeout(this.timer);
    this.chunks = [];
    this.exchange?.abort(this);
    this.reject(error);
  }
}
