import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as S3 sees it. */
export interface ReceivedRequest {
  readonly method: string;
  /** As it was sent: encoded path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** Why S3 refuses a request: the code of its error document. */
export interface Refusal {
  readonly statusCode: number;
  readonly code: string;
  readonly message: string;
}

export interface VerifyOptions {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly now: () => Date;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const WEEK_S = 604_800;
/** How far a clock may be off (ms). */
const SKEW_MS = 15 * 60_000;

/** What a signature covers, from the query of a presigned URL or the Authorization header. */
interface Claim {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Seconds; undefined for a signed header. */
  readonly expires: number | undefined;
}

/**
 * Checks a request's Signature Version 4 as S3 does: of a presigned URL by its query, otherwise of the Authorization header. The signature
 * is calculated by the SDK's own signer.
 *
 * @returns undefined when it is good
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function refusalOf(request: ReceivedRequest, options: VerifyOptions): Promise<Refusal | undefined> {
  const url = new URL(request.target, `http://${request.headers.host ?? 'localhost'}`);
  const claim = claimOf(url, request.headers);
  if (claim === undefined) return refusal(403, 'AccessDenied', 'Access Denied');
  const { region, credentials, now } = options;
  const signedAt = dateOf(claim.date);
  const scope = `${claim.date.slice(0, 8)}/${region}/s3/aws4_request`;
  if (signedAt === undefined || claim.scope !== scope)
    return refusal(400, 'AuthorizationQueryParametersError', `the credential scope must be ${scope}`);
  if (claim.accessKeyId !== credentials.accessKeyId)
    return refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  const age = now().getTime() - signedAt.getTime();
  if (claim.expires !== undefined && !(claim.expires > 0 && claim.expires <= WEEK_S))
    return refusal(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds');
  if (age < -SKEW_MS || (claim.expires === undefined && age > SKEW_MS))
    return refusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  if (claim.expires !== undefined && age > claim.expires * 1_000)
    return refusal(403, 'AccessDenied', 'Request has expired');
  // S3 demands that these are covered; a presigned URL has its x-amz- headers in the query, where all is covered.
  const uncovered = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !claim.signedHeaders.includes(name),
  );
  if (uncovered.length > 0)
    return refusal(
      403,
      'AccessDenied',
      `There were headers present in the request which were not signed: ${uncovered.join(', ')}`,
    );
  const expected = await signatureOf(request, url, claim, options);
  return isEqual(expected, claim.signature)
    ? undefined
    : refusal(
        403,
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided.',
      );
}

function claimOf({ searchParams }: URL, headers: IncomingHttpHeaders): Claim | undefined {
  if (searchParams.get('X-Amz-Algorithm') === ALGORITHM) {
    const [accessKeyId = '', ...scope] = (searchParams.get('X-Amz-Credential') ?? '').split('/');
    return {
      accessKeyId,
      scope: scope.join('/'),
      date: searchParams.get('X-Amz-Date') ?? '',
      signedHeaders: (searchParams.get('X-Amz-SignedHeaders') ?? '').split(';'),
      signature: searchParams.get('X-Amz-Signature') ?? '',
      expires: Number(searchParams.get('X-Amz-Expires') ?? NaN),
    };
  }
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    headers.authorization ?? '',
  );
  const date = headers['x-amz-date'];
  if (parts === null || typeof date !== 'string') return undefined;
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = parts;
  return { accessKeyId, scope, date, signedHeaders: signedHeaders.split(';'), signature, expires: undefined };
}

async function signatureOf(
  request: ReceivedRequest,
  url: URL,
  claim: Claim,
  { region, credentials }: VerifyOptions,
): Promise<string> {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const repeated = new Set(query.map(([name]) => name)).size < query.length;
  const headers = Object.fromEntries(
    claim.signedHeaders.map((name) => [
      name,
      String(request.headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' '),
    ]),
  );
  // A parameter that comes twice was never signed by us.
  if (repeated) return '';
  return new Signer({ credentials, region, service: 's3', sha256: Sha256, uriEscapePath: false }).signatureOf({
    request: {
      method: request.method,
      protocol: 'http:',
      hostname: String(request.headers.host),
      path: url.pathname,
      query: Object.fromEntries(query),
      headers,
    },
    payloadHash: String(request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'),
    date: claim.date,
    scope: claim.scope,
    key: ['s3', 'aws4_request'].reduce(
      hmac,
      hmac(hmac(`AWS4${credentials.secretAccessKey}`, claim.date.slice(0, 8)), region),
    ),
  });
}

interface ToSign {
  readonly request: Parameters<SignatureV4['presign']>[0];
  readonly payloadHash: string;
  readonly date: string;
  readonly scope: string;
  readonly key: Buffer;
}

/** The SDK's canonical request and string to sign; publicly it only signs what it sends itself, with a host of its own. */
class Signer extends SignatureV4 {
  async signatureOf({ request, payloadHash, date, scope, key }: ToSign): Promise<string> {
    const canonical = this.createCanonicalRequest(request, request.headers, payloadHash);
    return hmac(key, await this.createStringToSign(date, scope, canonical, ALGORITHM)).toString('hex');
  }
}

/** Node's SHA-256 as the SDK's signer takes it. */
class Sha256 {
  private readonly hash = createHash('sha256');
  update(chunk: Uint8Array | string): void {
    this.hash.update(chunk);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    throw new Error('A hash is used once');
  }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** `20261128T101500Z` */
function dateOf(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

const refusal = (statusCode: number, code: string, message: string): Refusal => ({ statusCode, code, message });
