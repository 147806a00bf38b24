import { decideExport, type ExportFacts } from '../../proxy/export/decide';
import { describeExport } from '../../proxy/export/describe';
import { missingAge } from '../../proxy/export/missing';
import { nginxConfig } from '../../proxy/export/nginx';
import { above } from '../../proxy/export/patterns';
import { gatewayRoom } from '../../proxy/forward/gateway-room';
import { NO_OVERRIDES, type Lowering } from '../../proxy/overrides/state';
import { parseRouteTable } from '../../proxy/route-table/load';
import { freePort } from '../../shared/local/free-port';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { hasNginx, startNginx, type RunningNginx } from './nginx';

const plain = (count: number, name: string, rest: string): string[] =>
  Array.from({ length: count }, (_, n) => `  - { id: ${name}-${n}, match: GET /${name}/${n}/:id, ${rest} }`);

/** 60 routes: 36 that are done, 12 that are not for 12 reasons or kinds of them, 8 that move, 4 on legacy. */
const ROUTES = [
  'routes:',
  ...plain(30, 'done', 'stage: lambda'),
  ...plain(6, 'gone', 'stage: retired'),
  ...plain(4, 'shadowed', 'stage: shadow'),
  ...plain(4, 'canary', 'stage: canary, percent: 50'),
  ...plain(3, 'old', 'stage: legacy'),
  "  - { id: pattern, match: 'GET /files/:name(a+)', stage: legacy }",
  '  - { id: after-pattern, match: GET /files/:name, stage: lambda }',
  '  - { id: after-pattern-deep, match: GET /FILES/:name/parts, stage: lambda }',
  ...plain(2, 'returned', 'stage: lambda'),
  ...plain(2, 'recorded', 'stage: lambda, record: { sample: 1 }'),
  '  - { id: odd-header, match: GET /odd/:id, stage: lambda, unless: { header: x.key } }',
  '  - { id: write, match: POST /done, stage: lambda }',
  '  - { id: write-again, match: DELETE /done/:id, stage: lambda }',
  ...plain(2, 'young', 'stage: lambda'),
  '  - { id: unproven, match: GET /unproven, stage: lambda }',
].join('\n');

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const lowering: Lowering = { kind: 'guard', by: 'guard', why: 'errors', since: new Date() };
const FACTS: ExportFacts = {
  overrides: { ...NO_OVERRIDES, lowered: new Map([0, 1].map((n) => [`returned-${n}`, lowering])) },
  accepted: new Set(['raw-query']),
  missing: new Map<string, readonly string[]>([
    ...[0, 1].map((n) => [`young-${n}`, ['undisturbed on lambda for 3 days of 14']] as const),
    ['unproven', ['Lambda has answered 7 of the 1,000 requests']],
  ]),
};

const { routes } = parseRouteTable(ROUTES, { file: 'routes.yml', lambdaAvailable: true });
const exported = decideExport(routes, FACTS);

it('of 60 routes 12 are refused, each for its reason', () => {
  expect(routes).toHaveLength(60);
  const refused = exported.flatMap(({ route, refusedBecause }) =>
    refusedBecause.length === 0 ? [] : [[route.id, refusedBecause.join()]],
  );
  expect(Object.fromEntries(refused)).toEqual({
    'after-pattern': matching(/^pattern comes first and may take its requests/),
    'after-pattern-deep': matching(/^pattern comes first/),
    'returned-0': matching(/^is rolled back/),
    'returned-1': matching(/^is rolled back/),
    'recorded-0': matching(/^is recorded/),
    'recorded-1': matching(/^is recorded/),
    'odd-header': '`unless` names the header x.key, which nginx has no variable for',
    write: matching(/^--accept write-without-fallback: /),
    'write-again': matching(/^--accept write-without-fallback: /),
    'young-0': 'undisturbed on lambda for 3 days of 14',
    'young-1': 'undisturbed on lambda for 3 days of 14',
    unproven: 'Lambda has answered 7 of the 1,000 requests',
  });
  expect(describeExport(exported).slice(0, 3)).toEqual([
    '36 routes to API Gateway; 20 through Banyan, of which 12 refused; 4 and all that is not listed to legacy',
    matching(/^refused after-pattern, after-pattern-deep: /),
    matching(/^refused returned-0, returned-1: /),
  ]);
});

