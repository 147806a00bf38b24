import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { startAdmin } from '../../../../proxy/admin/server';
import { parseAdminTokens } from '../../../../proxy/admin/tokens';
import { LiveStats } from '../../../../proxy/metrics/live-stats';
import { createMetrics } from '../../../../proxy/metrics/prometheus';
import { watchOverrides } from '../../../../proxy/overrides/watch';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { capturedLogger } from '../../../support/captured-logger';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const ADMIN = 'a-token-that-may-change';
const READER = 'a-token-that-may-read';
const routes = `routes:
  - {id: list, match: GET /api/events, stage: lambda}
  - {id: gone, match: GET /api/gone, stage: retired}
  - {id: fresh, match: GET /api/fresh, stage: legacy}
`;

/** An admin port of its own, which waits so many ms for a request. */
async function patientAdmin(patience: number) {
  const table = parseRouteTable('routes: []', { file: 'routes.yml', lambdaAvailable: true });
  const logger = capturedLogger();
  const overrides = await watchOverrides({ db: undefined, snapshotFile: undefined, killSwitchFile: undefined }, logger);
  const admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, tokens: parseAdminTokens(`ann=${ADMIN}`, []), table: () => table, overrides },
    ...{
      stats: new LiveStats(),
      metrics: createMetrics(
        () => table,
        () => overrides.current(),
      ),
      ledger: undefined,
    },
    ...{ versions: { legacy: 'test', lambda: 'test' }, startedAt: new Date(), db: undefined, logger, patience },
  });
  const close = async () => {
    await admin.close();
    await overrides.close();
  };
  return { admin, close };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

