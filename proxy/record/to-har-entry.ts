import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { HarContent, HarEntry, HarPair, HarPostData } from '../../shared/recording/har/har';
import { shownName } from '../../shared/plain-name';
import { headerValue } from '../http1/raw-headers';
import type { RecordedExchange } from './recorded-exchange';

const DECODERS: ReadonlyMap<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = new Map([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress)],
]);
/** How much larger a body may become; what is beyond is left out. */
const MAX_EXPANSION = 8;

/** Makes a HAR entry of an exchange, with its secrets still in it. Bodies are decompressed, as the format asks. */
export async function toHarEntry(exchange: RecordedExchange): Promise<HarEntry> {
  const { request, head, wait, time, startedAt, route } = exchange;
  const omitted: string[] = [];
  const url = absoluteUrl(request);
  const headers = pairs(request.rawHeaders);
  const responseHeaders = pairs(head?.headers ?? []);
  const flat = head?.headers ?? [];
  const postData = await readPostData(exchange, omitted);
  const content = await readContent(exchange, flat, omitted);
  return {
    startedDateTime: new Date(startedAt).toISOString(),
    time: round(time),
    request: {
      method: request.method ?? 'GET',
      url,
      httpVersion: `HTTP/${request.httpVersion}`,
      cookies: [],
      headers,
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      ...(postData !== undefined && { postData }),
      headersSize: -1,
      bodySize: exchange.requestBody.length,
    },
    response: {
      status: head?.statusCode ?? 0,
      statusText: head?.statusMessage ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: responseHeaders,
      content,
      redirectURL: headerValue(flat, 'location') ?? '',
      headersSize: -1,
      bodySize: exchange.responseBody.length,
    },
    cache: {},
    timings: { send: 0, wait: round(wait), receive: round(Math.max(0, time - wait)) },
    _banyan: { ...(route !== undefined && { route }), ...(omitted.length > 0 && { omitted }) },
  };
}

async function readPostData(
  { request, requestBody }: RecordedExchange,
  omitted: string[],
): Promise<HarPostData | undefined> {
  if (requestBody.length === 0) return undefined;
  const mimeType = request.headers['content-type'] ?? '';
  const encoding = request.headers['content-encoding'];
  const body = await decoded(requestBody.content(), encoding);
  if (typeof body === 'string') {
    omitted.push(`request body of ${requestBody.length} bytes: ${body}`);
    return { mimeType };
  }
  const text = asText(body);
  return text === undefined ? { mimeType, text: body.toString('base64'), _encoding: 'base64' } : { mimeType, text };
}

async function readContent(
  { responseBody }: RecordedExchange,
  headers: readonly string[],
  omitted: string[],
): Promise<HarContent> {
  const mimeType = headerValue(headers, 'content-type') ?? '';
  if (responseBody.length === 0) return { size: 0, mimeType };
  const body = await decoded(responseBody.content(), headerValue(headers, 'content-encoding'));
  if (typeof body === 'string') {
    omitted.push(`response body of ${responseBody.length} bytes: ${body}`);
    return { size: responseBody.length, mimeType };
  }
  const text = asText(body);
  const size = body.length;
  return text === undefined
    ? { size, mimeType, text: body.toString('base64'), encoding: 'base64' }
    : { size, mimeType, text };
}

/** The body without its content coding, or why there is none. */
async function decoded(body: Buffer | undefined, coding: string | undefined): Promise<Buffer | string> {
  if (body === undefined) return 'larger than the recording limit';
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return body;
  const decode = DECODERS.get(coding.toLowerCase());
  if (decode === undefined) return `content coding ${shownName(coding)} is not supported`;
  try {
    return await decode(body, { maxOutputLength: Math.max(1024, body.length) * MAX_EXPANSION });
  } catch {
    return `content coding ${coding.toLowerCase()} cannot be decoded`;
  }
}

/** Undefined when it is not UTF-8. */
function asText(body: Buffer): string | undefined {
  const text = body.toString('utf8');
  return Buffer.byteLength(text) === body.length && !text.includes('\uFFFD') ? text : undefined;
}

/** What the client asked for, as an address that tools can read. */
function absoluteUrl({ url = '/', headers, socket }: RecordedExchange['request']): string {
  if (URL.canParse(url) && /^https?:/i.test(url)) return url;
  const scheme = 'encrypted' in socket || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const given = `${scheme}://${headers.host ?? 'unknown'}${url}`;
  return URL.canParse(given) ? given : `${scheme}://unknown/${encodeURI(url)}`;
}

function pairs(flat: readonly string[]): HarPair[] {
  return flat.flatMap((name, i): HarPair[] => (i % 2 === 0 ? [{ name, value: flat[i + 1] ?? '' }] : []));
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
