import fc from 'fast-check';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { toApiGateway } from '../../../../proxy/forward/for-api-gateway';
import { oversize, type Oversize } from '../../../../proxy/forward/oversize';
import type { Upstream } from '../../../../proxy/forward/upstream';
import { formatRequestHead } from '../../../../proxy/http1/request-head';
import { parseRequestTarget } from '../../../../proxy/request-target';
import { ENDPOINT_TYPES, REQUEST_LIMITS, type EndpointType } from '../../../../shared/api-gateway/limits';
import { SHADOW_HEADER, signMark } from '../../../../shared/signed-mark';
import { lambdaSide } from '../../../support/lambda-side';
import { routeWith } from '../../../support/route';

const URL_OF_API = new URL('https://abcdefghij.execute-api.eu-west-1.amazonaws.com/prod');
const upstream: Upstream = { name: 'lambda', send: () => fail(), load: () => fail(), close: () => undefined };
function fail(): never {
  throw new Error('nothing is sent here');
}

interface Sent {
  readonly url?: string;
  readonly headers?: readonly string[];
  readonly type?: EndpointType;
  readonly api?: URL;
  readonly trustedHops?: number;
  readonly shadow?: boolean;
}

/** What is decided about a request, and the request as it would be written. */
function judge({
  url = '/api/events/1',
  headers = ['Host', 'shop.example'],
  type = 'private',
  api = URL_OF_API,
  trustedHops = 0,
  shadow = false,
}: Sent): { readonly found: Oversize | undefined; readonly target: string; readonly headerBytes: number } {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url, rawHeaders: [...headers] });
  for (let i = 0; i < headers.length; i += 2) {
    request.headers[(headers[i] ?? '').toLowerCase()] = headers[i + 1];
  }
  const target = parseRequestTarget(url);
  const route = routeWith(shadow ? { shadow: { sample: 1, maxBodyBytes: 1 } } : {});
  const head = toApiGateway(request, target, route, api, trustedHops);
  const text = formatRequestHead(head, 'none');
  return {
    found: oversize(request, target, route, lambdaSide(upstream, api, type), trustedHops),
    target: head.path,
    headerBytes: text.length - `GET ${head.path} HTTP/1.1\r\n`.length - '\r\n'.length,
  };
}

const withPadding = (bytes: number): readonly string[] => ['Host', 'shop.example', 'X-Pad', 'x'.repeat(bytes)];

describe.each(ENDPOINT_TYPES)('what the proxy keeps from an API that is %s', (type) => {
  const { urlCharacters, headerBytes, addedHeaderBytes, methodArnBytes } = REQUEST_LIMITS[type];

  it('sends a URL of the whole limit, scheme and host included, and nothing longer', () => {
    const prefix = 'https://abcdefghij.execute-api.eu-west-1.amazonaws.com/prod/api/events/1?q=';
    const at = (length: number) => judge({ type, url: `/api/events/1?q=${'x'.repeat(length - prefix.length)}` }).found;
    expect(at(urlCharacters - 1)).toBeUndefined();
    expect(at(urlCharacters)).toBeUndefined();
    expect(at(urlCharacters + 1)).toBe('long-url');
  });

  it('counts a query as it is encoded on the way', () => {
    const plain = 'x'.repeat(4_000);
    expect(judge({ type, url: `/api/events/1?q=${plain}` }).found).toBeUndefined();
    expect(judge({ type, url: `/api/events/1?q=${plain.replaceAll('x', '|')}` }).found).toBe('long-url');
  });

  it('sends headers of the whole limit, less what the endpoint adds, and nothing larger', () => {
    const { headerBytes: without } = judge({ type, headers: withPadding(0) });
    const room = headerBytes - addedHeaderBytes;
    const at = (bytes: number) => judge({ type, headers: withPadding(bytes - without) });
    expect(at(room)).toMatchObject({ found: undefined, headerBytes: room });
    expect(at(room - 1).found).toBeUndefined();
    expect(at(room + 1)).toMatchObject({ found: 'large-headers', headerBytes: room + 1 });
  });

  it('leaves room for the mark of a copy where a route is compared', () => {
    const { headerBytes: without } = judge({ type, headers: withPadding(0) });
    const mark = `${SHADOW_HEADER}: ${signMark('shadow', 'copy', ['secret'], new Date())}\r\n`.length;
    const room = headerBytes - addedHeaderBytes - mark;
    expect(judge({ type, shadow: true, headers: withPadding(room - without) }).found).toBeUndefined();
    expect(judge({ type, shadow: true, headers: withPadding(room - without + 1) }).found).toBe('large-headers');
  });

  it('sends a method ARN of the whole limit, and nothing longer', () => {
    const arn = 'arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/api/events/';
    const at = (length: number, rest = '') =>
      judge({ type, url: `/api/events/${'x'.repeat(length - arn.length)}${rest}` }).found;
    expect(at(methodArnBytes - 1)).toBeUndefined();
    expect(at(methodArnBytes)).toBeUndefined();
    expect(at(methodArnBytes + 1)).toBe('long-path');
    // Neither is part of it.
    expect(at(methodArnBytes, '/')).toBeUndefined();
    expect(at(methodArnBytes, `?q=${'x'.repeat(2_000)}`)).toBeUndefined();
  });
});

