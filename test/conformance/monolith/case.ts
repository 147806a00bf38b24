import type { RawConnection } from '../../support/raw-client';

/** What a case may name. */
export interface Facts {
  /** `eventsapp.sid=...` of a logged-in organiser. */
  readonly cookie: string;
  /** The same as a bearer token. */
  readonly token: string;
  readonly event: string;
  readonly photo: string;
  /** A photo of some megabytes. */
  readonly largePhoto: string;
  /** Of the answer to `GET` of the event. */
  readonly etag: string;
}

/** Where the same bytes go: past the proxy, through it as an unlisted or listed request, or to Lambda. */
export type Way = 'direct' | 'unlisted' | 'listed' | 'lambda';

/** Bytes to send, and what is done between them. */
export interface ConformanceCase {
  readonly name: string;
  /** Everything at once, or step by step. */
  readonly send: string | ((client: RawConnection) => Promise<void> | void);
  /** The answer is whole with this; default: when the server has closed the connection. */
  readonly until?: RegExp;
  /** Ways whose answer is another one, and why that is right; the answers then are held against this. */
  readonly differs?: Partial<Record<Exclude<Way, 'direct'>, Difference>>;
  /** The answer holds ids, times or tokens that are made up anew each time. */
  readonly isMadeUp?: boolean;
}

export interface Difference {
  readonly why: string;
  /** What is answered instead. */
  readonly answer: RegExp;
}

/** The same difference on every way through the proxy. */
export function throughProxy(why: string, answer: RegExp): NonNullable<ConformanceCase['differs']> {
  const difference = { why, answer };
  return { unlisted: difference, listed: difference, lambda: difference };
}

/** A request head; the connection ends with its answer unless the headers say otherwise. */
export function head(line: string, ...headers: string[]): string {
  const connection = headers.some((header) => /^connection:/i.test(header)) ? [] : ['Connection: close'];
  return [`${line} HTTP/1.1`, 'Host: a.example', ...headers, ...connection, '', ''].join('\r\n');
}

/** A request with a body by length. */
export function withBody(line: string, body: string, ...headers: string[]): string {
  return head(line, ...headers, `Content-Length: ${body.length}`) + body;
}

/** A chunked request; the body in pieces of `size`. */
export function chunked(line: string, body: string, size: number, ...headers: string[]): string {
  let chunks = '';
  for (let at = 0; at < body.length; at += size) {
    const piece = body.slice(at, at + size);
    chunks += `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  return `${head(line, ...headers, 'Transfer-Encoding: chunked')}${chunks}0\r\n\r\n`;
}
