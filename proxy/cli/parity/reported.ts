import { createHash } from 'node:crypto';
import type { BanyanConfig } from '../../../shared/banyan-config';
import type { ObservedBody } from '../../../shared/parity/exchange';
import {
  MAX_REPORTED_BYTES,
  type ReportedBody,
  type ReportedRequest,
  type ReportedResponse,
} from '../../../shared/parity/result';
import type { Answer, OutgoingRequest } from './send';

/** What a report must not show. */
export interface Redaction {
  /** Of requests, in lower case. */
  readonly headers: ReadonlySet<string>;
  readonly cookieName: string;
}

const REDACTED = '[redacted]';
/** A signed session value, plain or percent-encoded. */
const SESSION = /s(?::|%3A)[\w-]{16,}\.(?:[A-Za-z0-9+/]|%2B|%2F){20,}/g;
/** The value of a field that is a password or the like. */
const SECRET_FIELD = /("(?:\w*(?:password|secret)\w*)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

/** Credentials of banyan.config.ts: the session cookie, Authorization, and whatever header identifies somebody. */
export function redactionOf({ session, credentials = [], parity }: BanyanConfig): Redaction {
  const headers = new Set(['authorization', 'cookie', 'proxy-authorization']);
  for (const credential of credentials) if ('header' in credential) headers.add(credential.header.toLowerCase());
  for (const identity of Object.values(parity.identities))
    if (identity.kind === 'headers') for (const name of Object.keys(identity.headers)) headers.add(name.toLowerCase());
  return { headers, cookieName: session.cookieName };
}

export function reportRequest({ method, path, headers, body }: OutgoingRequest, redaction: Redaction): ReportedRequest {
  return {
    method,
    path,
    headers: headers.map(([name, value]) => [name, redaction.headers.has(name.toLowerCase()) ? REDACTED : value]),
    ...(body !== undefined && { body: reportBody(Buffer.from(body)) }),
  };
}

export function reportResponse({ response, ms }: Answer, { cookieName }: Redaction): ReportedResponse {
  const redacted = ([name, value]: readonly [string, string]): readonly [string, string] =>
    name.toLowerCase() === 'set-cookie' && value.startsWith(`${cookieName}=`)
      ? [name, value.replace(/=[^;]*/, `=${REDACTED}`)]
      : [name, value];
  return {
    statusCode: response.statusCode,
    headers: response.headers.map(redacted),
    body: reportBody(response.body),
    ms: Math.round(ms * 10) / 10,
  };
}

function reportBody(body: ObservedBody): ReportedBody {
  if (!Buffer.isBuffer(body)) return { ...body, encoding: 'text', content: '', truncated: true };
  const sha256 = createHash('sha256').update(body).digest('hex');
  const shown = body.subarray(0, MAX_REPORTED_BYTES);
  const truncated = body.length > shown.length;
  const text = shown.toString();
  // Where it is cut, a letter may be cut too.
  const isText = Buffer.from(text)
    .subarray(0, -4)
    .equals(shown.subarray(0, Buffer.byteLength(text) - 4));
  return {
    length: body.length,
    sha256,
    ...(isText
      ? { encoding: 'text', content: text.replaceAll(SESSION, REDACTED).replaceAll(SECRET_FIELD, `$1"${REDACTED}"`) }
      : { encoding: 'base64', content: shown.toString('base64') }),
    truncated,
  };
}
