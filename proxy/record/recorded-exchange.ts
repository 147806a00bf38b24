import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBody, type AnswerEnd, type ResponseTap, type UpstreamResponse } from '../forward/forwarder';
import { KeptBody, type Memory } from './kept-body';

export interface ExchangeFacts {
  /** Id of its route; undefined for a login that is not listed. */
  readonly route: string | undefined;
  readonly memory: Memory;
  readonly maxBodyBytes: number;
  /** Asked with the answer's head when only that shows whether the session is in the sample. */
  readonly isWanted: ((head: UpstreamResponse) => boolean) | undefined;
  /** Called once, when the client's response is over. */
  readonly done: (exchange: RecordedExchange, outcome: 'complete' | 'incomplete' | 'memory' | 'unwanted') => void;
}

/** Watches one exchange on its way. Everything it does in the request's path is to keep references. */
export class RecordedExchange implements ResponseTap {
  readonly startedAt = Date.now();
  readonly requestBody: KeptBody;
  readonly responseBody: KeptBody;
  head: UpstreamResponse | undefined;
  /** Milliseconds until the answer's head and until its end. */
  wait = 0;
  time = 0;
  private readonly begun = performance.now();
  private outcome: 'complete' | 'incomplete' | 'memory' | 'unwanted' = 'incomplete';

  constructor(
    readonly request: IncomingMessage,
    response: ServerResponse,
    readonly facts: ExchangeFacts,
  ) {
    this.requestBody = new KeptBody(facts.memory, facts.maxBodyBytes);
    this.responseBody = new KeptBody(facts.memory, facts.maxBodyBytes);
    if (hasBody(request)) this.watchRequestBody();
    response.once('close', () => facts.done(this, this.outcome));
  }

  get route(): string | undefined {
    return this.facts.route;
  }

  onHead(head: UpstreamResponse): void {
    this.head = head;
    this.wait = performance.now() - this.begun;
    if (this.facts.isWanted?.(head) === false) this.giveUp('unwanted');
  }

  onData(chunk: Buffer): void {
    if (this.isGivenUp()) return;
    if (!this.responseBody.add(chunk)) this.giveUp('memory');
  }

  onEnd(end: AnswerEnd): void {
    this.time = performance.now() - this.begun;
    // Without a head it was an attempt that another upstream has taken over.
    if (end === 'complete' && this.head !== undefined && !this.isGivenUp()) this.outcome = 'complete';
  }

  release(): void {
    this.requestBody.release();
    this.responseBody.release();
  }

  private isGivenUp(): boolean {
    return this.outcome === 'memory' || this.outcome === 'unwanted';
  }

  private giveUp(why: 'memory' | 'unwanted'): void {
    this.outcome = why;
    this.release();
  }

  /** A listener for `data` would make the stream flow before the forwarder is ready; this only looks at what it emits. */
  private watchRequestBody(): void {
    const { request } = this;
    const emit = request.emit.bind(request);
    request.emit = (event: string | symbol, ...values: unknown[]): boolean => {
      const [chunk] = values;
      if (event === 'data' && Buffer.isBuffer(chunk) && !this.isGivenUp() && !this.requestBody.add(chunk))
        this.giveUp('memory');
      return emit(event, ...values);
    };
  }
}
