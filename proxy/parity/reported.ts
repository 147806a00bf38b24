import { createHash } from 'node:crypto';
import type { BanyanConfig } from '../../shared/config';
import type { ObservedBody } from '../../shared/parity/exchange';
import {
  MAX_REPORTED_BYTES,
  type ReportedBody,
  type ReportedRequest,
  type ReportedResponse,
} from '../../shared/parity/result';
import { ExchangeSecrets } from '../../shared/recording/redact/exchange-secrets';
import type { Placeholders } from '../../shared/recording/redact/placeholders';
import { HeaderRedaction } from '../../shared/recording/redact/redact-headers';
import { redactionOf as settingsOf } from '../../shared/recording/redact/redaction-of';
import { isSecretName, REMOVED } from '../../shared/recording/redact/settings';
import type { Answer, OutgoingRequest } from './send';

/** What a report must not show. */
export interface Redaction {
  readonly headers: ReadonlySet<string>;
  readonly cookieName: string;
  /** An address or a path without the secrets of its query. */
  readonly address: (text: string) => string;
  /** For an address: takes its secrets, and session tokens, out of texts in which they may be repeated. */
  readonly echoOf: (address: string) => (text: string) => string;
}

const REDACTED = REMOVED;
/** A signed session value, plain or percent-encoded. */
const SESSION = /s(?::|%3A)[\w-]{16,}\.(?:[A-Za-z0-9+/]|%2B|%2F){20,}/g;
/** A field of JSON, which may be cut off. */
const FIELD = /("(\w{1,100})"\s{0,20}:\s{0,20})"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** Other headers whose values are addresses. */
const ADDRESSES = new Set(['referer', 'location', 'content-location']);

/** Credentials of banyan.config.ts: the session cookie, Authorization, and whatever header identifies a user. */
export function redactionOf(banyan: BanyanConfig): Redaction {
  const settings = settingsOf(banyan);
  const nameless: Placeholders = { session: () => REDACTED, credential: () => REDACTED };
  const redaction = new HeaderRedaction(settings, nameless);
  return {
    headers: new Set(['authorization', 'cookie', 'proxy-authorization', ...settings.credentialHeaders]),
    cookieName: settings.sessionCookie,
    address(text) {
      const secrets = new ExchangeSecrets(nameless);
      // As it is read, not as an address would have it: no client can send it like this anyway.
      return secrets.replaceIn(redaction.address(text, secrets)).replaceAll(encodeURIComponent(REDACTED), REDACTED);
    },
    echoOf(address) {
      const secrets = new ExchangeSecrets(nameless);
      redaction.address(address, secrets);
      return (text) => secrets.replaceIn(text);
    },
  };
}

export function reportRequest({ method, path, headers, body }: OutgoingRequest, redaction: Redaction): ReportedRequest {
  const isForm = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /x-www-form-urlencoded/i.test(value),
  );
  const text = isForm && body !== undefined ? redaction.address(`?${String(body)}`).slice(1) : body;
  return {
    method,
    path: redaction.address(path),
    headers: headers.map(([name, value]) => [name, requestHeader(name.toLowerCase(), value, redaction)]),
    ...(text !== undefined && { body: reportBody(Buffer.from(text)) }),
  };
}

function requestHeader(name: string, value: string, { headers, address }: Redaction): string {
  if (headers.has(name) || (isSecretName(name) && name !== 'sec-websocket-key')) return REDACTED;
  return ADDRESSES.has(name) ? address(value) : value;
}

export function reportResponse({ response, ms }: Answer, { cookieName, address }: Redaction): ReportedResponse {
  const redacted = ([name, value]: readonly [string, string]): readonly [string, string] => {
    if (name.toLowerCase() === 'set-cookie' && value.startsWith(`${cookieName}=`))
      return [name, value.replace(/=[^;]*/, `=${REDACTED}`)];
    return [name, ADDRESSES.has(name.toLowerCase()) ? address(value) : value];
  };
  return {
    statusCode: response.statusCode,
    headers: response.headers.map(redacted),
    body: reportBody(response.body),
    ms: Math.round(ms * 10) / 10,
  };
}

export function withoutEcho(response: ReportedResponse, hide: (text: string) => string): ReportedResponse {
  const { headers, body } = response;
  return {
    ...response,
    headers: headers.map(([name, value]) => [name, hide(value)] as const),
    body: body.encoding === 'text' ? { ...body, content: hide(body.content) } : body,
  };
}

function withoutSecrets(text: string): string {
  return text
    .replaceAll(SESSION, REDACTED)
    .replaceAll(FIELD, (whole, start: string, name: string) => (isSecretName(name) ? `${start}"${REDACTED}"` : whole));
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
      ? { encoding: 'text', content: withoutSecrets(text) }
      : { encoding: 'base64', content: shown.toString('base64') }),
    truncated,
  };
}
