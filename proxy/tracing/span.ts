import type { IncomingMessage } from 'node:http';
import type { RequestHead } from '../http1/request-head';
import { withoutHeaders } from '../http1/raw-headers';

/** How the work that a span measures ended. Clients choose none of these values. */
export interface SpanEnd {
  /** Status of the response. */
  readonly statusCode?: number | undefined;
  /** Why there is no response, or only part of one. */
  readonly error?: string | undefined;
  /** Who answered the client, and why. */
  readonly side?: 'legacy' | 'lambda';
  readonly reason?: string;
  /** Result of a comparison: `equal`, `different`, or why nothing was compared. */
  readonly result?: string;
}

/** A span of a trace: one piece of work on a request. */
export interface Span {
  /** Begins a child span: a request to a side, or a comparison. */
  begin(what: 'legacy' | 'lambda' | 'comparison'): Span;
  /** The request with this span as its parent, instead of the one that the client sent. */
  carry(request: RequestHead): RequestHead;
  end(how: SpanEnd): void;
}

/** Makes spans; exists only when an exporter is configured. */
export interface Tracer {
  /** Begins the span of a client's request; its parent is the client's span if that sent a valid `traceparent`. */
  begin(request: IncomingMessage, routeId: string | undefined): Span;
  /** Exports the remaining spans, taking a few seconds at most. */
  close(): Promise<void>;
}

/** A span's place in a trace. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

const SAMPLED = 1;
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const BOTH = new Set(['traceparent', 'tracestate']);
const PARENT_ONLY = new Set(['traceparent']);
/** Size of the header that {@link carried} adds, line end included. */
export const TRACEPARENT_BYTES = 'traceparent: \r\n'.length + '00-'.length + 32 + 1 + 16 + '-01'.length;

/** Parses a client's `traceparent`; undefined when it is absent, malformed or sent twice (W3C Trace Context, section 3.2). */
export function readTraceparent({ headers: { traceparent } }: IncomingMessage): TracePlace | undefined {
  const [, version, traceId, spanId, flags, more] =
    typeof traceparent === 'string' ? (TRACEPARENT.exec(traceparent) ?? []) : [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & SAMPLED };
}

/** The request with the given span as its parent. The client's `tracestate` is kept only if its trace is continued (section 3.3). */
export function carried(
  { headers, ...request }: RequestHead,
  { traceId, spanId, traceFlags }: TracePlace,
  { isContinued }: { readonly isContinued: boolean },
): RequestHead {
  const kept = withoutHeaders(headers, isContinued ? PARENT_ONLY : BOTH);
  kept.push('traceparent', `00-${traceId}-${spanId}-0${traceFlags & SAMPLED}`);
  return { ...request, headers: kept };
}