it('what is accepted, switched off or unknown decides', () => {
  const reasons = (facts: Partial<ExportFacts>, id: string) =>
    decideExport(routes, { ...FACTS, ...facts }).find(({ route }) => route.id === id)?.refusedBecause;
  expect(reasons({ accepted: new Set(['write-without-fallback']) }, 'write')).toEqual([]);
  expect(reasons({ accepted: new Set() }, 'gone-0')).toEqual([expect.stringMatching(/^--accept raw-query: /)]);
  const killSwitch = { by: 'ann', why: 'test', since: new Date() };
  expect(reasons({ overrides: { ...NO_OVERRIDES, killSwitch } }, 'done-0')).toEqual(['the kill switch is on']);
  expect(reasons({ overrides: { ...NO_OVERRIDES, killSwitch } }, 'gone-0')).toEqual([]);
  expect(reasons({ overrides: { ...NO_OVERRIDES, known: false } }, 'done-0')).toHaveLength(1);
});

it.each([
  ['nothing is known', [], 'the ledger does not record when it moved to lambda'],
  ['it came lately', [['promoted', 'lambda', 3]], 'undisturbed on lambda for 3 days of 14'],
  ['it came long ago', [['promoted', 'lambda', 14]], undefined],
  ['it was seen there first', [['seen', 'lambda', 15]], undefined],
  [
    'it was disturbed',
    [
      ['resumed', undefined, 2],
      ['lowered', undefined, 5],
      ['seen', 'lambda', 90],
    ],
    'undisturbed on lambda for 2 days of 14',
  ],
  [
    'the kill switch was on',
    [
      ['kill-switch-off', undefined, 13],
      ['forced', 'lambda', 90],
    ],
    'undisturbed on lambda for 13 days of 14',
  ],
] as const)('the age of a route: %s', (_what, history, expected) => {
  const now = new Date('2026-11-29T00:00:00Z');
  const at = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const entries = history.map(([action, to, days]) => ({ action, at: at(days), ...(to !== undefined && { to }) }));
  expect(missingAge({ stage: 'lambda' }, entries, 14, now)).toEqual(expected === undefined ? [] : [expected]);
});

it('TLS is verified, with the files that the proxy has been given', () => {
  const lambda = new URL('https://abc1234567.execute-api.eu-west-1.amazonaws.com/prod');
  const config = nginxConfig(exported, {
    listen: '80',
    legacy: new URL('https://app.internal'),
    lambda,
    banyan: new URL('http://127.0.0.1:8080'),
    legacyTls: { ca: '/etc/ca.pem', cert: '/etc/own.pem', key: '/etc/own.key', serverName: 'app' },
    lambdaTls: {},
    resolver: '169.254.169.253',
    trustedHops: 0,
    sessionCookie: 'connect.sid',
    room: gatewayRoom(lambda, 'regional'),
    lambdaTimeout: 1_000,
  });
  const blocks = config.split(/^ {2}location /m);
  const block = (place: string): string => blocks.find((one) => one.startsWith(place)) ?? '';
  for (const place of ['= /legacy', '@legacy']) {
    expect(block(place)).toContain('proxy_ssl_name app;\n');
    expect(block(place)).toContain('proxy_ssl_trusted_certificate /etc/ca.pem;\n');
    expect(block(place)).toContain('proxy_ssl_certificate_key /etc/own.key;\n');
    expect(block(place)).toContain('proxy_pass https://banyan_legacy$request_uri;\n');
  }
  expect(block('/lambda_')).toContain('proxy_ssl_verify on;\n');
  expect(block('/lambda_')).toContain('proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;\n');
  expect(block('= /banyan')).not.toContain('ssl');
});

it.each([0, 9, 10, 99, 100, 102_400, 999_999, 1_000_000])('numbers above %d are found, no others', (limit) => {
  const pattern = new RegExp(`^${above(limit)}$`);
  const near = [0, 1, limit - 1, limit, limit + 1, limit + 9, limit * 2, limit * 10 + 1].filter(
    (number) => number >= 0,
  );
  for (const number of near) expect([number, pattern.test(String(number))]).toEqual([number, number > limit]);
  expect(pattern.test(`00${limit + 1}`)).toBe(true);
  expect(pattern.test('')).toBe(false);
});

