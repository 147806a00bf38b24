import { z } from 'zod';
import { GatewayError } from './gateway-error';
import { lastHeader, type HeaderList } from './header-list';
import { isBinary } from './media-types';
import { isSendable, mergeHeaders, remapHeaders } from './response-headers';

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

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const resultSchema = z.strictObject({
  // Texts of digits pass, as they do in AWS. Informational statuses would end the exchange in Node and mean nothing here.
  statusCode: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{3}$/)
        .transform(Number),
    ])
    .pipe(z.int().min(200).max(599)),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

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
  const parsed = resultSchema.safeParse(JSON.parse(payload));
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error));
  const { statusCode, body: text, isBase64Encoded, headers: single, multiValueHeaders } = parsed.data;
  const multiple = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  const merged = mergeHeaders(multiple, Object.entries(single ?? {}));
  const broken = merged.find(([name, value]) => !isSendable(name, value));
  if (broken) throw malformed(`header ${JSON.stringify(broken[0])} cannot be sent`);
  const headers = remapHeaders(merged);
  const contentType: HeaderList =
    lastHeader(headers, 'content-type') === undefined ? [['Content-Type', 'application/json']] : [];
  // Without a binary media type that the client accepts first, the base64 text itself is what the client gets.
  const isBytes = isBase64Encoded === true && isBinary(accept, binaryMediaTypes);
  const body = isBytes ? decodeBase64(text ?? '') : Buffer.from(text ?? '');
  return { statusCode, headers: [...contentType, ...headers], body };
}

function decodeBase64(text: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1)
    return Buffer.from(text, 'base64');
  throw new GatewayError('apiConfiguration', 'the body is not base64, although isBase64Encoded is true');
}

function malformed(reason: string): GatewayError {
  return new GatewayError('malformedResponse', `Malformed Lambda proxy response: ${reason}`);
}
