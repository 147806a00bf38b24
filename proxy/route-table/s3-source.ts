import { addAbortSignal, Readable } from 'node:stream';
import { BanyanError, ConfigError } from '../../shared/errors';
import { loadOptional } from '../../shared/optional-package';
import { refuseLarge, type RouteTableSource } from './source';

const LOCATION = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>[^?#]+)$/;

/** ms between looks, and by how much they vary, so that proxies that start together do not ask together. */
const INTERVAL = 5_000;
const JITTER = 0.2;
/** ms that one look may take, retries included. */
const PATIENCE = 4_000;

interface S3Options {
  readonly endpoint?: URL | undefined;
  readonly interval?: number | undefined;
}

interface Found {
  readonly text: string;
  readonly etag: string | undefined;
  readonly version: string | undefined;
}

/** Whether a location is meant to be an object in S3. */
export function isS3Location(location: string): boolean {
  return location.startsWith('s3://');
}

/** What is wrong with a location in S3; undefined when nothing is. */
export function s3LocationFault(location: string): string | undefined {
  return LOCATION.test(location)
    ? undefined
    : `ROUTES_FILE is ${JSON.stringify(location)}; expected s3://bucket/key, such as s3://my-banyan/prod/routes.yml`;
}

/**
 * A route table that is published as an object of a bucket with versions, so that several proxies follow one table. It
 * is asked for every 5 s (give or take a fifth) with the ETag that was read last. Credentials and region are found as
 * the AWS SDK finds them; they need `s3:GetObject`, and `s3:ListBucket` for S3 to say that an object is missing rather
 * than forbidden. The SDK is loaded at the first read.
 * @throws ConfigError for a location of another form
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function openS3Source(location: string, { endpoint, interval = INTERVAL }: S3Options): RouteTableSource {
  const { bucket: Bucket = '', key: Key = '' } = LOCATION.exec(location)?.groups ?? {};
  const fault = s3LocationFault(location);
  if (fault !== undefined) throw new ConfigError('Route table', [fault]);
  let connected: ReturnType<typeof connect> | undefined;
  let last: Found | undefined;

  const get = async (etag: string | undefined): Promise<Found | undefined> => {
    try {
      const { client, GetObjectCommand } = await (connected ??= connect(endpoint));
      const abortSignal = AbortSignal.timeout(PATIENCE);
      const command = new GetObjectCommand({ Bucket, Key, ...(etag !== undefined && { IfNoneMatch: etag }) });
      const { Body, ContentLength = 0, ETag, VersionId } = await client.send(command, { abortSignal });
      refuseLarge(ContentLength, location);
      return { text: await textOf(Body, abortSignal, location), etag: ETag, version: VersionId };
    } catch (error) {
      if (isNotModified(error)) return undefined;
      throw error instanceof BanyanError ? error : unreadable(location, error);
    }
  };

  return {
    pause: () => interval * (1 - JITTER + 2 * JITTER * Math.random()),
    async read() {
      const found = await get(undefined);
      if (found === undefined) throw unreadable(location, new Error('S3 answered 304 to an unconditional request'));
      last = found;
      return found.text;
    },
    async readIfChanged() {
      const found = await get(last?.etag);
      if (found === undefined || found.etag === last?.etag) return undefined;
      last = found;
      return found.text;
    },
    version: () => last?.version,
    close: () => void connected?.then(({ client }) => client.destroy()).catch(() => undefined),
  };
}

async function connect(endpoint: URL | undefined) {
  const { GetObjectCommand, S3Client } = await loadOptional(
    { name: '@aws-sdk/client-s3', neededBy: 'A route table in S3' },
    async () => import('@aws-sdk/client-s3'),
  );
  const client = new S3Client({
    maxAttempts: 2,
    followRegionRedirects: true,
    // A local one has no name for each bucket.
    ...(endpoint !== undefined && { endpoint: endpoint.origin, forcePathStyle: true }),
  });
  return { client, GetObjectCommand };
}

async function textOf(body: unknown, signal: AbortSignal, location: string): Promise<string> {
  if (!(body instanceof Readable)) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The signal that was sent with the command ends with the head of the answer.
  for await (const chunk of addAbortSignal(signal, body)) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    refuseLarge(bytes, location);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isNotModified(error: unknown): boolean {
  return statusOf(error) === 304;
}

function statusOf(error: unknown): unknown {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
    ? metadata.httpStatusCode
    : undefined;
}

function unreadable(location: string, cause: unknown): ConfigError {
  const name = cause instanceof Error ? cause.name : 'error';
  const why =
    statusOf(cause) === 404
      ? `there is no such object (${name}); publish the table there`
      : statusOf(cause) === 403
        ? `S3 refuses it (${name}); the role needs s3:GetObject on it, and s3:ListBucket on the bucket`
        : `${name}: ${cause instanceof Error ? cause.message : String(cause)}; check region, credentials and network`;
  return new ConfigError('Route table', [`${location} cannot be read: ${why}`], cause);
}
