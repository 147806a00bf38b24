import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseLogLine, readTraffic } from '../../../../proxy/inventory/access-log';

const ALB =
  'https 2026-11-01T10:00:00.186641Z app/lb/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.66:9000 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/items/7?page=2 HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 -';
const COMBINED =
  '192.0.2.1 - ann [10/Oct/2026:13:55:36 +0000] "POST /items?x="y HTTP/1.1" 201 23 "-" "Mozilla/5.0 (\\"GET /items/9 HTTP/1.0\\")"';
const route = (method: string, full: string) => ({ method, path: full, middleware: [] });
const ROUTES = [
  route('GET', '/items/:id'),
  route('POST', '/items'),
  route('ALL', '/files{/:name}'),
  route('GET', '/^\\/x\\d+$/'),
];

it.each<[string, string | undefined]>([
  [ALB, 'GET /items/7'],
  [COMBINED.replace('?x="y', '?x=y'), 'POST /items'],
  ['{"method":"GET","url":"/items/7?a=1"}', 'GET /items/7'],
  ['{"req":{"method":"DELETE","url":"https://example.com/items/7"},"status":200}', 'DELETE /items/7'],
  ['{"httpMethod":"GET","path":"/items/7"}', 'GET /items/7'],
  ['{"request":"HEAD /items/7 HTTP/2.0","status":200}', 'HEAD /items/7'],
  ['GET http://example.com HTTP/1.1', undefined],
  ['"GET https://example.com HTTP/1.1"', 'GET /'],
  ['"- http://example.com:80- -"', undefined],
  ['{"method":"GET"', undefined],
  ['{"method":"GET"}', undefined],
  ['[1]', undefined],
  [`"GET /${'x'.repeat(70_000)} HTTP/1.1"`, undefined],
])('reads %.60s', (line, expected) => {
  const found = parseLogLine(line);
  expect(found && `${found.method} ${found.path}`).toBe(expected);
});

describe('a log', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-log-'))));
  afterAll(() => rm(folder, { recursive: true }));
  const log = async (content: string | Buffer): Promise<string> => {
    const file = path.join(folder, 'access.log');
    await writeFile(file, content);
    return file;
  };
  const LINES = [
    '#Version: 1',
    ALB,
    ALB,
    ALB.replace('GET', 'HEAD'),
    COMBINED.replace('?x="y', ''),
    'broken',
    '',
    '"GET /files/a HTTP/1.1"',
    '"PUT /files HTTP/1.1"',
    '"GET /x12 HTTP/1.1"',
    '"GET /nowhere HTTP/1.1"',
  ].join('\n');

  it.each([LINES, gzipSync(LINES)])('counts routes, requests of none, and broken lines', async (content) => {
    const { counts, ...rest } = await readTraffic(await log(content), ROUTES);
    expect(ROUTES.map((one) => counts.get(one))).toEqual([3, 1, 2, 1]);
    expect(rest).toEqual({ requests: 8, unknown: 1, brokenLines: 1 });
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['nothing that is a request', 'a\nb\n', /none of 2 lines is a request; expected an ALB's log/],
    ['half of a gzip file', gzipSync(LINES.repeat(50)).subarray(0, 60), /cannot be read: .*unexpected end of file/],
  ])('with %s is refused', async (_case, content, message) => {
    await expect(readTraffic(await log(content), ROUTES)).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(readTraffic(path.join(folder, 'none.log'), ROUTES)).rejects.toThrow(
      /--access-log .*none\.log cannot be read: .*ENOENT/,
    );
  });
});
