import { GatewayError } from './gateway-error';
import { lastHeader, type HeaderList } from './header-list';
import { isBinary } from './media-types';
import { isSendable, mergeHeaders, remapHeaders } from './response-headers';
import { isRecord } from '../../config/faults';

export interface Answer {
  readonly statusCode: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

interface IntegrationResponseOptions {
  /** The request's `Accept` header, of which only the first type counts. */
  readonly accept: string | undefined;
  readonly binaryMediaTypes: readonly string[];
}

const FIELDS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];

/**
 * Turns a function's result into a response.
 *
 * Stricter than AWS in one point: a result without `statusCode` is 200 there (recorded by others), and 502 here,
 * because it is always a mistake.
 * @param payload the result as JSON
 * @throws GatewayError 502 for a malformed result, 500 for a body that is not base64 although it says so
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html (output
 * format)
 */
export function integrationResponse(payload: string, { accept, binaryMediaTypes }: IntegrationResponseOptions): Answer {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result)) throw malformed('the result is not an object');
  const unknown = Object.keys(result).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw malformed(`${unknown} is not a field of a proxy response`);
  const statusCode = readStatusCode(result['statusCode']);
  const merged = mergeHeaders(readMultiple(result['multiValueHeaders']), readSingle(result['headers']));
  const broken = merged.find(([name, value]) => !isSendable(name, value));
  if (broken) throw malformed(`header ${JSON.stringify(broken[0])} cannot be sent`);
  const headers = remapHeaders(merged);
  const contentType: HeaderList =
    lastHeader(headers, 'content-type') === undefined ? [['Content-Type', 'application/json']] : [];
  const text = readBody(result['body']);
  const encoded = result['isBase64Encoded'] ?? false;
  if (typeof encoded !== 'boolean') throw malformed('isBase64Encoded is not a boolean');
  // Without a binary media type that the client accepts first, the base64 text itself is what the client gets.
  const body = encoded && isBinary(accept, binaryMediaTypes) ? decodeBase64(text) : Buffer.from(text);
  return { statusCode, headers: [...contentType, ...headers], body };
}

/** Texts of digits pass, as they do in AWS. Informational statuses would end the exchange in Node and mean nothing here. */
function readStatusCode(value: unknown): number {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw malformed(`statusCode ${value === undefined ? 'is missing' : JSON.stringify(value)}; expected 200 to 599`);
}

function readBody(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw malformed('body is not a text');
  return value;
}

function readSingle(value: unknown): HeaderList {
  return entriesOf(value, 'headers').map(([name, header]) => [name, readHeaderValue(name, header)]);
}

function readMultiple(value: unknown): HeaderList {
  return entriesOf(value, 'multiValueHeaders').flatMap(([name, values]) => {
    if (!Array.isArray(values)) throw malformed(`multiValueHeaders.${name} is not a list`);
    return values.map((header: unknown) => [name, readHeaderValue(name, header)] as const);
  });
}

function entriesOf(value: unknown, field: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) throw malformed(`${field} is not a map`);
  return Object.entries(value);
}

function readHeaderValue(name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw malformed(`header ${name} is neither a text nor a number nor a boolean`);
}

function decodeBase64(text: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1)
    return Buffer.from(text, 'base64');
  throw GatewayError.apiConfiguration('the body is not base64, although isBase64Encoded is true');
}

function malformed(reason: string): GatewayError {
  return GatewayError.malformedResponse(`Malformed Lambda proxy response: ${reason}`);
}
