import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Har, HarEntry } from '../../../../shared/recording/har/har';
import { usersOf } from '../../../../shared/recording/har/har';
import { parseHar } from '../../../../shared/recording/har/parse-har';
import { isSampled } from '../../../../proxy/record/sampling';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';

const ROUTES = `
routes:
  - { id: list-events, match: GET /api/events, stage: legacy, record: { sample: 1 } }
  - { id: create-event, match: POST /api/events, stage: legacy, record: { sample: 1 } }
  - { id: half, match: GET /api/half, stage: legacy, record: { sample: 0.5 } }
  - { id: quiet, match: GET /api/quiet, stage: legacy }
`;

function token(id: string): string {
  return `s:${id}.${createHmac('sha256', 'secret').update(id).digest('base64').replace(/=+$/, '')}`;
}
const cookie = (id: string) => ({ Cookie: `shop.sid=${encodeURIComponent(token(id))}` });

describe('recording', () => {
  let folder: string;
  let legacy: RecordingServer;
  let proxy: RunningProxy;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-record-'));
    legacy = await recordingServer();
  });
  afterEach(async () => {
    await proxy.close();
    await legacy.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (routes = ROUTES): Promise<void> => {
    proxy = await runProxy({ legacyUrl: legacy.url, routes, recordDir: path.join(folder, 'recordings') });
  };
  const ask = async (target: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(new URL(target, proxy.url), init);
    await response.clone().arrayBuffer();
    return response;
  };

  /** Drains the proxy and reads what it has written. */
  async function recorded(): Promise<{ entries: readonly HarEntry[]; har: Har; text: string }> {
    await proxy.close();
    const names = (await readdir(path.join(folder, 'recordings'))).sort();
    const texts = await Promise.all(names.map((name) => readFile(path.join(folder, 'recordings', name), 'utf8')));
    const hars = texts.map((text) => parseHar(text, 'recorded.har'));
    expect(hars.every(({ repaired }) => !repaired)).toBe(true);
    const entries = hars.flatMap(({ har }) => har.log.entries);
    const creator = { name: 'test', version: '1' };
    return { entries, har: { log: { version: '1.2', creator, entries } }, text: texts.join('\n') };
  }

  it('writes requests and answers of routes that record, and of no others', async () => {
    legacy.answer((_request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end('{"events":[]}');
    });
    await start();
    await ask('/api/events?page=2&limit=5', { headers: { Accept: 'text/x', ...cookie('session-a') } });
    await ask('/api/quiet');
    await ask('/somewhere');
    await ask('/api/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"title":"New","apiKey":"abcdefgh"}',
    });
    const { entries } = await recorded();
    expect(
      entries.map(({ request, _banyan }) => [request.method, new URL(request.url).pathname, _banyan?.route]),
    ).toEqual([
      ['GET', '/api/events', 'list-events'],
      ['POST', '/api/events', 'create-event'],
    ]);
    expect(entries[0]).toMatchObject({
      request: {
        queryString: [
          { name: 'page', value: '2' },
          { name: 'limit', value: '5' },
        ],
      },
      response: { status: 200, content: { text: '{"events":[]}', size: 13 } },
      _banyan: { session: 'session-1' },
    });
    expect(entries[0]?.request.headers).toContainEqual({ name: 'Accept', value: 'text/x' });
    expect(entries[1]?.request.postData).toEqual({
      mimeType: 'application/json',
      text: '{"title":"New","apiKey":"[redacted]"}',
    });
    expect(entries[0]?.request.url).toBe(`${proxy.url}/api/events?page=2&limit=5`);
  });

  it('keeps the login of a recorded session although its route is not listed, and says whose session it is', async () => {
    const id = randomBytes(24).toString('base64url');
    legacy.answer((request, response) => {
      if (request.url === '/api/auth/login')
        response.setHeader('Set-Cookie', `shop.sid=${encodeURIComponent(token(id))}; Path=/; HttpOnly`);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ token: token(id) }));
    });
    await start();
    await ask('/api/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'member@example.com', password: 'correct horse battery staple' }),
    });
    await ask('/api/events', { headers: cookie(id) });
    const { har, text } = await recorded();
    expect(har.log.entries.map(({ _banyan }) => _banyan)).toEqual([
      { begins: 'session-1', user: { login: { email: 'member@example.com' } } },
      { route: 'list-events', session: 'session-1' },
    ]);
    expect(usersOf(har).get('session-1')).toEqual({ login: { email: 'member@example.com' } });
    expect(text).not.toContain(id);
    expect(text).not.toContain('correct horse');
  });

  it('records a session whole or not at all, its login included', async () => {
    legacy.answer((request, response) => {
      const id = request.headers['x-test-session'];
      if (request.method === 'POST' && typeof id === 'string')
        response.setHeader('Set-Cookie', `shop.sid=${encodeURIComponent(token(id))}; Path=/`);
      response.end('ok');
    });
    await start(ROUTES.replaceAll(/record: \{ sample: 1 \}/g, 'record: { sample: 0.5 }'));
    const ids = Array.from({ length: 24 }, () => randomBytes(24).toString('base64url'));
    for (const id of ids) {
      await ask('/api/auth/login', { method: 'POST', headers: { 'X-Test-Session': id } });
      for (let i = 0; i < 2; i += 1) await ask('/api/half', { headers: { ...cookie(id), 'X-Test-Session': id } });
    }
    const { entries } = await recorded();
    const sampled = ids.filter((id) => isSampled(id, 0.5));
    expect(entries).toHaveLength(sampled.length * 3);
    const sessions = entries.map(({ _banyan }) => _banyan?.begins ?? _banyan?.session);
    for (const session of new Set(sessions)) expect(sessions.filter((one) => one === session)).toHaveLength(3);
  });

  it('decompresses, keeps binary bodies as base64 and leaves out what is too large', async () => {
    const binary = Buffer.from([0xff, 0xd8, 0, 1, 2]);
    legacy.answer((request, response) => {
      const kind = new URL(request.url ?? '', 'http://h').searchParams.get('kind');
      if (kind === 'gzip') {
        response.setHeader('Content-Encoding', 'gzip');
        response.setHeader('Content-Type', 'text/plain');
        response.end(gzipSync('hello hello'));
      } else if (kind === 'binary') response.end(binary);
      else response.end('x'.repeat(200_000));
    });
    await start();
    for (const kind of ['gzip', 'binary', 'large'])
      await ask(`/api/events?kind=${kind}`, { headers: { 'Accept-Encoding': 'gzip' } });
    const { entries } = await recorded();
    expect(entries.map(({ response }) => response.content)).toEqual([
      { size: 11, mimeType: 'text/plain', text: 'hello hello' },
      { size: 5, mimeType: '', text: binary.toString('base64'), encoding: 'base64' },
      { size: 200_000, mimeType: '' },
    ]);
    expect(entries[2]?._banyan?.omitted).toEqual(['response body of 200000 bytes: larger than the recording limit']);
  });

  it('hands bodies on unchanged in both directions', async () => {
    const sent = randomBytes(300_000);
    legacy.answer((request, response) => {
      response.writeHead(200);
      request.pipe(response);
    });
    await start();
    const response = await ask('/api/events', { method: 'POST', body: sent });
    expect(Buffer.from(await response.arrayBuffer()).equals(sent)).toBe(true);
    const { entries } = await recorded();
    expect(entries[0]?.request.bodySize).toBe(300_000);
  });

  it('records no answer that broke off, and releases what it kept', async () => {
    legacy.answer((request, response) => {
      if (request.url !== '/api/events?break') {
        response.end('ok');
        return;
      }
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await start();
    await ask('/api/events?break').catch(() => undefined);
    await ask('/api/events?whole');
    const { entries } = await recorded();
    expect(entries.map(({ request }) => new URL(request.url).search)).toEqual(['?whole']);
  });

  it('refuses to start when the folder cannot be written', async () => {
    proxy = await runProxy({ legacyUrl: legacy.url });
    const recordDir = path.join(folder, 'a file', 'recordings');
    await writeFile(path.dirname(recordDir), '');
    await expect(runProxy({ legacyUrl: legacy.url, routes: ROUTES, recordDir })).rejects.toThrow(
      `RECORD_DIR is ${recordDir}, which is not writable`,
    );
  });
});
