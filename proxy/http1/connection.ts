import type { Socket } from 'node:net';
import { ChunkedDecoder } from './chunked-decoder';
import type { Exchange, ExchangeHandler, Outgoing } from './exchange';
import { Http1Error } from './faults';
import { RequestBody } from './request-body';
import type { RawHeaders } from './raw-headers';
import { parseResponseHead, type ResponseHead } from './response-head';
import type { Share } from './shares';

export interface ConnectionOwner {
  /** Free for the next request, for this many ms. */
  onIdle(connection: Connection, idleTime: number): void;
  /** An event stream has begun, which may last for hours. */
  onEventStream(connection: Connection): void;
  onClose(connection: Connection): void;
}

/** As much as Node's own limit, four times. */
const MAX_HEAD_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);
const BEGINNING = 'HTTP/1.';
const CR = 0x0d;
const LF = 0x0a;

/** Until a connection must be there, in ms. */
const CONNECT_TIMEOUT = 10_000;

/** One connection to an upstream: one exchange at a time, no pipelining, so that an answer can never be another request's. */
export class Connection implements Exchange {
  /** When the upstream will have been silent for too long (`performance.now`); Infinity while it is not its turn. */
  deadline: number;
  /** While idle: when it must no longer be used (`performance.now`). */
  idleUntil = 0;
  /** Whether it counts against the limit of connections: not while it carries what takes long. */
  isCounted = true;
  /** What it counts against. */
  share: Share | undefined;
  /** The same while it does not count. */
  longShare: Share | undefined;
  /** How many deadline checks in a row found it transferring a body. */
  transferTicks = 0;
  requests = 0;
  readonly openedAt = performance.now();

  private exchange: ExchangeHandler | undefined;
  private outgoing: Outgoing | undefined;
  private body: RequestBody | undefined;
  private part: 'connecting' | 'idle' | 'head' | 'body' | 'closed' = 'connecting';
  private response: ResponseHead | undefined;
  /** The beginning of a head. */
  private begun: Buffer = NOTHING;
  private left = 0;
  private chunks: ChunkedDecoder | undefined;
  private isKept = false;
  private hasAnswered = false;
  private isPaused = false;

