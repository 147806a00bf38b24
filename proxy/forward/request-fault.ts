import type { IncomingMessage } from 'node:http';
import { UpstreamError } from './upstream-errors';

/** `host [":" port]` of RFC 3986 section 3.2: a name, an IPv4 address, or an IPv6 address in brackets; may be empty. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/** As Node reads it. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

const malformed = (message: string): UpstreamError =>
  new UpstreamError(message, { statusCode: 400, code: 'request_malformed' });

const VERSION = new UpstreamError('Only HTTP/1.0 and HTTP/1.1 are supported.', {
  statusCode: 505,
  code: 'http_version_unsupported',
});
const CODING = new UpstreamError('The only transfer coding supported is chunked.', {
  statusCode: 501,
  code: 'transfer_coding_unsupported',
});
const FRAMING = malformed('The length of the body is ambiguous.');
const OTHER_HOST = malformed('The request target and Host name different servers.');
const BAD_HOST = malformed('Exactly one valid Host header is required.');

/**
 * Why a request is not forwarded: two readers could disagree on where it ends or whom it is for, which is what request
 * smuggling lives of. Most such requests Node's parser refuses by itself (RFC 9112 sections 5 to 7); these it lets through.
 *
 * - another version than 1.0 and 1.1 (RFC 9110 section 15.6.6)
 * - another transfer coding than `chunked`, or one in HTTP/1.0, or next to a length (RFC 9112 section 6.1)
 * - a length that a number does not hold
 * - an absolute-form target whose authority is not the Host (RFC 9112 section 3.2.2): one reader uses the one, another the other
 * - no Host in HTTP/1.1, several, or an invalid one (RFC 9112 section 3.2); Node refuses the first itself, but serves what follows
 */
export function requestFault({
  httpVersion,
  headers,
  rawHeaders,
  url = '/',
}: IncomingMessage): UpstreamError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return VERSION;
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    if (httpVersion === '1.0' || length !== undefined) return FRAMING;
    if (coding.toLowerCase() !== 'chunked') return CODING;
  } else if (length !== undefined && !Number.isSafeInteger(Number(length))) return FRAMING;
  if (headers.host === undefined) return httpVersion === '1.0' ? undefined : BAD_HOST;
  if (!hasOneValidHost(rawHeaders)) return BAD_HOST;
  return url.startsWith('/') || isSameAuthority(url, headers.host) ? undefined : OTHER_HOST;
}

/** True for what is no absolute-form, too. User information is never sent to where it is not asked for (RFC 9110 section 4.2.4). */
function isSameAuthority(target: string, host: string): boolean {
  const [, scheme = '', authority] = /^(https?):\/\/([^/?#]*)/i.exec(target) ?? [];
  if (authority === undefined) return true;
  const port = scheme.toLowerCase() === 'https' ? /:443$|:$/ : /:80$|:$/;
  return authority.toLowerCase().replace(port, '') === host.toLowerCase().replace(port, '');
}

function hasOneValidHost(rawHeaders: readonly string[]): boolean {
  let host: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) return false;
    host = rawHeaders[i + 1] ?? '';
    if (!HOST.test(host)) return false;
  }
  return true;
}

/** Expects something else than `100-continue` (RFC 9110 section 10.1.1). Nothing is ambiguous then: Node answers 417 and goes on. */
export function hasUnmetExpectation({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === '1.1' && !CONTINUE.test(headers.expect);
}