describe('the part of a method ARN that the URL of the API does not say', () => {
  const longest = (api: string): number => {
    let length = 1_600;
    while (judge({ api: new URL(api), url: `/api/events/${'x'.repeat(length)}` }).found !== undefined) length -= 1;
    return `/api/events/${'x'.repeat(length)}`.length;
  };

  it.each([
    ['https://abcdefghij.execute-api.eu-west-1.amazonaws.com/prod', 'arn:aws:execute-api:eu-west-1', 'prod'],
    ['https://abcdefghij-vpce-0123.execute-api.eu-west-1.amazonaws.com/prod', 'arn:aws:execute-api:eu-west-1', 'prod'],
    ['https://abcdefghij.execute-api.cn-north-1.amazonaws.com.cn/prod', 'arn:aws-cn:execute-api:cn-north-1', 'prod'],
    ['https://abcdefghij.execute-api.us-gov-east-1.amazonaws.com/v1', 'arn:aws-us-gov:execute-api:us-gov-east-1', 'v1'],
    ['https://api.example.com/', 'arn:aws-us-gov:execute-api:ap-southeast-1', 's'.repeat(128)],
    ['https://api.example.com/base', 'arn:aws-us-gov:execute-api:ap-southeast-1', 's'.repeat(128)],
  ])('%s', (api, start, stage) => {
    expect(longest(api)).toBe(1_600 - `${start}:123456789012:abcdefghij/${stage}/GET`.length);
  });
});

it('agrees with the request as it is written, near every limit and far from it', () => {
  const value = fc.string({ unit: fc.constantFrom('a', '|', '"', '\u00e9'), maxLength: 200 });
  const pad = fc.nat({ max: 10_500 }).map((length) => 'p'.repeat(length));
  const sent = fc.record({
    type: fc.constantFrom(...ENDPOINT_TYPES),
    trustedHops: fc.constantFrom(0, 1),
    shadow: fc.boolean(),
    url: fc
      .tuple(fc.nat({ max: 1_600 }), fc.option(fc.tuple(value, pad)))
      .map(([path, query]) => `/api/events/${'x'.repeat(path + 1)}${query === null ? '' : `?${query.join('')}`}`),
    headers: fc
      .record(
        { Host: value, 'X-Forwarded-Proto': value, 'X-Amz-Date': value, 'X-Pad': pad },
        { requiredKeys: ['Host'] },
      )
      .map((headers) => Object.entries(headers).flat()),
  });
  fc.assert(
    fc.property(sent, (request) => {
      const { found, target, headerBytes } = judge(request);
      const limits = REQUEST_LIMITS[request.type];
      const mark = request.shadow ? 78 : 0;
      const isUrlTooLong = URL_OF_API.origin.length + target.length > limits.urlCharacters;
      const [path = ''] = target.split('?', 1);
      const arn = `arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET${path.slice('/prod'.length)}`;
      const isTooLarge = headerBytes + mark > limits.headerBytes - limits.addedHeaderBytes;
      expect(found).toBe(
        isUrlTooLong
          ? 'long-url'
          : arn.length > limits.methodArnBytes
            ? 'long-path'
            : isTooLarge
              ? 'large-headers'
              : undefined,
      );
    }),
    { numRuns: 500 },
  );
});
