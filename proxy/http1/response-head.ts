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
/** RFC 9112 section 4: what a reason phrase may contain. Node refuses to send anything else. */
export const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** An upstream's own limit is shortened by this much: its clock started earlier. */
const IDLE_MARGIN = 1_000;
/** Where the upstream gives no limit: Node's servers say 5 s, load balancers keep much longer. */
const DEFAULT_IDLE_TIME = 4_000;
const MAX_IDLE_TIME = 600_000;

const EVENT_STREAM = 'text/event-stream';

interface MeaningfulName {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isPassedOn: boolean;
}

/** Names that mean something here, by their length: others are passed on unread. */
const MEANINGFUL = byLength(['content-length', 'content-type', ...HOP_BY_HOP]);

/**
 * Reads the head of an answer as RFC 9112 sections 4, 5 and 6.3 have it. Strict: what two readers could take
 * differently is refused, as a proxy must not guess (bare LF, folded lines, a length next to chunks, two lengths, a
 * length that is no number).
 * @param length of the head, from the status line to the CRLF of its last field; without the empty line
 * @throws Http1Error `ANSWER_UNREADABLE`
 */
export function parseResponseHead(bytes: Buffer, length: number, requestMethod: string): ResponseHead {
  const text = bytes.toString('latin1', 0, length);
  STATUS_LINE.lastIndex = 0;
  const status = STATUS_LINE.exec(text);
  if (status === null) throw unreadable('its status line');
  const statusCode = Number(status[2]);
  const isOneZero = status[1] === '0';

  let headers: RawHeaders = [];
  let connection: string | undefined;
  let contentLength: number | undefined;
  let isChunked = false;
  let hint: number | undefined;
  let isEventStream = false;
  for (let at = STATUS_LINE.lastIndex; at < length;) {
    const colon = endOfName(bytes, at);
    const end = endOfValue(bytes, colon, length);
    if (end < 0) throw unreadable('a header');
    const value = trimmed(text, bytes, colon + 1, end);
    const known = meaningfulName(bytes, at, colon);
    if (known === undefined || known.isPassedOn) headers.push(text.slice(at, colon), value);
    at = end + 2;
    if (known === undefined) continue;
    const meaning = known.name;
    if (meaning === 'content-length') {
      if (contentLength !== undefined || !/^\d{1,15}$/.test(value)) throw unreadable('its Content-Length');
      contentLength = Number(value);
    } else if (meaning === 'transfer-encoding') {
      // A coding that was not asked for would reach the client without its name, as if it were plain.
      if (isChunked || isOneZero || value.toLowerCase() !== 'chunked') throw unreadable('its Transfer-Encoding');
      isChunked = true;
    } else if (meaning === 'connection') {
      connection = connection === undefined ? value.toLowerCase() : `${connection},${value.toLowerCase()}`;
    } else if (meaning === 'content-type') {
      isEventStream = value.startsWith(EVENT_STREAM);
    } else if (meaning === 'keep-alive') {
      hint = keepAliveHint(value) ?? hint;
    }
  }
  if (isChunked && contentLength !== undefined) throw unreadable('both Content-Length and Transfer-Encoding');
  const named = namedByConnection(connection);
  if (named !== undefined) headers = withoutHeaders(headers, named);

  let framing: Framing;
  if (requestMethod === 'HEAD' || statusCode < 200 || statusCode === 204 || statusCode === 304) framing = 'none';
  else if (isChunked) framing = 'chunked';
  else framing = contentLength ?? 'until-close';
  // RFC 9112 section 9.3; `close` wins.
  const said = connection ?? '';
  const keeps = framing !== 'until-close' && !/\bclose\b/.test(said) && (!isOneZero || /\bkeep-alive\b/.test(said));
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
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length;) {
    const colon = endOfName(bytes, at);
    const end = endOfValue(bytes, colon, bytes.length);
    if (end < 0) throw unreadable('a trailer');
    const name = text.slice(at, colon);
    const lower = name.toLowerCase();
    // Behind the body they change nothing, but show that another reader takes the message for a different one.
    if (lower === 'content-length' || lower === 'transfer-encoding') throw unreadable('framing among its trailers');
    if (!HOP_BY_HOP.has(lower)) trailers.push(name, trimmed(text, bytes, colon + 1, end));
    at = end + 2;
  }
  return trailers;
}