  constructor(
    private readonly socket: Socket,
    connected: 'connect' | 'secureConnect',
    private readonly owner: ConnectionOwner,
  ) {
    this.deadline = performance.now() + CONNECT_TIMEOUT;
    socket.once(connected, () => {
      this.part = 'idle';
      if (this.outgoing !== undefined) this.write(this.outgoing, performance.now());
    });
    socket.on('end', () => this.onEnd());
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Http1Error('ENDED_EARLY', 'the connection closed')));
  }

  /** Begins an exchange at `now` (`performance.now`); the connection must be new or idle. */
  send(outgoing: Outgoing, handler: ExchangeHandler, now: number): void {
    this.exchange = handler;
    this.outgoing = outgoing;
    this.hasAnswered = false;
    this.requests += 1;
    if (this.part === 'idle') this.write(outgoing, now);
    // A shorter limit for the answer also limits the wait for a connection.
    else if (outgoing.answerTimeout > 0) this.deadline = now + Math.min(CONNECT_TIMEOUT, outgoing.answerTimeout);
  }

  /** A body is under way, of the request or of the answer. */
  get isTransferring(): boolean {
    return this.part === 'body' || (this.body !== undefined && !this.body.isSent);
  }

  pause(handler: ExchangeHandler): void {
    if (this.exchange !== handler || this.isPaused) return;
    this.isPaused = true;
    this.expectMore();
    this.socket.pause();
  }

  resume(handler: ExchangeHandler): void {
    if (this.exchange !== handler || !this.isPaused) return;
    this.isPaused = false;
    this.expectMore();
    this.socket.resume();
  }

  abort(handler: ExchangeHandler): void {
    if (this.exchange !== handler) return;
    this.exchange = undefined;
    this.close();
  }

  /** Fails the exchange under way, if any, and closes. */
  fail(error: Error): void {
    const { exchange, isKept, hasAnswered } = this;
    const neverSent = this.part === 'connecting';
    this.exchange = undefined;
    this.close();
    exchange?.onFault({ error, neverSent, onKeptConnection: isKept && !hasAnswered });
  }

  timeOut(): void {
    if (this.part === 'connecting') this.fail(new Http1Error('CONNECT_TIMEOUT', 'no connection in time'));
    else if (this.isClientsTurn) this.fail(new Http1Error('CLIENT_STALLED', 'the client neither sends nor reads'));
    else this.fail(new Http1Error('ANSWER_TIMEOUT', 'no answer in time'));
  }

  private close(): void {
    if (this.part === 'closed') return;
    this.part = 'closed';
    this.deadline = Number.POSITIVE_INFINITY;
    this.outgoing = undefined;
    this.body?.stop();
    this.body = undefined;
    this.socket.destroy();
    this.owner.onClose(this);
  }

  private write(outgoing: Outgoing, now: number): void {
    const { head, framing, body } = outgoing;
    this.part = 'head';
    if (body === undefined) this.socket.write(head, 'latin1');
    else {
      // A body that is there already goes out with the head: the body uncorks.
      this.socket.cork();
      this.socket.write(head, 'latin1');
      this.body = new RequestBody(body, this.socket, framing, () => this.expectMore());
    }
    this.expectMore(now);
  }

  /** The client must send more of its request. */
  private get isClientSending(): boolean {
    const { body } = this;
    return body !== undefined && !body.isSent && !body.isHeldUp;
  }

  /** The upstream has nothing to do until the client sends or reads more. */
  private get isClientsTurn(): boolean {
    return this.isPaused || (this.part === 'head' && this.isClientSending);
  }

  /** Sets the deadline: whose turn it is, upstream or client, is to do something. */
  private expectMore(now = performance.now()): void {
    const { outgoing } = this;
    if (outgoing === undefined) return;
    let timeout = this.part === 'body' ? outgoing.bodyTimeout : outgoing.answerTimeout;
    if (this.isClientsTurn) timeout = outgoing.clientTimeout;
    // An answer that began early may go on as the request does, however slowly.
    else if (this.isClientSending) timeout = 0;
    this.deadline = timeout === 0 ? Number.POSITIVE_INFINITY : now + timeout;
  }

  /** Bytes came from the upstream; they are valid only during the call. */
  receive(chunk: Buffer): void {
    this.hasAnswered = true;
    const isInBody = this.part === 'body';
    try {
      let rest: Buffer | undefined = chunk;
      while (rest !== undefined && rest.length > 0) {
        if (this.part === 'head') rest = this.readHead(rest);
        else if (this.part === 'body') rest = this.readBody(rest);
        else {
          // Behind an answer, or with no request open: whatever it is, it must not pass for the next answer.
          this.close();
          return;
        }
      }
      if (this.part !== 'body') return;
      if (!isInBody || this.outgoing?.bodyTimeout !== 0) this.expectMore();
      this.exchange?.onPart();
    } catch (error) {
      // Uncaught, it would end the process, and every request.
      this.fail(asError(error));
    }
  }

  /** Returns what follows the head, or nothing when the head is not whole. */
  private readHead(chunk: Buffer): Buffer | undefined {
    const bytes = this.begun.length === 0 ? chunk : Buffer.concat([this.begun, chunk]);
    const end = bytes.indexOf('\r\n\r\n', Math.max(0, this.begun.length - 3), 'latin1');
    if ((end < 0 ? bytes.length : end) > MAX_HEAD_BYTES) {
      throw new Http1Error('ANSWER_UNREADABLE', `the answer has a head of more than ${MAX_HEAD_BYTES} bytes`);
    }
    if (end < 0) {
      if (isNoHead(bytes, this.begun.length)) {
        throw new Http1Error('ANSWER_UNREADABLE', 'invalid answer: it does not start with HTTP/1.1');
      }
      this.begun = bytes === chunk ? Buffer.from(chunk) : bytes;
      return undefined;
    }
    this.begun = NOTHING;
    const response = parseResponseHead(bytes, end + 2, this.outgoing?.method ?? '');
    const rest = bytes.subarray(end + 4);
    if (response.statusCode < 200) {
      this.onInformation(response);
      return rest;
    }
    this.part = 'body';
    this.response = response;
    const { framing } = response;
    this.left = typeof framing === 'number' ? framing : framing === 'none' ? 0 : Number.POSITIVE_INFINITY;
    if (framing === 'chunked') this.chunks = new ChunkedDecoder((data) => this.exchange?.onData(data));
    if (response.isEventStream) this.owner.onEventStream(this);
    this.exchange?.onHead(response);
    if (this.left === 0) this.complete([], rest.length);
    return rest;
  }

  private onInformation({ statusCode, headers }: ResponseHead): void {
    // No upgrade was asked for, and bytes of another protocol follow.
    if (statusCode === 101) throw new Http1Error('ANSWER_UNREADABLE', '101 in answer to a request without Upgrade');
    if (statusCode !== 100) this.exchange?.onInformation(statusCode, headers);
  }

  /** Returns what follows the body. */
  private readBody(chunk: Buffer): Buffer | undefined {
    if (this.chunks !== undefined) {
      const rest = chunk.subarray(this.chunks.write(chunk));
      const { trailers } = this.chunks;
      if (trailers !== undefined) this.complete(trailers, rest.length);
      return rest;
    }
    const data = chunk.length <= this.left ? chunk : chunk.subarray(0, this.left);
    this.left -= data.length;
    this.exchange?.onData(data);
    const rest = chunk.length === data.length ? undefined : chunk.subarray(data.length);
    if (this.left === 0) this.complete([], rest?.length ?? 0);
    return rest;
  }

  /** The answer is whole, `surplus` bytes follow. The connection is kept when both sides are done with it. */
  private complete(trailers: RawHeaders, surplus: number): void {
    // The handler may have aborted it.
    if (this.part === 'closed') return;
    const { exchange, response, body } = this;
    this.exchange = undefined;
    this.outgoing = undefined;
    this.response = undefined;
    this.chunks = undefined;
    // An answer before the end of the request: the upstream may not read the rest.
    const isDone =
      (body === undefined || body.isSent) && surplus === 0 && response !== undefined && response.idleTime > 0;
    body?.stop();
    this.body = undefined;
    if (isDone) {
      this.part = 'idle';
      this.isKept = true;
      this.transferTicks = 0;
      this.deadline = Number.POSITIVE_INFINITY;
      if (this.isPaused) this.socket.resume();
      this.isPaused = false;
      this.owner.onIdle(this, response.idleTime);
    } else this.close();
    try {
      exchange?.onEnd(trailers);
    } catch (error) {
      // Its own: the connection may have begun another's exchange already.
      exchange?.onFault({ error: asError(error), neverSent: false, onKeptConnection: false });
    }
  }

  private onEnd(): void {
    if (this.response?.framing === 'until-close') this.complete([], 0);
    else this.fail(new Http1Error('ENDED_EARLY', 'the upstream closed the connection before its answer was complete'));
  }
}

/** True for what no more bytes make a head of, so that they are not waited for: another protocol, or a line that ends in a bare LF. */
function isNoHead(bytes: Buffer, seen: number): boolean {
  if (!BEGINNING.startsWith(bytes.toString('latin1', 0, BEGINNING.length))) return true;
  for (let at = bytes.indexOf(LF, seen); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return true;
  }
  return false;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new TypeError(String(thrown));
}
