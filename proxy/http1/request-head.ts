import { Http1Error } from './faults';
import type { RawHeaders } from './raw-headers';

/** How a request's body is framed: there is none, its length stands in the headers, or it is sent in chunks. */
export type RequestFraming = 'none' | 'length' | 'chunked';

export interface RequestHead {
  readonly method: string;
  /** Request target, raw: origin-form, absolute-form or `*`. */
  readonly path: string;
  /** End-to-end headers, with `Host`; `Connection` and `Transfer-Encoding` are this connection's own. */
  readonly headers: RawHeaders;
}

/** Of every request, without the line that ends the head. */
export const CONNECTION_HEADER = 'Connection: keep-alive\r\n';

const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/;
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
/** What would end a header and begin another thing; of a character beyond latin1 only the low byte would be sent, which may be one of these. */
const BREAKS_OUT = /[\0\r\n\u0100-\uffff]/;

/** Writes a request's head (RFC 9112 sections 3 and 5) in latin1. Throws Http1Error `REQUEST_UNSENDABLE` for a character that would split it. */
export function formatRequestHead({ method, path, headers }: RequestHead, framing: RequestFraming): string {
  if (!TOKEN.test(method) || !TARGET.test(path)) throw unsendable();
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (!TOKEN.test(name) || BREAKS_OUT.test(value)) throw unsendable();
    text += `${name}: ${value}\r\n`;
  }
  return framing === 'chunked'
    ? `${text}${CONNECTION_HEADER}Transfer-Encoding: chunked\r\n\r\n`
    : `${text}${CONNECTION_HEADER}\r\n`;
}

function unsendable(): Http1Error {
  return new Http1Error('REQUEST_UNSENDABLE', 'the request has a character that HTTP/1.1 does not allow');
}
