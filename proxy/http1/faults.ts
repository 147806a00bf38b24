/** `code`s of what can go wrong between here and an upstream, in addition to those of Node's sockets. */
export type FaultCode =
  /** No connection in time. */
  | 'CONNECT_TIMEOUT'
  /** No answer, or nothing more of it, in time. */
  | 'ANSWER_TIMEOUT'
  /** The upstream ended the connection before its answer was whole. */
  | 'ENDED_EARLY'
  /** The answer is not HTTP/1.1, or could be read in two ways. */
  | 'ANSWER_UNREADABLE'
  /** The request cannot be written as HTTP/1.1. */
  | 'REQUEST_UNSENDABLE'
  /** The client has neither sent more of its request nor read more of its answer in time. */
  | 'CLIENT_STALLED'
  /** All connections are in use, and as many requests wait for one as may. */
  | 'QUEUE_FULL'
  /** No connection became free in time. */
  | 'QUEUE_TIMEOUT'
  /** The origin is being closed. */
  | 'CLOSING';

/** A fault of an exchange with an upstream, with a `code` as Node's own errors have. */
export class Http1Error extends Error {
  override readonly name = 'Http1Error';

  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
  }
}
