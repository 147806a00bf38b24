import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOCAL_CREDENTIALS } from './local-dynamodb';
import { refusalOf, type Refusal } from './signed-request';

/** An object of the bucket. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: Buffer;
  /** With quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** Lower case names, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly lastModified: Date;
}

/** One bucket of S3 on this machine, in memory. */
export interface LocalS3 {
  readonly url: string;
  readonly bucket: string;
  readonly objects: ReadonlyMap<string, StoredObject>;
  close(): Promise<void>;
}

export interface LocalS3Options {
  /** 0 asks the system for a free one. */
  readonly port?: number;
  readonly bucket: string;
  readonly region: string;
  /** From which pages a PUT is allowed; asked at each request, because they may be known only later. */
  readonly allowedOrigins: () => readonly string[];
  /** Called after an object was stored. */
  readonly onCreated?: (object: StoredObject) => void;
  readonly now?: () => Date;
}

/** The largest object taken here. Presigned uploads are smaller: their length is signed. */
const MAX_BYTES = 64 * 1024 * 1024;
const META = 'x-amz-meta-';
const METADATA_LIMIT = 2_048;

/**
 * Starts an S3 that verifies what s3rver does not: the signature of every request, its expiry, signed headers, CORS. It knows GET with a
 * range, `If-Match` and `response-` parameters, HEAD, PUT (also `If-None-Match: *`) and DELETE (also `If-Match`) of objects in one bucket, path style.
 */
