import type { APIGatewayProxyResult } from 'aws-lambda';

import { weakETag } from '../../shared/weak-etag';
import { isFresh } from './freshness';
import type { RequestHeaders } from './headers';

/** What a handler answers with. Make one with {@link json}, {@link bytes} or {@link noContent}. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

interface Finish {
  readonly method: string;
  readonly requestHeaders: RequestHeaders;
  readonly fixedHeaders: Readonly<Record<string, string>>;
  readonly setCookie?: string | undefined;
}

/** As Express 4's `res.status(statusCode).json(value)`: same serialisation, media type and weak ETag. `more`: further headers. */
export function json(statusCode: number, value: object, more: Readonly<Record<string, string>> = {}): HttpResponse {
  const body = JSON.stringify(value);
  const headers = { ...more, 'Content-Type': 'application/json; charset=utf-8', ETag: weakETag(body) };
  return { statusCode, headers, body };
}

/** As Express 4's `res.send(body)` of a buffer. `headers` names its type; API Gateway takes about 4.5 MB. */
export function bytes(statusCode: number, body: Buffer, headers: Readonly<Record<string, string>>): HttpResponse {
  return { statusCode, headers: { ...headers, ETag: weakETag(body) }, body };
}

/** 204, as Express 4's `res.status(204).end()`. */
export function noContent(): HttpResponse {
  return { statusCode: 204, headers: {}, body: '' };
}

/** Express's last steps (304, fixed headers, rolling cookie), in format 1.0 of the proxy integration; the gateway counts `Content-Length`. */
export function toGatewayResult(
  response: HttpResponse,
  { method, requestHeaders, fixedHeaders, setCookie }: Finish,
): APIGatewayProxyResult {
  const { statusCode, headers, body } = notModified(response, method, requestHeaders) ?? response;
  return {
    statusCode,
    headers: { ...fixedHeaders, ...headers },
    // `headers` cannot hold several cookies; API Gateway merges the two.
    ...(setCookie === undefined ? {} : { multiValueHeaders: { 'Set-Cookie': [setCookie] } }),
    body: Buffer.isBuffer(body) ? body.toString('base64') : body,
    isBase64Encoded: Buffer.isBuffer(body),
  };
}

/** HEAD arrives as GET. Express strips `Content-Type` from a 304 and keeps the rest. */
function notModified(
  { statusCode, headers }: HttpResponse,
  method: string,
  requestHeaders: RequestHeaders,
): HttpResponse | undefined {
  const etag = headers['ETag'];
  const succeeded = method === 'GET' && statusCode >= 200 && statusCode < 300;
  if (!succeeded || etag === undefined || !isFresh(requestHeaders, etag)) return undefined;
  const kept = Object.entries(headers).filter(([name]) => name !== 'Content-Type');
  return { statusCode: 304, headers: Object.fromEntries(kept), body: '' };
}
