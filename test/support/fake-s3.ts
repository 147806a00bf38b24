import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen';

/** What S3 does instead of answering as it should. */
export type S3Trouble = 'none' | 'refuses' | 'is unavailable' | 'never answers' | 'stops in the middle';

/** One bucket of S3 on loopback, as far as GetObject goes. */
export interface FakeS3 {
  readonly url: URL;
  /** `GET key` with the status that was answered, in order. */
  readonly requests: readonly { readonly key: string; readonly status: number; readonly ifNoneMatch?: string }[];
  put(key: string, text: string): { readonly etag: string; readonly versionId: string | undefined };
  /** Puts a delete marker on top; without versions the object is gone. */
  remove(key: string): void;
  trouble(trouble: S3Trouble): void;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  /** undefined: a delete marker. */
  readonly text: string | undefined;
}

/**
 * Starts it. It is addressed by path (`/bucket/key`), wants signed requests but checks no signature, and refuses every other call.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export async function startFakeS3({
  bucket,
  versioned = true,
}: {
  readonly bucket: string;
  readonly versioned?: boolean;
}): Promise<FakeS3> {
  /** Newest first. */
  const objects = new Map<string, Version[]>();
  const requests: { key: string; status: number; ifNoneMatch?: string }[] = [];
  let trouble: S3Trouble = 'none';

  const answer = (request: IncomingMessage, response: ServerResponse): number => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const [, wanted = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const refuse = (status: number, code: string, headers: Record<string, string> = {}): number => {
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
      return status;
    };
    if (request.method !== 'GET') return refuse(501, 'NotImplemented');
    if (trouble === 'is unavailable') return refuse(503, 'SlowDown');
    if (trouble === 'refuses' || !request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
      return refuse(403, 'AccessDenied');
    if (wanted !== bucket) return refuse(404, 'NoSuchBucket');

    const versions = objects.get(key) ?? [];
    const versionId = searchParams.get('versionId');
    const found = versionId === null ? versions[0] : versions.find(({ id }) => id === versionId);
    if (found === undefined) return refuse(404, versionId === null ? 'NoSuchKey' : 'NoSuchVersion');
    const version = versioned ? { 'x-amz-version-id': found.id } : undefined;
    if (found.text === undefined) {
      const marker = { ...version, 'x-amz-delete-marker': 'true' };
      return versionId === null ? refuse(404, 'NoSuchKey', marker) : refuse(405, 'MethodNotAllowed', marker);
    }
    const etag = etagOf(found.text);
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304, { etag, ...version }).end();
      return 304;
    }
    const length = String(Buffer.byteLength(found.text));
    response.writeHead(200, { etag, ...version, 'content-type': 'text/yaml', 'content-length': length });
    if (trouble === 'stops in the middle') response.write(found.text.slice(0, 1));
    else response.end(found.text);
    return 200;
  };

  const server = createServer((request, response) => {
    if (trouble === 'never answers') return;
    const key = new URL(request.url ?? '/', 'http://s3').pathname.slice(bucket.length + 2);
    const ifNoneMatch = request.headers['if-none-match'];
    requests.push({ key, status: answer(request, response), ...(ifNoneMatch !== undefined && { ifNoneMatch }) });
  });
  const port = await listen(server);

  const add = (key: string, text: string | undefined): Version => {
    const version = { id: randomUUID().replaceAll('-', ''), text };
    objects.set(key, [version, ...(versioned ? (objects.get(key) ?? []) : [])]);
    return version;
  };
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    put(key, text) {
      const { id } = add(key, text);
      return { etag: etagOf(text), versionId: versioned ? id : undefined };
    },
    remove(key) {
      if (versioned) add(key, undefined);
      else objects.delete(key);
    },
    trouble: (next) => (trouble = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Of an object that was put in one part and is encrypted with S3's own keys. */
function etagOf(text: string): string {
  return `"${createHash('md5').update(text).digest('hex')}"`;
}

/** RFC 9110 section 13.1.2: a list, compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  const listed = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return listed.includes('*') || listed.includes(etag);
}

/** What the AWS SDK needs to find while it talks to a fake; the returned function takes it away again. */
export function fakeAwsEnvironment(): () => void {
  const values = {
    AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'eu-west-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const former = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of former)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  };
}