(hasNginx ? describe : describe.skip)('through nginx', () => {
  const sides: Record<'legacy' | 'lambda' | 'banyan', RecordingServer | undefined> = {
    legacy: undefined,
    lambda: undefined,
    banyan: undefined,
  };
  let nginx: RunningNginx;
  const answers = { lambda: 200 };

  beforeAll(async () => {
    const start = async (name: string): Promise<RecordingServer> => {
      const server = await recordingServer();
      server.answer((_request, response) => {
        response.statusCode = name === 'lambda' ? answers.lambda : 200;
        response
          .setHeader('content-type', 'application/json')
          .setHeader('x-side', name)
          .setHeader('x-amzn-RequestId', '1');
        response.setHeader('x-amzn-Remapped-WWW-Authenticate', 'Basic').setHeader('X-Accel-Redirect', '/etc/passwd');
        response.setHeader('location', `${server.url.href}dev/next`).end('answer');
      });
      return server;
    };
    const [legacy, lambda, banyan] = [await start('legacy'), await start('lambda'), await start('banyan')];
    Object.assign(sides, { legacy, lambda, banyan });
    const port = await freePort();
    const lambdaUrl = new URL('/dev', lambda.url);
    const config = nginxConfig(exported, {
      listen: `127.0.0.1:${port}`,
      legacy: legacy.url,
      lambda: lambdaUrl,
      banyan: banyan.url,
      legacyTls: {},
      lambdaTls: {},
      resolver: '127.0.0.1',
      trustedHops: 1,
      sessionCookie: 'connect.sid',
      room: gatewayRoom(lambdaUrl, 'private'),
      lambdaTimeout: 1_000,
    });
    nginx = await startNginx(config, port);
  });

  afterAll(async () => {
    await nginx.close();
    for (const side of Object.values(sides)) await side?.close();
  });

  beforeEach(() => {
    answers.lambda = 200;
  });

  const ask = (path: string, init?: RequestInit) => fetch(`${nginx.url}${path}`, { redirect: 'manual', ...init });

  it('each route goes where the table says, and what is not listed to legacy', async () => {
    for (const { route, to } of exported) {
      const path = route.path.replace(/:\w+(\(.*\))?/g, 'a');
      const answer = await ask(path, { method: route.method });
      // Of the pattern nginx knows nothing; what it may take goes to the proxy.
      const side = route.id === 'pattern' ? 'banyan' : to;
      expect([route.id, answer.headers.get('x-side')]).toEqual([route.id, side]);
    }
    for (const path of ['/', '/done', '/done/99/1', '/done/0/1/2', '/legacy', '/lambda_1', '/banyan'])
      expect([path, (await ask(path)).headers.get('x-side')]).toEqual([path, 'legacy']);
  });

  it("takes AWS's headers off an answer and gives back what was renamed", async () => {
    const answer = await ask('/done/0/1');
    const { host } = sides.lambda?.url ?? new URL('http://none');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'www-authenticate': 'Basic',
      location: `${nginx.url}/next`,
      'x-accel-redirect': '/etc/passwd',
    });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-amz'))).toEqual([]);
    expect(sides.lambda?.requests.at(-1)).toMatchObject({ url: '/dev/done/0/1', headers: { host } });
  });

  it.each([401, 403, 429, 502, 503, 504])(
    'legacy answers a safe request instead of %d, a retired one not',
    async (status) => {
      answers.lambda = status;
      const answer = await ask('/done/0/1');
      expect([answer.status, answer.headers.get('x-side')]).toEqual([200, 'legacy']);
      const retired = await ask('/gone/0/1');
      expect([retired.status, retired.headers.get('x-side')]).toEqual([status, 'lambda']);
    },
  );

  it.each([400, 404, 500])('%d is an answer', async (status) => {
    answers.lambda = status;
    expect((await ask('/done/0/1')).status).toBe(status);
  });

  it.each([204, 304])('%d has no type, whatever API Gateway adds', async (status) => {
    answers.lambda = status;
    expect(Object.fromEntries((await ask('/done/0/1')).headers)).not.toHaveProperty('content-type');
  });

  it('HEAD is asked as GET and has no body', async () => {
    const answer = await ask('/done/0/1', { method: 'HEAD' });
    expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['6', '']);
    expect(sides.lambda?.requests.at(-1)).toMatchObject({ method: 'GET' });
  });
});