export async function startS3({ port = 0, now = () => new Date(), ...options }: LocalS3Options): Promise<LocalS3> {
  const { bucket, region, allowedOrigins, onCreated } = options;
  const objects = new Map<string, StoredObject>();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/', headers } = request;
    // The SDK corrects its clock by it, so it must be the one that signatures are checked against.
    response.setHeader('Date', now().toUTCString());
    const cors = corsHeaders(headers, allowedOrigins());
    if (method === 'OPTIONS') {
      preflight(response, headers, cors);
      return;
    }
    const url = new URL(target, 'http://local');
    const [, inPath = '', ...rest] = url.pathname.split('/');
    const key = decoded(rest.join('/'));
    if (key === undefined) {
      fail(request, response, BAD_URI, cors);
      return;
    }
    // S3 checks the signature before it reads a body: a bad one is refused at once.
    const refused = await refusalOf({ method, target, headers }, { region, credentials: LOCAL_CREDENTIALS, now });
    if (refused !== undefined) {
      fail(request, response, refused, cors);
      return;
    }
    if (inPath !== bucket) {
      fail(request, response, NO_BUCKET, cors);
      return;
    }
    const found = objects.get(key);
    switch (method) {
      case 'PUT': {
        const object = await receive(request, url, key);
        if ('code' in object) {
          fail(request, response, object, cors);
          return;
        }
        // As it is when the upload ends: of two at once one wins.
        if (headers['if-none-match'] === '*' && objects.has(key)) {
          fail(request, response, EXISTS, cors);
          return;
        }
        objects.set(key, object);
        response.writeHead(200, { ETag: object.etag, ...cors }).end();
        onCreated?.(object);
        return;
      }
      case 'DELETE':
        if (headers['if-match'] !== undefined && found?.etag !== headers['if-match']) {
          fail(request, response, found === undefined ? NO_KEY : EXISTS, cors);
          return;
        }
        objects.delete(key);
        response.writeHead(204, cors).end();
        return;
      case 'GET':
      case 'HEAD':
        if (found === undefined || (headers['if-match'] !== undefined && found.etag !== headers['if-match'])) {
          fail(request, response, found === undefined ? NO_KEY : EXISTS, cors);
          return;
        }
        if (headers.range !== undefined && found.bytes.length === 0) {
          fail(request, response, NO_RANGE, cors);
          return;
        }
        send(response, found, { range: headers.range, method, query: url.searchParams, cors });
        return;
      default: {
        fail(request, response, NOT_ALLOWED, cors);
        return;
      }
    }
  }

  async function receive(request: IncomingMessage, url: URL, key: string): Promise<StoredObject | Refusal> {
    const bytes = await read(request);
    if (bytes === undefined) return TOO_LARGE;
    const metadata = metadataOf(request.headers, url);
    const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (size > METADATA_LIMIT) return METADATA_TOO_LARGE;
    return {
      key,
      bytes,
      etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      contentType: request.headers['content-type'] ?? 'binary/octet-stream',
      metadata,
      lastModified: now(),
    };
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => {
      // The client went away in the middle of its upload: nothing is stored.
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    objects,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const fault = (statusCode: number, code: string, message: string): Refusal => ({ statusCode, code, message });
const NO_BUCKET = fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
const NO_KEY = fault(404, 'NoSuchKey', 'The specified key does not exist.');
const EXISTS = fault(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
const TOO_LARGE = fault(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
const METADATA_TOO_LARGE = fault(
  400,
  'MetadataTooLarge',
  'Your metadata headers exceed the maximum allowed metadata size',
);
const BAD_URI = fault(400, 'InvalidURI', "Couldn't parse the specified URI.");
const NO_RANGE = fault(416, 'InvalidRange', 'The requested range is not satisfiable');
const NOT_ALLOWED = fault(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Of the rules in lambda/eventsapp/infra/bucket.yml: from named origins PUT, with the headers that an upload signs, and plain GET. */
const CORS_HEADERS = ['content-type', 'if-none-match'];

function corsHeaders({ origin }: IncomingHttpHeaders, allowed: readonly string[]): Record<string, string> {
  if (origin === undefined || !allowed.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Methods': 'PUT, GET', Vary: 'Origin' };
}

function preflight(response: ServerResponse, headers: IncomingHttpHeaders, cors: Record<string, string>): void {
  const asked = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const isAllowed =
    Object.keys(cors).length > 0 &&
    headers['access-control-request-method'] === 'PUT' &&
    asked.every((name) => CORS_HEADERS.includes(name));
  if (!isAllowed) {
    response
      .writeHead(403, { 'Content-Type': 'application/xml' })
      .end(document('AccessForbidden', 'CORSResponse: This CORS request is not allowed.'));
    return;
  }
  response.writeHead(200, { ...cors, 'Access-Control-Allow-Headers': asked.join(', ') }).end();
}

function send(
  response: ServerResponse,
  { bytes, etag, contentType, metadata, lastModified }: StoredObject,
  {
    range,
    method,
    query,
    cors,
  }: {
    readonly range: string | undefined;
    readonly method: string;
    readonly query: URLSearchParams;
    readonly cors: Record<string, string>;
  },
): void {
  const [, from, to]: readonly (string | undefined)[] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1);
  const partial =
    from === undefined ? {} : { 'Content-Range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` };
  const named = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [META + name, value]));
  response.writeHead(from === undefined ? 200 : 206, {
    ...cors,
    ...partial,
    ...named,
    ETag: etag,
    'Content-Type': query.get('response-content-type') ?? contentType,
    'Content-Length': part.length,
    'Last-Modified': lastModified.toUTCString(),
    ...Object.fromEntries(
      ['Content-Disposition', 'Cache-Control'].flatMap((name) => {
        const asked = query.get(`response-${name.toLowerCase()}`);
        return asked === null ? [] : [[name, asked]];
      }),
    ),
  });
  response.end(method === 'HEAD' ? undefined : part);
}

/** From headers, or of a presigned URL from its query, where the SDK puts them. */
function metadataOf(headers: IncomingHttpHeaders, { searchParams }: URL): Record<string, string> {
  const given = [...Object.entries(headers), ...searchParams].filter(([name]) => name.toLowerCase().startsWith(META));
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase().slice(META.length), String(value)]));
}

/** Undefined when it is too large. Throws when the client goes away before the end. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function fail(
  request: IncomingMessage,
  response: ServerResponse,
  refused: Refusal,
  cors: Record<string, string>,
): void {
  // What the client still sends is read, so that it sees the answer.
  request.resume();
  const { statusCode, code, message } = refused;
  response.writeHead(statusCode, { 'Content-Type': 'application/xml', ...cors });
  response.end(request.method === 'HEAD' ? undefined : document(code, message));
}

const document = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${randomBytes(8).toString('hex')}</RequestId></Error>`;
