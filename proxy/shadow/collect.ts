import type { ObservedResponse } from '../../shared/parity/exchange';
import { pairs, responseHeaders } from '../forward/headers';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../forward/forwarder';

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

/**
 * Asks an upstream for a whole answer, as a client would receive it.
 *
 * @throws AnswerTooLargeError, or what undici throws when there is no answer
 */
export async function collect(
  { dispatcher }: Upstream,
  { method, path, headers }: UpstreamRequest,
  { timeout, maxBodyBytes, adapt, withoutBody }: CollectOptions,
): Promise<ObservedResponse> {
  const signal = AbortSignal.timeout(timeout);
  const {
    statusCode,
    headers: raw,
    body,
  } = await dispatcher.request({
    method,
    path,
    headers,
    signal,
    responseHeaders: 'raw',
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) {
      body.destroy();
      throw new AnswerTooLargeError(`more than ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  const head = { statusCode, headers: responseHeaders(Array.isArray(raw) ? (raw as (Buffer | string)[]) : []) };
  const adapted = adapt?.(head) ?? head;
  return {
    statusCode,
    headers: pairs(adapted.headers),
    body: withoutBody ? Buffer.alloc(0) : Buffer.concat(chunks),
  };
}