describe('the admin port', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let proxy: RunningProxy;

  beforeAll(async () => {
    legacy = await recordingServer();
    gateway = await recordingServer();
    const adminTokens = parseAdminTokens(`ann=${ADMIN},grafana:read=${READER}`, []);
    const urls = { legacyUrl: legacy.url, lambdaUrl: gateway.url };
    proxy = await runProxy({ ...urls, routes, adminPort: 0, adminTokens });
  });
  afterAll(async () => {
    await proxy.close();
    await legacy.close();
    await gateway.close();
  });

  /** Not fetch: it does not let Host and Origin be set. */
  const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}) =>
    new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const request = httpRequest(`${proxy.adminUrl}${path}`, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      });
      request.on('error', reject);
      request.end(sent);
    });
  const change = (path: string, body: unknown, token = ADMIN) =>
    ask(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });

  it('shows stages, traffic and what comes next, without a token on this machine', async () => {
    await (await fetch(`${proxy.url}/api/events`)).text();
    await waitFor('the request to be counted', async () => (await ask('/api/state')).text.includes('"lambda":1'));
    const state = JSON.parse((await ask('/api/state')).text) as { routes: { id: string }[] };
    expect(state).toMatchObject({
      known: true,
      killSwitch: null,
      stages: { lambda: 1, retired: 1, legacy: 1 },
      token: null,
    });
    expect(state.routes[0]).toMatchObject({
      id: 'list',
      match: 'GET /api/events',
      answered: { legacy: 0, lambda: 1 },
      next: { to: 'retired' },
    });
    expect(state.routes[2]).toMatchObject({ next: { to: 'shadow', lines: ['stage: shadow'] } });
  });

  it('gives Prometheus counts by route, side and status', async () => {
    const { text } = await ask('/metrics');
    expect(text).toMatch(/^banyan_requests_total\{route="list",upstream="lambda",reason="stage",status="2xx"\} \d+$/m);
    expect(text).toMatch(/^banyan_routes\{stage="retired"\} 1$/m);
    expect(text).toMatch(/^banyan_kill_switch 0$/m);
  });

  it('has the metrics that the Grafana dashboard asks for', async () => {
    const dashboard = await readFile(path.join(__dirname, '../../../../proxy/metrics/grafana-dashboard.json'), 'utf8');
    const { text } = await ask('/metrics');
    const names = new Set([...dashboard.matchAll(/banyan_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')));
    expect(names.size).toBeGreaterThan(6);
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
  });

  it('rolls a route back, resumes it, and switches all off, by name', async () => {
    expect((await change('/api/rollback', { route: 'list', why: 'slow' })).status).toBe(200);
    expect(await (await fetch(`${proxy.url}/api/events`)).text()).toBe('ok');
    expect(proxy.overrides.current().lowered.get('list')).toMatchObject({ by: 'ann', why: 'slow', kind: 'manual' });
    expect(JSON.parse((await ask('/api/state')).text)).toMatchObject({ routes: [{ id: 'list', next: null }, {}, {}] });
    expect((await change('/api/resume', { route: 'list', why: 'mended' })).status).toBe(200);
    expect(proxy.overrides.current().lowered.size).toBe(0);
    expect((await change('/api/kill-switch', { on: true, why: 'all is slow' })).status).toBe(200);
    expect(proxy.overrides.current().killSwitch).toMatchObject({ by: 'ann', why: 'all is slow' });
    expect((await change('/api/kill-switch', { on: false, why: 'mended' })).status).toBe(200);
    expect(proxy.overrides.current().killSwitch).toBeUndefined();
  });

  describe('refuses', () => {
    const body = { route: 'list', why: 'x' };
    afterEach(() => expect(proxy.overrides.current().lowered.size).toBe(0));

    it.each<[string, number, string, Asked]>([
      ['a change without a token', 401, '/api/rollback', { method: 'POST', body }],
      [
        'a change by a token that may only read',
        403,
        '/api/rollback',
        { method: 'POST', body, headers: { authorization: `Bearer ${READER}` } },
      ],
      [
        'a wrong token, even to read',
        401,
        '/api/state',
        { headers: { authorization: 'Bearer wrong-token-wrong-token' } },
      ],
      ['a token in another scheme', 401, '/api/state', { headers: { authorization: `Basic ${ADMIN}` } }],
      ['another site', 403, '/api/state', { headers: { origin: 'https://evil.example' } }],
      ['a name that another site made lead here', 403, '/api/state', { headers: { host: 'evil.example' } }],
      ['a page that is no site at all', 403, '/api/state', { headers: { origin: 'null' } }],
      ['a site whose name begins like ours', 403, '/api/state', { headers: { host: '127.0.0.1.evil.example' } }],
      ['a name before the port that is not ours', 403, '/', { headers: { host: 'evil.example:8081' } }],
      ['another site that sends no Origin', 403, '/metrics', { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['another port of this machine', 403, '/api/state', { headers: { 'sec-fetch-site': 'same-site' } }],
      [
        'a change from another site, even with a good token',
        403,
        '/api/rollback',
        {
          method: 'POST',
          body,
          headers: {
            authorization: `Bearer ${ADMIN}`,
            'content-type': 'application/json',
            origin: 'https://evil.example',
          },
        },
      ],
      ['a token in the address', 401, `/api/rollback?token=${ADMIN}`, { method: 'POST', body }],
      [
        'a token that only begins well',
        401,
        '/api/state',
        { headers: { authorization: `Bearer ${ADMIN.slice(0, -1)}` } },
      ],
      [
        'JSON that is called text, as a form of another site can send it',
        415,
        '/api/rollback',
        { method: 'POST', body, headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'text/plain' } },
      ],
      ['a change by GET', 405, '/api/rollback', { headers: { authorization: `Bearer ${ADMIN}` } }],
      [
        'a form',
        415,
        '/api/rollback',
        {
          method: 'POST',
          body: 'route=list',
          headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/x-www-form-urlencoded' },
        },
      ],
      ['an unknown page', 404, '/api/nothing', {}],
      ['an unknown route', 404, '/api/routes/nothing', {}],
      ['a path out of the page’s folder', 404, '/../server.ts', {}],
    ])('%s', async (_name, status, path, asked) => {
      const answer = await ask(path, asked);
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(/^\{"error":"[^"]+"\}$/);
    });

    it.each<[string, number, unknown]>([
      ['a route that is not listed', 404, { route: '__proto__', why: 'x' }],
      ['a retired route', 409, { route: 'gone', why: 'x' }],
      ['no reason', 400, { route: 'list', why: ' ' }],
      ['more than is known', 400, { route: 'list', why: 'x', stage: 'lambda' }],
      ['no JSON', 400, '{'],
      ['too much', 413, { route: 'list', why: 'x'.repeat(20_000) }],
    ])('%s', async (_name, status, sent) => {
      expect((await change('/api/rollback', sent)).status).toBe(status);
    });
  });

  it('logs a path that is no URL as no fault of its own, and a refused change not as made', async () => {
    expect((await ask('//')).status).toBe(404);
    expect((await change('/api/rollback', { route: 'unknown', why: 'never made' })).status).toBe(404);
    const lines = proxy.logger.lines.filter(({ level, fields }) => level === 'error' || fields['why'] === 'never made');
    expect(lines).toEqual([]);
  });

  it('cuts off whoever sends nothing, half a head or half a body', async () => {
    const { admin, close } = await patientAdmin(200);
    const head = 'POST /api/rollback HTTP/1.1\r\nHost: 127.0.0.1\r\n';
    const half = `${head}Authorization: Bearer ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`;
    for (const sent of ['', head, half]) {
      const socket = connect(admin.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(sent);
      socket.resume();
      await once(socket, 'close');
    }
    await close();
  });

  it('reads no more of a body than it takes', async () => {
    const socket = connect(Number(new URL(proxy.adminUrl ?? '').port), '127.0.0.1');
    let answer = '';
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(
      `POST /api/rollback HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${ADMIN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const sending = setInterval(() => socket.write(chunk), 1);
    await once(socket, 'close');
    clearInterval(sending);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('lets no page of another origin in, and no inline code', async () => {
    const { headers } = await ask('/');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'/);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('logs and counts a wrong token by address, without the token', async () => {
    const count = async (): Promise<number> =>
      Number(/^banyan_admin_wrong_tokens_total (\d+)$/m.exec((await ask('/metrics')).text)?.[1]);
    const before = await count();
    expect((await ask('/api/state', { headers: { authorization: 'Bearer a-guess-of-a-token' } })).status).toBe(401);
    expect(await count()).toBe(before + 1);
    expect(proxy.logger.lines.filter(({ message }) => message === 'wrong admin token').at(-1)?.fields).toEqual({
      address: '127.0.0.1',
      wrong: before + 1,
    });
    expect(proxy.logger.text()).not.toContain('a-guess-of-a-token');
  });

  it('writes no token to the log', () => {
    expect(proxy.logger.text()).not.toMatch(new RegExp(`${ADMIN}|${READER}`));
    expect(proxy.logger.lines.find(({ message }) => message === 'changed through the admin API')?.fields).toMatchObject(
      {
        by: 'ann',
      },
    );
  });
});

describe('ADMIN_TOKENS', () => {
  it('names bad entries and never the token', () => {
    const faults: string[] = [];
    expect(parseAdminTokens('ann=short,bob,carol:write=0123456789abcdef,dave=0123456789abcdef', faults)).toHaveLength(
      1,
    );
    expect(faults).toEqual([
      expect.stringMatching(/the token of ann is shorter than 16/),
      expect.stringMatching(/entry 2 is not name=token/),
      expect.stringMatching(/entry 3 is not name=token/),
    ]);
    expect(faults.join()).not.toMatch(/short,|0123456789abcdef/);
  });
});
