import { Http1Error } from './faults';
import { HOP_BY_HOP, namedByConnection } from './hop-by-hop';
import { withoutHeaders, type RawHeaders } from './raw-headers';

/** How the end of a body is known (RFC 9112 section 6.3): there is none, so many bytes, chunks, or until the connection ends. */
export type Framing = 'none' | number | 'chunked' | 'until-close';

/** The head of an answer. */
export interface ResponseHead {
  readonly statusCode: number;
  /** As sent, one byte a character; may be empty. Undefined when it has characters that cannot be sent on. */
  readonly statusMessage: string | undefined;
  /** Without what concerns only this connection; `Trailer` and `Proxy-Authenticate` stay. */
  readonly headers: RawHeaders;
  readonly framing: Framing;
  /** How long the connection may idle after the answer, in ms; 0: not at all. */
  readonly idleTime: number;
  /** `text/event-stream`: may go on for hours. */
  readonly isEventStream: boolean;
}

const STATUS_LINE = /HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\0\r\n]*))?\r\n/y;
/** RFC 9112 section 4: what a reason phrase may have. Node refuses to send anything else. */
export const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Lines `name: value`, none folded (RFC 9112 section 5), checked at once and each character in one way only: quicker than one by one. */
const FIELD_LINES = /^(?:[!#$%&'*+\-.^`|~\w]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/** What an upstream says of itself is shortened by so much: its clock began earlier. */
const IDLE_MARGIN = 1_000;
/** Where the upstream says nothing: Node's servers say 5 s, load balancers keep much longer. */
const DEFAULT_IDLE_TIME = 4_000;
const MAX_IDLE_TIME = 600_000;

const EVENT_STREAM = 'text/event-stream';

/**
 * Reads the head of an answer as RFC 9112 sections 4, 5 and 6.3 have it. Strict: what two readers could take
 * differently is refused, as a proxy must not guess (bare LF, folded lines, a length next to chunks, two lengths, a
 * length that is no number).
 * @param text the head in latin1, from the status line to the CRLF of its last field; without the empty line
 * @throws Http1Error `ANSWER_UNREADABLE`
 */
export function parseResponseHead(text: string, requestMethod: string): ResponseHead {
  STATUS_LINE.lastIndex = 0;
  const status = STATUS_LINE.exec(text);
  if (status === null) throw unreadable('its status line');
  const statusCode = Number(status[2]);
  const isOneZero = status[1] === '0';

  let headers: RawHeaders = [];
  let connection: string | undefined;
  let length: number | undefined;
  let isChunked = false;
  let hint: number | undefined;
  let isEventStream = false;
  const fields = fieldsOf(text.slice(STATUS_LINE.lastIndex), 'a header');
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) || lower === 'proxy-authenticate') headers.push(name, value);
    if (lower === 'content-length') {
      if (length !== undefined || !/^\d{1,15}$/.test(value)) throw unreadable('its Content-Length');
      length = Number(value);
    } else if (lower === 'transfer-encoding') {
      // A coding that was not asked for would reach the client without its name, as if it were plain.
      if (isChunked || isOneZero || value.toLowerCase() !== 'chunked') throw unreadable('its Transfer-Encoding');
      isChunked = true;
    } else if (lower === 'connection') {
      connection = connection === undefined ? value.toLowerCase() : `${connection},${value.toLowerCase()}`;
    } else if (lower === 'content-type') {
      isEventStream = value.startsWith(EVENT_STREAM);
    } else if (lower === 'keep-alive') {
      const timeout = /timeout=(\d{1,6})/i.exec(value)?.[1];
      if (timeout !== undefined) hint = Number(timeout) * 1000;
    }
  }
  if (isChunked && length !== undefined) throw unreadable('both Content-Length and Transfer-Encoding');
  const named = namedByConnection(connection);
  if (named !== undefined) headers = withoutHeaders(headers, named);

  let framing: Framing;
  if (requestMethod === 'HEAD' || statusCode < 200 || statusCode === 204 || statusCode === 304) framing = 'none';
  else if (isChunked) framing = 'chunked';
  else framing = length ?? 'until-close';
  const keeps = framing !== 'until-close' && persists(connection, isOneZero ? '1.0' : '1.1');
  const statusMessage = status[3] ?? '';
  return {
    statusCode,
    statusMessage: REASON_PHRASE.test(statusMessage) ? statusMessage : undefined,
    headers,
    framing,
    idleTime: keeps ? idleTime(hint) : 0,
    isEventStream,
  };
}

/** Reads trailer fields (RFC 9112 section 7.1.2), each line with its CRLF, in latin1. Throws Http1Error `ANSWER_UNREADABLE`. */
export function parseTrailers(text: string): RawHeaders {
  const trailers: RawHeaders = [];
  const fields = fieldsOf(text, 'a trailer');
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const lower = name.toLowerCase();
    // Behind the body they change nothing, but show that another reader takes the message for a different one.
    if (lower === 'content-length' || lower === 'transfer-encoding') throw unreadable('framing among its trailers');
    if (!HOP_BY_HOP.has(lower)) trailers.push(name, fields[i + 1] ?? '');
  }
  return trailers;
}

function idleTime(hint: number | undefined): number {
  return hint === undefined ? DEFAULT_IDLE_TIME : Math.max(0, Math.min(hint - IDLE_MARGIN, MAX_IDLE_TIME));
}

/** RFC 9112 section 9.3; `close` wins. */
function persists(connection: string | undefined, version: '1.0' | '1.1'): boolean {
  if (connection === undefined || connection === 'keep-alive') return connection !== undefined || version === '1.1';
  return !/\bclose\b/.test(connection) && (version === '1.1' || /\bkeep-alive\b/.test(connection));
}

/** Names and values of lines that each end with CRLF, in a flat list. */
function fieldsOf(lines: string, what: string): RawHeaders {
  if (!FIELD_LINES.test(lines)) throw unreadable(what);
  const fields: RawHeaders = [];
  for (let at = 0; at < lines.length;) {
    const colon = lines.indexOf(':', at);
    const end = lines.indexOf('\r', colon);
    fields.push(lines.slice(at, colon), trimmed(lines, colon + 1, end));
    at = end + 2;
  }
  return fields;
}

/** No expression: on a value with many spaces within, `[\t ]+$` takes seconds. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function unreadable(what: string): Http1Error {
  return new Http1Error('ANSWER_UNREADABLE', `invalid answer: ${what}`);
}
