import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, ExchangeFault, ExchangeHandler } from '../http1/exchange';
import { pairs, type RawHeaders } from '../http1/raw-headers';
import type { RequestHead } from '../http1/request-head';
import type { ResponseHead } from '../http1/response-head';
import type { Span } from '../tracing/span';
import { EarlyHints } from './early-hints';
import type { Upstream } from './upstream';
import { CLIENT_GONE, isStaleConnection, toUpstreamError, type UpstreamError } from './upstream-errors';

export interface UpstreamResponse {
  readonly statusCode: number;
  readonly statusMessage?: string | undefined;
  readonly headers: RawHeaders;
}

/** What to do with an answer's head: send it on (changed or not), or drop it because another upstream will answer. */
export type AdaptResponse = (response: UpstreamResponse) => UpstreamResponse | 'decline';

/** The whole answer was handed to the client's connection, or why it was not: a client that goes says nothing about the upstream. */
export type AnswerEnd = 'complete' | 'broken' | 'client-gone';

/** Sees an answer on its way to the client. Called in the request's path: must be quick and never throw. */
export interface ResponseTap {
  onHead(response: UpstreamResponse): void;
  /** The chunk is shared: not to be changed. */
  onData(chunk: Buffer): void;
  onEnd(end: AnswerEnd): void;
}

/** How a forward ended. `declined`: nothing was sent to the client and nothing of its body was read. */
export type ForwardResult =
  | { readonly kind: 'sent' | 'declined' }
  | {
      readonly kind: 'failed';
      readonly error: UpstreamError;
      /** Certainly not a byte of the request has reached the upstream, nor a byte of an answer the client. */
      readonly neverSent: boolean;
    };

export interface ForwardOptions {
  /** The client's, by which clients have shares and take turns. */
  readonly address: string;
  /** {@link hasBody} of the client's request. */
  readonly sendsBody: boolean;
  readonly adapt?: AdaptResponse | undefined;
  readonly tap?: ResponseTap | undefined;
  /** Until the head of the answer, in ms, instead of the upstream's own limit. */
  readonly answerTimeout?: number | undefined;
  /** Whether the request changes nothing. Default: by its method (RFC 9110 section 9.2.1). */
  readonly isSafe?: boolean | undefined;
  /** Of this request to the upstream. */
  readonly span?: Span | undefined;
}

/** Bodies up to this size that come in one piece are sent in one. */
const SMALL_BODY_BYTES = 16 * 1024;

/**
 * Forwards one request and streams the answer, both with backpressure. `done` is called once: when the answer has been sent, was
 * declined, or could not be had; it must not throw. (A callback, not a promise: a proxy has nothing else to do per request.)
 *
 * A safe request without a body is sent once more when a kept connection turns out to be closed. Nothing else is ever sent twice.
 */
export function forward(
  upstream: Upstream,
  client: IncomingMessage,
  response: ServerResponse,
  request: RequestHead,
  options: ForwardOptions,
  done: (result: ForwardResult) => void,
): void {
  new Forwarding(upstream, client, response, request, options, done).start();
}

/** True when the client sent a body, by RFC 9112 section 6.3. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** One request on its way. A class, so that a request costs one object and no closures per event. */
class Forwarding implements ExchangeHandler {
  private exchange: Exchange | undefined;
  private declined = false;
  private settled = false;
  private hasBegunBody = false;
  /** The beginning of a body that may be all of it; never for longer than the current turn of the event loop. */
  private held: Buffer | undefined;
  private mayRetry: boolean;
  private hints: EarlyHints | undefined;
  private waitsForDrain = false;
  private statusCode: number | undefined;
  private readonly request: RequestHead;

  constructor(
    private readonly upstream: Upstream,
    private readonly client: IncomingMessage,
    private readonly response: ServerResponse,
    request: RequestHead,
    private readonly options: ForwardOptions,
    private readonly done: (result: ForwardResult) => void,
  ) {
    this.request = options.span?.carry(request) ?? request;
    this.mayRetry = !options.sendsBody && (options.isSafe ?? (client.method === 'GET' || client.method === 'HEAD'));
  }

  start(): void {
    if (this.response.destroyed) {
      this.failed({ error: CLIENT_GONE, neverSent: true });
      return;
    }
    this.response.on('close', this.onClientClose);
    this.send();
  }

