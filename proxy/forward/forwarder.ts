import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import { createConnector } from './connect';
import { EarlyHints } from './early-hints';
import { pairs, responseHeaders, type RawHeaders } from './headers';
import { reasonPhrase } from './reason-phrase';
import { CLIENT_GONE, isStaleConnection, toUpstreamError, type UpstreamError } from './upstream-errors';

/** Where requests go: one pool of connections to one origin. */
export interface Upstream {
  readonly name: 'legacy' | 'lambda';
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** What is sent upstream; the body, if any, is streamed from the client's request. */
export interface UpstreamRequest {
  readonly method: string;
  /** Request target in origin-form or absolute-form, raw. */
  readonly path: string;
  readonly headers: RawHeaders;
}

/** The head of an upstream's answer. */
export interface UpstreamResponse {
  readonly statusCode: number;
  /** Reason phrase; the standard one when undefined. */
  readonly statusMessage?: string | undefined;
  readonly headers: RawHeaders;
}

/** What to do with an answer's head: send it on (changed or not), or drop it because another upstream will answer. */
export type AdaptResponse = (response: UpstreamResponse) => UpstreamResponse | 'decline';

/** Sees an answer on its way to the client. Called in the request's path: must be quick and never throw. */
export interface ResponseTap {
  onHead(response: UpstreamResponse): void;
  /** The chunk is shared: not to be changed. */
  onData(chunk: Buffer): void;
  /** `complete`: the upstream's whole answer was handed to the client's connection. */
  onEnd(complete: boolean): void;
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
  readonly adapt?: AdaptResponse | undefined;
  readonly tap?: ResponseTap | undefined;
  /** Until response headers, in ms, instead of the upstream's own limit. */
  readonly headersTimeout?: number | undefined;
  /** Whether the request changes nothing. Default: by its method (RFC 9110 section 9.2.1). */
  readonly isSafe?: boolean | undefined;
}

interface UpstreamOptions {
  /** Until response headers, in ms; 0: no limit. */
  readonly headersTimeout: number;
  /** Between two chunks of a response body, in ms; 0: no limit, as event streams need. */
  readonly bodyTimeout: number;
}

/** The server's own limit on a response head is 16 kB in Node; legacy may have raised it. */
const MAX_RESPONSE_HEADER_BYTES = 64 * 1024;

/** Bodies up to this size that come in one piece are sent in one. */
const SMALL_BODY_BYTES = 16 * 1024;

/** Opens the pool towards an origin; connections are made when needed and kept as long as the upstream's `Keep-Alive` allows. */
export function createUpstream(name: Upstream['name'], origin: string, options: UpstreamOptions): Upstream {
  const dispatcher = new Pool(origin, {
    ...options,
    connect: createConnector(),
    pipelining: 1,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
  });
  return { name, dispatcher, close: () => dispatcher.destroy() };
}

/**
 * Forwards one request and streams the answer, both with backpressure. Resolves when the answer has been sent, was
 * declined, or could not be had; never rejects.
 *
 * A safe request without a body is sent once more when a kept-alive connection turns out to be closed. Nothing else is
 * ever sent twice.
 */
export function forward(
  upstream: Upstream,
  client: IncomingMessage,
  response: ServerResponse,
  request: UpstreamRequest,
  options: ForwardOptions = {},
): Promise<ForwardResult> {
  return new Promise((resolve) => {
    const exchange = new Exchange(upstream, client, response, request, options, resolve);
    exchange.start();
  });
}

/** True when the client sent a body, by RFC 9112 section 6.3. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * The client's body, read when the upstream is ready for it. Given the request itself, undici would destroy it when the upstream
 * fails, and with it the connection on which the client is to be told so.
 */
function bodyOf(client: IncomingMessage): Readable {
  return Readable.from(client.iterator({ destroyOnReturn: false }), { objectMode: false });
}

/** One request on its way. A class, so that a request costs one object and no closures per event. */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private declined = false;
  private settled = false;
  private hasBegunBody = false;
  /** The beginning of a body that may be all of it; never for longer than the current turn of the event loop. */
  private held: Buffer | undefined;
  private mayRetry: boolean;
  private hints: EarlyHints | undefined;
  private readonly sendsBody: boolean;

  constructor(
    private readonly upstream: Upstream,
    private readonly client: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly request: UpstreamRequest,
    private readonly options: ForwardOptions,
    private readonly resolve: (result: ForwardResult) => void,
  ) {
    this.sendsBody = hasBody(client);
    this.mayRetry = !this.sendsBody && (options.isSafe ?? (client.method === 'GET' || client.method === 'HEAD'));
  }

