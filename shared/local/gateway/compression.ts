import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { GatewayError } from './gateway-error';
import { lastHeader } from './header-list';
import type { Answer } from './integration-response';
import type { WireRequest } from './request';

const CODECS = {
  gzip: { compress: gzipSync, decompress: gunzipSync },
  deflate: { compress: deflateSync, decompress: inflateSync },
} as const;

/**
 * Compresses an answer that is large enough, unless its function did, in the first coding of `Accept-Encoding` that API Gateway knows.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-receive-response-with-compressed-payload.html
 */
export function compress(answer: Answer, acceptEncoding: string | undefined, minimumSize: number | undefined): Answer {
  if (minimumSize === undefined || answer.body.length < minimumSize || answer.body.length === 0) return answer;
  if (lastHeader(answer.headers, 'content-encoding') !== undefined) return answer;
  const coding = acceptEncoding
    ?.split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => !/;\s*q=0(?:\.0*)?$/.test(item))
    .map((item) => item.split(';')[0]?.trim() ?? '')
    .find(isCoding);
  if (coding === undefined) return answer;
  const headers = [...answer.headers, ['Content-Encoding', coding] as const];
  return { ...answer, headers, body: CODECS[coding].compress(answer.body) };
}

/**
 * Decompresses a request body. Only APIs with a minimum compression size do so; the header is gone then.
 * @throws GatewayError 400 when the body is not what `Content-Encoding` says, or too large
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
 */
export function decompress(wire: WireRequest, minimumSize: number | undefined, limit: number): WireRequest {
  const coding = lastHeader(wire.headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (minimumSize === undefined || !isCoding(coding)) return wire;
  try {
    const body = CODECS[coding].decompress(wire.body, { maxOutputLength: limit });
    return { ...wire, body, headers: wire.headers.filter(([name]) => name.toLowerCase() !== 'content-encoding') };
  } catch {
    throw new GatewayError('badRequest');
  }
}

function isCoding(name: string): name is keyof typeof CODECS {
  return Object.hasOwn(CODECS, name);
}
