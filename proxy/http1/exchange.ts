import type { IncomingMessage } from 'node:http';
import type { RawHeaders } from './raw-headers';
import type { RequestFraming } from './request-head';
import type { ResponseHead } from './response-head';

/** Sees one exchange. Nothing is called after `onEnd` or `onFault`, but `onFault` for an `onEnd` that throws; nothing may throw except `onHead`, which fails the exchange. */
export interface ExchangeHandler {
  /** 1xx other than 100 and 101. */
  onInformation(statusCode: number, headers: RawHeaders): void;
  onHead(head: ResponseHead): void;
  /** The chunk is valid only during the call, and until the `onPart` or `onEnd` that follows in the same turn: copy what is kept longer. */
  onData(chunk: Buffer): void;
  /** What has arrived has been handed over, and more is to come. */
  onPart(): void;
  onEnd(trailers: RawHeaders): void;
  onFault(fault: ExchangeFault): void;
}

/** Why there is no answer, or half of one. */
export interface ExchangeFault {
  readonly error: Error;
  /** Not a byte of the request was handed to a connection. */
  readonly neverSent: boolean;
  /** The connection had been kept from an earlier request and gave nothing of an answer: it may have ended before this one came. */
  readonly onKeptConnection: boolean;
}

/** What may be done with an exchange under way; ignored from any but its own handler. */
export interface Exchange {
  /** No more data until {@link resume}. */
  pause(handler: ExchangeHandler): void;
  resume(handler: ExchangeHandler): void;
  /** Ends the exchange without calling its handler again, and closes the connection. */
  abort(handler: ExchangeHandler): void;
}

export interface Outgoing {
  readonly method: string;
  /** In latin1, with the empty line. */
  readonly head: string;
  readonly framing: RequestFraming;
  /** Read only once there is a connection to write it to. */
  readonly body: IncomingMessage | undefined;
  /** The address of the client that waits for the answer: it may wait for a connection too. Undefined when no client does. */
  readonly client: string | undefined;
  /** Until the answer's head, in ms, while the upstream has everything it needs; 0: no limit. */
  readonly answerTimeout: number;
  /** Between two parts of the answer's body, in ms; 0: no limit. */
  readonly bodyTimeout: number;
  /** How long the client may neither send more of its body nor read more of the answer, in ms; 0: no limit. */
  readonly clientTimeout: number;
  /** On a connection of its own, not on a kept one. */
  readonly fresh?: boolean;
}
