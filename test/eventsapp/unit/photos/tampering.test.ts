import { createHash, createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { EXPIRES_S, presignUpload } from '../../../../lambda/eventsapp/photos/presign';
import { LOCAL_CREDENTIALS } from '../../aws/local-dynamodb';
import { startS3, type LocalS3 } from '../../aws/local-s3';

const BYTES = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');
const HEADERS = { 'content-type': 'image/png', 'if-none-match': '*' };
const ORIGIN = 'http://127.0.0.1:8080';
const PHOTO = '1'.repeat(24);
const EVENT = '2'.repeat(24);

let s3: LocalS3;
let signed: URL;
let now = new Date();

beforeAll(async () => {
  now = new Date();
  s3 = await startS3({ bucket: 'photos', region: 'eu-west-1', allowedOrigins: () => [ORIGIN], now: () => now });
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint: s3.url,
    credentials: LOCAL_CREDENTIALS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const ids = { id: PHOTO, eventId: EVENT, customerAccountId: '3'.repeat(24), createdBy: '4'.repeat(24) };
  const about = { createdAt: '2026-11-28T10:00:00.000Z', title: '港 "夜" 🎉', description: 'a b+c' };
  signed = new URL(
    await presignUpload(client, 'photos', { ...ids, ...about, contentType: 'image/png', size: BYTES.length }),
  );
});
afterAll(() => s3.close());
afterEach(() => {
  now = new Date();
});

interface Upload {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

const honest = (): Upload => ({ url: new URL(signed), method: 'PUT', headers: HEADERS, bytes: BYTES });

const withQuery = (name: string, value: string): Upload => {
  const upload = honest();
  upload.url.searchParams.set(name, value);
  return upload;
};
const without = (name: string): Upload => {
  const upload = honest();
  upload.url.searchParams.delete(name);
  return upload;
};
const again = (name: string, value: string): Upload => {
  const upload = honest();
  upload.url.searchParams.append(name, value);
  return upload;
};
const withHeaders = (headers: Record<string, string>): Upload => ({ ...honest(), headers: { ...HEADERS, ...headers } });
const withPath = (pathname: string): Upload => {
  const upload = honest();
  upload.url.pathname = pathname;
  return upload;
};
const day = (days: number): string => {
  const date = new Date(Date.now() + days * 86_400_000).toISOString();
  return date.replaceAll(/[-:]|\.\d+/g, '');
};

const META = ['photoid', 'eventid', 'accountid', 'createdby', 'createdat', 'title', 'description'];
const PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
];

const TAMPERINGS: readonly (readonly [string, () => Upload])[] = [
  ...META.map((name) => [`metadata ${name} changed`, () => withQuery(`x-amz-meta-${name}`, '5'.repeat(24))] as const),
  ...META.map((name) => [`metadata ${name} left out`, () => without(`x-amz-meta-${name}`)] as const),
  ...META.map((name) => [`metadata ${name} twice`, () => again(`x-amz-meta-${name}`, 'x')] as const),
  ['metadata added', () => withQuery('x-amz-meta-admin', 'true')],
  ['metadata as a header', () => withHeaders({ 'x-amz-meta-title': 'b3RoZXI' })],
  ['an ACL as a header', () => withHeaders({ 'x-amz-acl': 'public-read' })],
  ['an ACL in the query', () => withQuery('x-amz-acl', 'public-read')],
  ['a storage class', () => withQuery('x-amz-storage-class', 'GLACIER')],
  ['another type', () => withHeaders({ 'content-type': 'image/gif' })],
  ['a type that a browser would run', () => withHeaders({ 'content-type': 'text/html' })],
  ['a parameter of the type', () => withHeaders({ 'content-type': 'image/png; charset=utf-8' })],
  ['the type in capitals', () => withHeaders({ 'content-type': 'IMAGE/PNG' })],
  ['a byte more', () => ({ ...honest(), bytes: Buffer.concat([BYTES, Buffer.from('x')]) })],
  ['a byte less', () => ({ ...honest(), bytes: BYTES.subarray(1) })],
  ['nothing', () => ({ ...honest(), bytes: Buffer.alloc(0) })],
  ['without If-None-Match', () => ({ ...honest(), headers: { 'content-type': 'image/png' } })],
  ['another If-None-Match', () => withHeaders({ 'if-none-match': '"x"' })],
  ['another photo’s key', () => withPath(`/photos/uploads/event_${EVENT}/${'9'.repeat(24)}.png`)],
  ['another event’s key', () => withPath(`/photos/uploads/event_${'9'.repeat(24)}/${PHOTO}.png`)],
  ['another extension', () => withPath(`/photos/uploads/event_${EVENT}/${PHOTO}.html`)],
  ['a key elsewhere', () => withPath(`/photos/migrated/${PHOTO}.png`)],
  ['another bucket', () => withPath(`/other/uploads/event_${EVENT}/${PHOTO}.png`)],
  ['a longer expiry', () => withQuery('X-Amz-Expires', '604800')],
  ['an expiry beyond the limit', () => withQuery('X-Amz-Expires', '604801')],
  ['a negative expiry', () => withQuery('X-Amz-Expires', '-1')],
  ['a later date', () => withQuery('X-Amz-Date', day(1))],
  ['an earlier date', () => withQuery('X-Amz-Date', day(-1))],
  [
    'another region',
    () =>
      withQuery(
        'X-Amz-Credential',
        (signed.searchParams.get('X-Amz-Credential') ?? '').replace('eu-west-1', 'us-east-1'),
      ),
  ],
  [
    'another service',
    () => withQuery('X-Amz-Credential', (signed.searchParams.get('X-Amz-Credential') ?? '').replace('/s3/', '/ec2/')),
  ],
  [
    'another access key',
    () => withQuery('X-Amz-Credential', (signed.searchParams.get('X-Amz-Credential') ?? '').replace('local', 'other')),
  ],
  ['fewer signed headers', () => withQuery('X-Amz-SignedHeaders', 'host')],
  [
    'more signed headers',
    () => withQuery('X-Amz-SignedHeaders', 'accept;content-length;content-type;host;if-none-match'),
  ],
  ['another signature', () => withQuery('X-Amz-Signature', '0'.repeat(64))],
  [
    'a shorter signature',
    () => withQuery('X-Amz-Signature', (signed.searchParams.get('X-Amz-Signature') ?? '').slice(1)),
  ],
  ['another hash of the content', () => withQuery('X-Amz-Content-Sha256', '0'.repeat(64))],
  ['another operation', () => withQuery('x-id', 'DeleteObject')],
  ['GET', () => ({ ...honest(), method: 'GET' })],
  ['HEAD', () => ({ ...honest(), method: 'HEAD' })],
  ['DELETE', () => ({ ...honest(), method: 'DELETE' })],
  ['POST', () => ({ ...honest(), method: 'POST' })],
  ...PARAMETERS.map((name) => [`${name} left out`, () => without(name)] as const),
];

async function send({
  url,
  method,
  headers,
  bytes,
}: Upload): Promise<{ readonly status: number; readonly text: string }> {
  const withBody = method === 'PUT' || method === 'POST';
  const response = await fetch(url, { method, headers, ...(withBody && { body: Uint8Array.from(bytes) }) });
  return { status: response.status, text: await response.text() };
}

/**
 * AWS's rule, written from its documentation and without the SDK: whether the signature in a URL covers this request.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function isSignedByAwsRule({ url, method, headers, bytes }: Upload): boolean {
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const sent: Record<string, string> = { ...headers, host: url.host, 'content-length': String(bytes.length) };
  const names = parameter('X-Amz-SignedHeaders').split(';');
  // Whatever begins with x-amz- and the host must be covered.
  if (['host', ...Object.keys(sent).filter((name) => name.startsWith('x-amz-'))].some((name) => !names.includes(name)))
    return false;
  const canonical = [
    method,
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    query,
    ...names.map((name) => `${name}:${(sent[name] ?? '').trim()}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const date = parameter('X-Amz-Date');
  const scope = [date.slice(0, 8), 'eu-west-1', 's3', 'aws4_request'];
  if (parameter('X-Amz-Credential') !== [LOCAL_CREDENTIALS.accessKeyId, ...scope].join('/')) return false;
  if (parameter('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return false;
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const hmac = (key: string | Buffer, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${LOCAL_CREDENTIALS.secretAccessKey}`);
  return hmac(key, text).toString('hex') === parameter('X-Amz-Signature');
}

describe('a presigned upload', () => {
  it('binds type, length, single use and all metadata', () => {
    expect(signed.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;if-none-match');
    expect(signed.searchParams.get('X-Amz-Expires')).toBe(String(EXPIRES_S));
    for (const name of META) expect(signed.searchParams.get(`x-amz-meta-${name}`)).toMatch(/^[\x20-\x7e]+$/);
    expect(TAMPERINGS.length).toBeGreaterThanOrEqual(50);
  });

  it.each(TAMPERINGS)('is refused with %s, by the local S3 and by AWS’s rule', async (_name, tamper) => {
    const upload = tamper();
    expect(isSignedByAwsRule(upload)).toBe(false);
    const { status, text } = await send(upload);
    expect([400, 403]).toContain(status);
    if (upload.method !== 'HEAD')
      expect(text).toMatch(
        /<Code>(SignatureDoesNotMatch|AccessDenied|AuthorizationQueryParametersError|InvalidAccessKeyId|RequestTimeTooSkewed)</,
      );
    expect(s3.objects.size).toBe(0);
  });

  it.each([
    [EXPIRES_S + 2, 'Request has expired'],
    [-16 * 60, 'The difference between'],
  ])('is refused %d s after it was signed', async (seconds, message) => {
    now = new Date(Date.now() + seconds * 1_000);
    expect(await send(honest())).toMatchObject({ status: 403, text: expect.stringContaining(message) as string });
  });

  it('is allowed to named origins alone, by PUT and with the signed headers alone', async () => {
    const ask = async (origin: string, method: string, headers: string): Promise<number> => {
      const preflight = { origin, 'access-control-request-method': method, 'access-control-request-headers': headers };
      return (await fetch(signed, { method: 'OPTIONS', headers: preflight })).status;
    };
    expect(await ask(ORIGIN, 'PUT', 'content-type,if-none-match')).toBe(200);
    expect(await ask('http://elsewhere.example', 'PUT', 'content-type')).toBe(403);
    expect(await ask(ORIGIN, 'DELETE', 'content-type')).toBe(403);
    expect(await ask(ORIGIN, 'PUT', 'x-amz-acl')).toBe(403);
  });

  it('stores the file as it was signed, once', async () => {
    expect(isSignedByAwsRule(honest())).toBe(true);
    expect((await send(honest())).status).toBe(200);
    expect((await send(honest())).status).toBe(412);
    const [object] = s3.objects.values();
    expect(object).toMatchObject({ bytes: BYTES, contentType: 'image/png', metadata: { photoid: PHOTO } });
    expect(Buffer.from(object?.metadata['title'] ?? '', 'base64url').toString()).toBe('港 "夜" 🎉');
  });
});

test('the answer says the time that signatures are checked against, by which the SDK corrects its clock', async () => {
  now = new Date('2027-01-01T00:00:00Z');
  const { headers } = await fetch(new URL('/photos/any', s3.url));
  expect(headers.get('date')).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
});