  start(): void {
    if (this.response.destroyed) {
      this.failed(CLIENT_GONE);
      return;
    }
    this.response.once('close', this.onClientClose);
    this.response.on('drain', this.onDrain);
    this.dispatch();
  }

  private dispatch(): void {
    const { method, path, headers } = this.request;
    try {
      this.upstream.dispatcher.dispatch(
        {
          method: method,
          path,
          headers,
          body: this.sendsBody ? bodyOf(this.client) : null,
          ...(this.options.headersTimeout !== undefined && { headersTimeout: this.options.headersTimeout }),
        },
        this,
      );
    } catch (error) {
      this.fail(error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.response.destroyed) controller.abort(CLIENT_GONE);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    _parsed: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    const raw = controller.rawHeaders;
    const headers = responseHeaders(Array.isArray(raw) ? raw : []);
    if (statusCode < 200) {
      if (statusCode === 103) (this.hints ??= new EarlyHints(this.response)).send(headers);
      return;
    }
    this.mayRetry = false;
    const head = { statusCode, statusMessage, headers };
    const adapted = this.options.adapt?.(head) ?? head;
    if (adapted === 'decline') {
      this.declined = true;
      return;
    }
    // Legacy without a Date header stays without one.
    this.response.sendDate = false;
    const reason = reasonPhrase(adapted.statusMessage);
    if (reason === undefined) this.response.writeHead(adapted.statusCode, adapted.headers);
    else this.response.writeHead(adapted.statusCode, reason, adapted.headers);
    this.options.tap?.onHead(adapted);
    if (statusCode === 204 || statusCode === 304) {
      // Complete with its head, whatever length it states (RFC 9112 section 6.3); undici would wait for a body of that length.
      this.response.end();
      this.settle({ kind: 'sent' });
      return;
    }
    // A stream may have nothing to say for long after its head; a body that is there already goes out with it, in one piece.
    process.nextTick(this.flushHead);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.declined || this.settled) return;
    this.options.tap?.onData(chunk);
    if (!this.hasBegunBody && chunk.length <= SMALL_BODY_BYTES) {
      this.hasBegunBody = true;
      this.held = chunk;
      return;
    }
    this.hasBegunBody = true;
    this.flushHeld();
    if (!this.response.write(chunk)) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.settled) return;
    if (this.declined) {
      this.settle({ kind: 'declined' });
      return;
    }
    const trailers = responseHeaders(Array.isArray(controller.rawTrailers) ? controller.rawTrailers : []);
    if (trailers.length > 0) this.response.addTrailers(pairs(trailers));
    if (this.held === undefined) this.response.end();
    else this.endWithHeld(this.held);
    this.settle({ kind: 'sent' });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private fail(error: unknown): void {
    if (this.mayRetry && isStaleConnection(error) && !this.response.destroyed) {
      this.mayRetry = false;
      this.dispatch();
      return;
    }
    this.failed(this.response.destroyed ? CLIENT_GONE : toUpstreamError(error));
  }

  private failed(error: UpstreamError): void {
    // undici starts a request once it has a connection to write it to.
    this.settle({ kind: 'failed', error, neverSent: this.controller === undefined && !this.response.headersSent });
  }

  private flushHeld(): void {
    if (this.held === undefined) return;
    const chunk = this.held;
    this.held = undefined;
    if (!this.response.write(chunk)) this.controller?.pause();
  }

  /**
   * Head and body in one piece: as a string, and at once, Node gives them to the system in one plain write, which costs half of
   * what its gathered write of head, body and end costs. Bytes and characters of latin1 are the same.
   */
  private endWithHeld(body: Buffer): void {
    this.held = undefined;
    if (this.response.chunkedEncoding) {
      this.response.end(body);
      return;
    }
    this.response.write(body.toString('latin1'), 'latin1');
    this.response.socket?.uncork();
    this.response.end();
  }

  private settle(result: ForwardResult): void {
    if (this.settled) return;
    this.settled = true;
    this.options.tap?.onEnd(result.kind === 'sent');
    this.response.off('close', this.onClientClose);
    this.response.off('drain', this.onDrain);
    this.resolve(result);
  }

  private readonly onClientClose = (): void => {
    this.controller?.abort(CLIENT_GONE);
    this.failed(CLIENT_GONE);
  };

  private readonly onDrain = (): void => this.controller?.resume();

  private readonly flushHead = (): void => {
    if (this.settled) return;
    if (this.held !== undefined) this.flushHeld();
    else if (!this.hasBegunBody) this.response.flushHeaders();
  };
}
