import type { ServerResponse } from 'node:http';
import { pairs, type RawHeaders } from '../http1/raw-headers';

/** More than any page has use for; an upstream that never ends sending them costs nothing more. */
const MAX_HINTS = 16;

/** Node writes several links into one header and wants to be given each alone. What stands before a comma is trimmed by hand: in the expression many spaces would take seconds. */
const SEVERAL_LINKS = /,\s*(?=<)/;

/** Forwards the 103 answers (RFC 8297) of one request. */
export class EarlyHints {
  private sent = 0;

  constructor(private readonly response: ServerResponse) {}

  /** Sends a hint on. One that Node refuses, and one for HTTP/1.0 (RFC 9110 section 15.2), is dropped: hints are optional. */
  send(headers: RawHeaders): void {
    if (this.sent >= MAX_HINTS || this.response.req.httpVersion === '1.0') return;
    this.sent += 1;
    // Without a prototype: a header may be called `constructor`.
    const hints = Object.create(null) as Record<string, string[]>;
    for (const [name, value] of pairs(headers)) {
      const lower = name.toLowerCase();
      (hints[lower] ??= []).push(
        ...(lower === 'link' ? value.split(SEVERAL_LINKS).map((link) => link.trimEnd()) : [value]),
      );
    }
    try {
      this.response.writeEarlyHints(hints);
    } catch {
      // Not of the form that Node demands of Link.
    }
  }
}