/** What was read last: an upstream always sends the same. */
let lastHint: { readonly value: string; readonly ms: number | undefined } = { value: '', ms: undefined };

/** How long an upstream says that it keeps a connection, in ms; undefined when it does not say. */
function keepAliveHint(value: string): number | undefined {
  if (value !== lastHint.value) {
    const timeout = /timeout=(\d{1,6})/i.exec(value)?.[1];
    lastHint = { value, ms: timeout === undefined ? undefined : Number(timeout) * 1000 };
  }
  return lastHint.ms;
}

function idleTime(hint: number | undefined): number {
  return hint === undefined ? DEFAULT_IDLE_TIME : Math.max(0, Math.min(hint - IDLE_MARGIN, MAX_IDLE_TIME));
}

/** Bytes of a name (RFC 9110 section 5.6.2) and of a value (section 5.5). A table takes a third of the time of an expression. */
const IN_NAME = bytesOf(/[!#$%&'*+\-.^`|~\w]/);
const IN_VALUE = bytesOf(/[\t\x20-\x7e\x80-\xff]/);
const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;

function bytesOf(allowed: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (allowed.test(String.fromCharCode(byte)) ? 1 : 0));
}

// CR, LF and the end of the buffer end both loops, so that none goes far beyond a head.

/** Where the colon behind a name stands, be it beyond the head; -1 when none does, or there is no name. */
function endOfName(bytes: Buffer, from: number): number {
  let at = from;
  while (IN_NAME[bytes[at] ?? 0] === 1) at += 1;
  return at > from && bytes[at] === COLON ? at : -1;
}

/** Where the CRLF behind a value stands; -1 when none does, or there is no colon. A folded line (RFC 9112 section 5.2) has no name and fails there. */
function endOfValue(bytes: Buffer, colon: number, to: number): number {
  let at = colon;
  while (IN_VALUE[bytes[at] ?? 0] === 1) at += 1;
  return at + 1 < to && bytes[at] === CR && bytes[at + 1] === LF ? at : -1;
}

function byLength(names: readonly string[]): readonly (readonly MeaningfulName[])[] {
  const known = names.map((name) => ({
    name,
    bytes: Buffer.from(name),
    isPassedOn: !HOP_BY_HOP.has(name) || name === 'proxy-authenticate',
  }));
  const longest = Math.max(...names.map((name) => name.length));
  return Array.from({ length: longest + 1 }, (_, length) => known.filter(({ name }) => name.length === length));
}

/** One of {@link MEANINGFUL}, whatever its case; found without making a string of it. */
function meaningfulName(bytes: Buffer, from: number, to: number): MeaningfulName | undefined {
  const candidates = MEANINGFUL[to - from];
  if (candidates === undefined) return undefined;
  for (const candidate of candidates) if (spells(bytes, from, candidate.bytes)) return candidate;
  return undefined;
}

/** Of the bytes of a name only letters become those of another by this bit. */
function spells(bytes: Buffer, from: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i += 1) if (((bytes[from + i] ?? 0) | 0x20) !== lower[i]) return false;
  return true;
}

/** No expression: on a value with many spaces within, `[\t ]+$` takes seconds. The colon before it and the CR behind it end both loops. */
function trimmed(text: string, bytes: Buffer, from: number, to: number): string {
  let start = from;
  let end = to;
  while (isBlank(bytes[start])) start += 1;
  while (isBlank(bytes[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function unreadable(what: string): Http1Error {
  return new Http1Error('ANSWER_UNREADABLE', `invalid answer: ${what}`);
}
