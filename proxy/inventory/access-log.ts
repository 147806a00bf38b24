import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BanyanError } from '../../shared/errors';
import type { KeptRoute } from './app-routes';
import { routeFinder } from './route-finder';

/** How often each route was asked for. */
export interface Traffic<T> {
  readonly counts: ReadonlyMap<T, number>;
  readonly requests: number;
  /** Of paths that no route answers. */
  readonly unknown: number;
  readonly brokenLines: number;
}

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;
const LONGEST_LINE = 64 * 1024;

/** Counts a log of requests: of an ALB, in the combined format, or JSON lines; gzip or not. Throws BanyanError for one that cannot be read. */
export async function readTraffic<T extends KeptRoute>(file: string, routes: readonly T[]): Promise<Traffic<T>> {
  const counts = new Map<T, number>();
  const find = routeFinder(routes);
  let [requests, unknown, brokenLines] = [0, 0, 0];
  try {
    for await (const line of linesOf(file)) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const request = parseLogLine(line);
      if (request === undefined) {
        brokenLines += 1;
        continue;
      }
      requests += 1;
      const route = find(request.method === 'HEAD' ? 'GET' : request.method, request.path);
      if (route === undefined) unknown += 1;
      else counts.set(route, (counts.get(route) ?? 0) + 1);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BanyanError(`--access-log ${file} cannot be read: ${why}`, {
      code: 'access_log_unreadable',
      cause: error,
    });
  }
  if (requests === 0)
    throw new BanyanError(
      `--access-log ${file}: none of ${brokenLines} lines is a request; expected an ALB's log, the combined format, or JSON lines with method and path`,
      { code: 'access_log_unreadable' },
    );
  return { counts, requests, unknown, brokenLines };
}

/** Method and path, without the query, of one line; undefined: it has none. Pure. */
export function parseLogLine(line: string): { readonly method: string; readonly path: string } | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const [method = '', target = ''] = line.trimStart().startsWith('{') ? ofJson(line) : ofText(line);
  const [path = ''] = target.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/, 1);
  if (!METHOD.test(method) || (!path.startsWith('/') && target === '')) return undefined;
  return path === '' || path.startsWith('/') ? { method, path: path || '/' } : undefined;
}

const ofText = (line: string): readonly string[] => /"([A-Z]+) (\S+) HTTP\/[\d.]+"/.exec(line)?.slice(1) ?? [];

function ofJson(line: string): readonly string[] {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return [];
  }
  const fields = flat(entry);
  const pick = (...names: readonly string[]): string =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined) ?? '';
  const [method, target] = ofText(`"${pick('request', 'requestline')}"`);
  return [
    method ?? pick('method', 'httpmethod', 'request_method', 'requestmethod'),
    target ?? pick('path', 'url', 'uri', 'request_uri', 'requesturi', 'originalurl', 'requestpath'),
  ];
}

/** Texts of an entry and of `req`, `request` and `http` in it, by their names in lower case. */
function flat(entry: unknown): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const add = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const [name, value] of Object.entries(holder))
      if (typeof value === 'string') texts.set(name.toLowerCase(), value);
      else if (/^(req|request|http|httprequest)$/i.test(name)) add(value);
  };
  add(entry);
  return texts;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const gzip = await isGzip(file);
  const raw = createReadStream(file);
  const input: Readable = gzip ? pipeline(raw, createGunzip(), () => undefined) : raw;
  let rest = '';
  for await (const text of input.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    // Of a line without an end no more is kept than shows that it is too long.
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    yield* lines;
  }
  yield rest;
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
