import { Http1Error } from './faults';
import type { RawHeaders } from './raw-headers';
import { parseTrailers } from './response-head';

/** The size with its extensions, which are dropped (RFC 9112 section 7.1.1). Thirteen digits are more than a number needs. */
const SIZE_LINE = /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i;
const MAX_SIZE_LINE = 4 * 1024;
const MAX_TRAILER_BYTES = 64 * 1024;
const LF = 0x0a;

/** Takes a body out of its chunks (RFC 9112 section 7.1), as strictly as the head is read: every line ends with CRLF. */
export class ChunkedDecoder {
  /** Set once the empty line behind the last chunk has been read. */
  trailers: RawHeaders | undefined;

  private part: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  private left = 0;
  /** The beginning of a line whose end has not come yet. */
  private line = '';
  private trailerText = '';

  constructor(private readonly onData: (data: Buffer) => void) {}

  /** Hands over slices of `bytes`; returns where the body ends, or `bytes.length`. Throws Http1Error `ANSWER_UNREADABLE`. */
  write(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.trailers === undefined) {
      if (this.part === 'data') {
        const end = Math.min(bytes.length, at + this.left);
        this.left -= end - at;
        if (this.left === 0) this.part = 'data-end';
        this.onData(bytes.subarray(at, end));
        at = end;
        continue;
      }
      const lineEnd = bytes.indexOf(LF, at);
      const end = lineEnd < 0 ? bytes.length : lineEnd + 1;
      this.line += bytes.toString('latin1', at, end);
      at = end;
      if (this.line.length > (this.part === 'trailers' ? MAX_TRAILER_BYTES : MAX_SIZE_LINE)) throw unreadable();
      if (lineEnd >= 0) this.readLine();
    }
    return at;
  }

  private readLine(): void {
    const { line } = this;
    this.line = '';
    if (this.part === 'data-end') {
      if (line !== '\r\n') throw unreadable();
      this.part = 'size';
    } else if (this.part === 'size') {
      const size = SIZE_LINE.exec(line)?.[1];
      if (size === undefined) throw unreadable();
      this.left = Number.parseInt(size, 16);
      this.part = this.left === 0 ? 'trailers' : 'data';
    } else if (line === '\r\n') {
      this.trailers = parseTrailers(this.trailerText);
    } else {
      this.trailerText += line;
      // At once: the rest cannot be read.
      if (!line.endsWith('\r\n') || this.trailerText.length > MAX_TRAILER_BYTES) throw unreadable();
    }
  }
}

function unreadable(): Http1Error {
  return new Http1Error('ANSWER_UNREADABLE', 'invalid answer: its chunks');
}
