import { headerValues, lastHeader, type HeaderList } from './header-list';

/**
 * What never reaches a Lambda integration. `Content-Length` is a passthrough by the document, but events recorded on
 * AWS have none.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html (table of headers)
 */
const DROPPED = new Set([
  ...['connection', 'content-length', 'content-md5', 'expect', 'max-forwards', 'proxy-authenticate', 'server', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'www-authenticate'],
  // Read by the gateway itself, which then calls the method it names.
  'x-http-method-override',
]);

/** What the gateway replaces by its own. */
const REPLACED = new Set(['host', 'x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto']);

interface Arrival {
  /** `127.0.0.1:3002`; API Gateway's own name, whatever the client called it. */
  readonly host: string;
  readonly port: number;
  readonly sourceIp: string;
  readonly traceRoot: string;
}

/**
 * The headers as the event shows them: names as sent, hop-by-hop ones gone, an AWS signature gone, the client's address
 * appended to X-Forwarded-For, and the others of that family overwritten. The protocol is `http` because that is what
 * this gateway speaks; in AWS it is always `https`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function eventHeaders(headers: HeaderList, { host, port, sourceIp, traceRoot }: Arrival): HeaderList {
  const kept = headers.filter(([name, value]) => {
    const key = name.toLowerCase();
    if (key === 'authorization' && value.startsWith('AWS4-HMAC-SHA256 ')) return false;
    return !DROPPED.has(key) && !REPLACED.has(key);
  });
  return [
    ...kept,
    ['Host', host],
    ['X-Amzn-Trace-Id', `Root=${traceRoot}`],
    ['X-Forwarded-For', [...headerValues(headers, 'x-forwarded-for'), sourceIp].join(', ')],
    ['X-Forwarded-Port', String(port)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

/** The trace that the client belongs to, if it sent one. */
export function incomingTraceRoot(headers: HeaderList): string | undefined {
  return /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(lastHeader(headers, 'x-amzn-trace-id') ?? '')?.[1];
}
