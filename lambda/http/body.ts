import { types } from 'node:util';
import { gunzipSync, inflateSync } from 'node:zlib';

import type { APIGatewayProxyEvent } from 'aws-lambda';
import { parse as parseForm } from 'qs';

import { BanyanError } from '../../shared/errors';
import type { RequestHeaders } from './headers';
import { parseMediaType } from './media-type';

const BYTES_LIMIT = 102_400;
const PARAMETER_LIMIT = 1_000;
const FORM_DEPTH = 32;

/** A body that Express's parsers refuse, with Express's page and, since it comes before the session middleware, without a cookie. */
export class BodyError extends BanyanError {
  override readonly name = 'BodyError';
}

type BodyEvent = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>;

/**
 * Gives `req.body` as `express.json()` and `express.urlencoded({ extended: true })` of Express 4 leave it, with their
 * defaults: 100 kB (inflated), strict JSON, gzip and deflate, at most 1,000 form parameters, 32 levels deep. No body,
 * another media type or none at all give `{}` (traps 9 to 11).
 *
 * API Gateway must leave bodies as they are (`binaryMediaTypes` of all types). Otherwise it hands over UTF-8 text, and
 * what is compressed or in another charset is lost.
 * @throws BodyError 400 for what cannot be parsed or inflated, 413 for too much, 415 for an unknown content coding and
 * every charset but UTF-8, which the proxy keeps on legacy
 */
export function parseBody(event: BodyEvent, headers: RequestHeaders): unknown {
  const sent = readBytes(event, headers);
  const mediaType = parseMediaType(headers.get('content-type'));
  const parse = mediaType && parserFor(mediaType.type);
  if (sent === undefined || parse === undefined) return {};
  const charset = (mediaType?.parameters.get('charset') ?? '').toLowerCase() || 'utf-8';
  if (charset !== 'utf-8') throw unsupported(`charset ${charset}`);
  const inflate = inflaterOf((headers.get('content-encoding') ?? '').toLowerCase());
  if (inflate === undefined) assertSize(sent);
  const text = (inflate === undefined ? sent : inflate(sent)).toString('utf8').replace(/^\uFEFF/, '');
  return text === '' ? {} : parse(text);
}

function parserFor(type: string): ((text: string) => unknown) | undefined {
  if (type === 'application/json') return readJson;
  return type === 'application/x-www-form-urlencoded' ? readForm : undefined;
}

/** Undefined when the request had no body; an empty one counts, if its length was declared. */
function readBytes({ body, isBase64Encoded }: BodyEvent, headers: RequestHeaders): Buffer | undefined {
  const declared = headers.has('transfer-encoding') || headers.has('content-length');
  if (body === null) return declared ? Buffer.alloc(0) : undefined;
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

function assertSize(bytes: Buffer): void {
  if (bytes.length > BYTES_LIMIT) throw tooLarge(`body over ${BYTES_LIMIT} bytes`);
}

/** Undefined for a body that is not compressed. */
function inflaterOf(coding: string): ((bytes: Buffer) => Buffer) | undefined {
  if (coding === '' || coding === 'identity') return undefined;
  const inflateAll = coding === 'gzip' ? gunzipSync : coding === 'deflate' ? inflateSync : undefined;
  if (inflateAll === undefined) throw unsupported(`content coding ${coding}`);
  return (bytes) => {
    try {
      return inflateAll(bytes, { maxOutputLength: BYTES_LIMIT });
    } catch (cause) {
      const exceeded = types.isNativeError(cause) && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
      if (exceeded) throw tooLarge(`body over ${BYTES_LIMIT} bytes inflated`);
      throw malformed(`the body is not ${coding}`, cause);
    }
  };
}

function readJson(text: string): unknown {
  // Strict, as by default in Express: a text, number or null alone is refused.
  if (!/^[ \t\n\r]*[{[]/.test(text)) throw malformed('JSON must be an object or an array');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('malformed JSON', cause);
  }
}

function readForm(text: string): unknown {
  const parameters = text.split('&').length;
  if (parameters > PARAMETER_LIMIT) throw tooLarge(`more than ${PARAMETER_LIMIT} parameters`);
  try {
    return parseForm(text, {
      allowPrototypes: true,
      arrayLimit: Math.max(100, parameters),
      depth: FORM_DEPTH,
      strictDepth: true,
      parameterLimit: PARAMETER_LIMIT,
    });
  } catch (cause) {
    if (cause instanceof RangeError) throw malformed('form nested too deeply', cause);
    throw cause;
  }
}

function malformed(message: string, cause?: unknown): BodyError {
  return new BodyError(message, { code: 'body_malformed', statusCode: 400, cause });
}

function tooLarge(message: string): BodyError {
  return new BodyError(message, { code: 'body_too_large', statusCode: 413 });
}

function unsupported(what: string): BodyError {
  return new BodyError(`unsupported ${what}`, { code: 'body_unsupported', statusCode: 415 });
}
