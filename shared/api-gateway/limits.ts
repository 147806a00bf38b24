/** How a REST API is reached; `serverless.yml` writes `EDGE`, `REGIONAL`, `PRIVATE`. */
export const ENDPOINT_TYPES = ['edge', 'regional', 'private'] as const;

export type EndpointType = (typeof ENDPOINT_TYPES)[number];

/** How large a request to a REST API may be. */
export interface RequestLimits {
  /** `https://`, host, path with the stage, and query. */
  readonly urlCharacters: number;
  /** All headers together: names, values, `: ` and line ends. */
  readonly headerBytes: number;
  /** `arn:aws:execute-api:region:account:api/stage/METHOD/path`, where there is an authorizer or a resource policy. */
  readonly methodArnBytes: number;
  readonly payloadBytes: number;
  /** What the endpoint itself adds to a request's headers, at its longest. Whether it counts is not documented. */
  readonly addedHeaderBytes: number;
}

const ADDED_BY_ALL = [
  'X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  'X-Forwarded-For: 0000:0000:0000:0000:0000:0000:0000:0000, ',
  'X-Forwarded-Port: 443',
  'X-Forwarded-Proto: https',
];
const ADDED_BY_CLOUDFRONT = [
  'CloudFront-Forwarded-Proto: https',
  'CloudFront-Is-Desktop-Viewer: false',
  'CloudFront-Is-Mobile-Viewer: false',
  'CloudFront-Is-SmartTV-Viewer: false',
  'CloudFront-Is-Tablet-Viewer: false',
  'CloudFront-Viewer-ASN: 4294967295',
  'CloudFront-Viewer-Country: XX',
  `Via: 1.1 ${'0'.repeat(32)}.cloudfront.net (CloudFront)`,
  `X-Amz-Cf-Id: ${'0'.repeat(56)}`,
];
const ADDED_BY_VPC_ENDPOINT = [
  'x-amzn-cipher-suite: ECDHE-RSA-AES128-GCM-SHA256',
  'x-amzn-tls-version: TLSv1.3',
  `x-amzn-vpc-id: vpc-${'0'.repeat(17)}`,
  'x-amzn-vpce-config: 1',
  `x-amzn-vpce-id: vpce-${'0'.repeat(17)}`,
];

const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 2, 0);

const COMMON = { methodArnBytes: 1_600, payloadBytes: 10_485_760 };

/**
 * Quotas of REST APIs by endpoint type; none can be raised.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export const REQUEST_LIMITS: Readonly<Record<EndpointType, RequestLimits>> = {
  edge: {
    ...COMMON,
    urlCharacters: 8_192,
    headerBytes: 10_240,
    addedHeaderBytes: bytesOf([...ADDED_BY_ALL, ...ADDED_BY_CLOUDFRONT]),
  },
  regional: { ...COMMON, urlCharacters: 10_240, headerBytes: 10_240, addedHeaderBytes: bytesOf(ADDED_BY_ALL) },
  private: {
    ...COMMON,
    urlCharacters: 8_192,
    headerBytes: 8_000,
    addedHeaderBytes: bytesOf([...ADDED_BY_ALL, ...ADDED_BY_VPC_ENDPOINT]),
  },
};

/** A synchronous invocation of a function takes this much; the event holds the body in base64, and the headers twice. */
export const LAMBDA_EVENT_BYTES = 6_291_456;

/** Length of a URL as the quota counts it. */
export function urlCharacters(host: string, target: string): number {
  return 'https://'.length + host.length + target.length;
}

/** Whether one endpoint type takes less of a request than another, in URL or headers. */
export function isStricter(one: EndpointType, other: EndpointType): boolean {
  const [a, b] = [REQUEST_LIMITS[one], REQUEST_LIMITS[other]];
  return a.urlCharacters < b.urlCharacters || a.headerBytes - a.addedHeaderBytes < b.headerBytes - b.addedHeaderBytes;
}