  private send(connection: 'any' | 'fresh' = 'any'): void {
    const { upstream, request, client } = this;
    const { address, sendsBody, answerTimeout } = this.options;
    try {
      const body = sendsBody ? client : undefined;
      const fresh = connection === 'fresh';
      this.exchange = upstream.send(request, this, { client: address, body, answerTimeout, fresh });
    } catch (error) {
      this.failed({ error: toUpstreamError(error), neverSent: true });
    }
  }

  onInformation(statusCode: number, headers: RawHeaders): void {
    if (statusCode === 103) (this.hints ??= new EarlyHints(this.response)).send(headers);
  }

  onHead(head: ResponseHead): void {
    this.mayRetry = false;
    this.statusCode = head.statusCode;
    const adapted = this.options.adapt === undefined ? head : this.options.adapt(head);
    if (adapted === 'decline') {
      this.declined = true;
      return;
    }
    // Legacy without a Date header stays without one.
    this.response.sendDate = false;
    this.response.writeHead(adapted.statusCode, adapted.statusMessage, adapted.headers);
    this.options.tap?.onHead(adapted);
  }

  onData(chunk: Buffer): void {
    if (this.declined) return;
    this.options.tap?.onData(Buffer.from(chunk));
    if (!this.hasBegunBody && chunk.length <= SMALL_BODY_BYTES) {
      this.hasBegunBody = true;
      this.held = chunk;
      return;
    }
    this.hasBegunBody = true;
    this.flushHeld();
    this.write(chunk);
  }

  /** A stream may have nothing to say for long after its head; a body that is there already goes out with it, in one piece. */
  onPart(): void {
    if (this.declined) {
      // The rest will not be read.
      this.exchange?.abort(this);
      this.settle({ kind: 'declined' });
    } else if (this.held !== undefined) this.flushHeld();
    else if (!this.hasBegunBody) this.response.flushHeaders();
  }

  onEnd(trailers: RawHeaders): void {
    if (this.declined) {
      this.settle({ kind: 'declined' });
      return;
    }
    if (trailers.length > 0) this.response.addTrailers(pairs(trailers));
    if (this.held === undefined) this.response.end();
    else this.endWithHeld(this.held);
    this.settle(SENT);
  }

  onFault({ error, neverSent, onKeptConnection }: ExchangeFault): void {
    if (this.mayRetry && onKeptConnection && isStaleConnection(error) && !this.response.destroyed) {
      this.mayRetry = false;
      this.send('fresh');
      return;
    }
    this.failed({ error: this.response.destroyed ? CLIENT_GONE : toUpstreamError(error), neverSent });
  }

  private failed(fault: { readonly error: UpstreamError; readonly neverSent: boolean }): void {
    this.settle({ kind: 'failed', ...fault });
  }

  private write(chunk: Buffer): void {
    // The response may keep it for as long as the client reads slowly.
    if (this.response.write(Buffer.from(chunk)) || this.waitsForDrain) return;
    this.waitsForDrain = true;
    this.exchange?.pause(this);
    this.response.once('drain', this.onDrain);
  }

  private flushHeld(): void {
    if (this.held === undefined) return;
    const chunk = this.held;
    this.held = undefined;
    this.write(chunk);
  }

  /** In one piece and as a string (latin1) Node writes head and body at half the cost of a gathered write. */
  private endWithHeld(body: Buffer): void {
    this.held = undefined;
    if (this.response.chunkedEncoding) {
      this.response.end(Buffer.from(body));
      return;
    }
    this.response.write(body.toString('latin1'), 'latin1');
    this.response.socket?.uncork();
    this.response.end();
  }

  private settle(result: ForwardResult): void {
    if (this.settled) return;
    this.settled = true;
    this.exchange = undefined;
    this.options.tap?.onEnd(endOf(result));
    this.options.span?.end({
      statusCode: this.statusCode,
      error: result.kind === 'failed' ? result.error.code : undefined,
    });
    if (this.waitsForDrain) this.response.off('drain', this.onDrain);
    this.done(result);
  }

  private readonly onClientClose = (): void => {
    this.exchange?.abort(this);
    this.failed({ error: CLIENT_GONE, neverSent: false });
  };

  private readonly onDrain = (): void => {
    this.waitsForDrain = false;
    this.exchange?.resume(this);
  };
}

const SENT: ForwardResult = { kind: 'sent' };

function endOf(result: ForwardResult): AnswerEnd {
  if (result.kind === 'sent') return 'complete';
  return result.kind === 'failed' && result.error === CLIENT_GONE ? 'client-gone' : 'broken';
}
