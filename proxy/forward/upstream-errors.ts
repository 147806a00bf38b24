import { BanyanError } from '../../shared/errors';

/** What can go wrong between the proxy and an upstream. Clients see `statusCode`, `code` and `message`, never `cause`. */
export class UpstreamError extends BanyanError {
  override readonly name = 'UpstreamError';
}

/** Thrown into a forward whose client has gone; 499 stands in the access log only (nginx's convention). */
export const CLIENT_GONE = new UpstreamError('The client closed the connection', {
  code: 'client_gone',
  statusCode: 499,
});

const REFUSED = {
  statusCode: 502,
  code: 'upstream_refused',
  message: 'The service is unavailable. Please try again.',
};
const BROKEN = {
  statusCode: 502,
  code: 'upstream_broken',
  message: 'The service closed the connection. Please try again.',
};
const TIMEOUT = {
  statusCode: 504,
  code: 'upstream_timeout',
  message: 'The service took too long to answer. Please try again.',
};
const BUSY = {
  statusCode: 503,
  code: 'upstream_busy',
  message: 'The service is overloaded. Please try again.',
};
const CLIENT_STALLED = { statusCode: 408, code: 'client_stalled', message: 'The request took too long to arrive.' };
const UNSENDABLE = { statusCode: 400, code: 'request_unsendable', message: 'The request is malformed.' };

const UNREADABLE = { ...BROKEN, message: 'The service sent an invalid response.' };

/** By the `code` of Node's errors and of our own (`http1/faults.ts`). What is not listed is an upstream that broke. */
const BY_CODE: Readonly<Record<string, typeof REFUSED>> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: REFUSED,
  EAI_AGAIN: REFUSED,
  EHOSTUNREACH: REFUSED,
  ENETUNREACH: REFUSED,
  ETIMEDOUT: TIMEOUT,
  CONNECT_TIMEOUT: TIMEOUT,
  ANSWER_TIMEOUT: TIMEOUT,
  ANSWER_UNREADABLE: UNREADABLE,
  REQUEST_UNSENDABLE: UNSENDABLE,
  QUEUE_FULL: BUSY,
  QUEUE_TIMEOUT: BUSY,
  CLIENT_STALLED,
};

/** Codes of a kept connection that the upstream closed while the request was on its way to it. */
const STALE_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ENDED_EARLY']);

/** Names a fault by the table above. An {@link UpstreamError} passes through. */
export function toUpstreamError(cause: unknown): UpstreamError {
  if (cause instanceof UpstreamError) return cause;
  const { message, ...details } = BY_CODE[codeOf(cause)] ?? BROKEN;
  return new UpstreamError(message, { ...details, cause });
}

/** True when the connection, not the upstream's work on the request, is the likely fault: a safe request may be sent once more (RFC 9110 section 9.2.2). */
export function isStaleConnection(cause: unknown): boolean {
  return STALE_CONNECTION.has(codeOf(cause));
}

function codeOf(cause: unknown): string {
  // Several addresses were tried (happy eyeballs): the last failure speaks for all.
  if (cause instanceof AggregateError) return codeOf(cause.errors.at(-1));
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : '';
}
