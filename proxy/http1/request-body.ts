import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pairs } from './raw-headers';
import type { RequestFraming } from './request-head';
import { FORWARDING_HEADERS, HOP_BY_HOP } from './hop-by-hop';

/** RFC 9110 section 6.5.1: what frames, routes or authorises a request, or says who sent it, means nothing behind it. */
const NOT_IN_TRAILERS = new Set([
  ...HOP_BY_HOP,
  ...FORWARDING_HEADERS,
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'trailer',
]);

/** Streams a client's body to an upstream, no faster than the upstream reads. */
export class RequestBody {
  /** All of it has been handed to the upstream's connection. */
  isSent = false;
  /** The upstream has not taken what it was given: the next move is its, not the client's. */
  isHeldUp = false;

  private pending: Buffer[] = [];
  private hasEnded = false;
  private next: NodeJS.Immediate | undefined;

  /** The socket is corked, with the head in it; it is uncorked with the first of the body. */
  constructor(
    private readonly source: IncomingMessage,
    private readonly socket: Socket,
    private readonly framing: RequestFraming,
    /** Something was sent, or the upstream takes more. */
    private readonly onProgress: () => void,
  ) {
    source.on('data', this.onData);
    source.once('end', this.onEnd);
    socket.on('drain', this.onDrain);
    this.next = setImmediate(() => {
      this.write();
      this.socket.uncork();
    });
  }

  /** Sends nothing more. What the client still sends is read and dropped, or its connection would stall. */
  stop(): void {
    this.source.off('data', this.onData);
    this.source.off('end', this.onEnd);
    this.socket.off('drain', this.onDrain);
    clearImmediate(this.next);
    if (!this.isSent) this.source.resume();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.pending.push(chunk);
    this.writeSoon();
  };

  private readonly onEnd = (): void => {
    this.hasEnded = true;
    this.writeSoon();
  };

  /** Writes once everything that came was read: an upstream that answers early and closes would lose its answer (RFC 9112 section 9.6). */
  private writeSoon(): void {
    this.next ??= setImmediate(() => this.write());
  }

  private write(): void {
    this.next = undefined;
    const { pending, socket } = this;
    this.pending = [];
    let takesMore = true;
    socket.cork();
    for (const chunk of pending) {
      if (this.framing === 'chunked') {
        socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
        socket.write(chunk);
        takesMore = socket.write('\r\n', 'latin1');
      } else takesMore = socket.write(chunk);
    }
    if (this.hasEnded) {
      this.isSent = true;
      if (this.framing === 'chunked') socket.write(`0\r\n${trailersOf(this.source)}\r\n`, 'latin1');
    }
    socket.uncork();
    if (!takesMore && !this.hasEnded) {
      this.isHeldUp = true;
      this.source.pause();
    }
    this.onProgress();
  }

  private readonly onDrain = (): void => {
    if (!this.isHeldUp) return;
    this.isHeldUp = false;
    this.source.resume();
    this.onProgress();
  };
}

function trailersOf({ rawTrailers }: IncomingMessage): string {
  return pairs(rawTrailers)
    .filter(([name]) => !NOT_IN_TRAILERS.has(name.toLowerCase()) && !/^x-banyan-/i.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
