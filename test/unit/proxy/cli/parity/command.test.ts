import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runBanyan } from '../../../../support/run-banyan';
import type { ParityRun } from '../../../../../shared/parity/result';
import { listen } from '../../../../support/listen';

/** A monolith of one list, and a candidate that can be made to differ. */
const ITEMS = { items: [{ id: 1, name: 'a' }], seen: 1 };
let noise = 0;
let candidateItems: object = ITEMS;
const json =
  (body: () => object): RequestListener =>
  (request, response) => {
    if (request.url === '/login') response.setHeader('Set-Cookie', 'sid=s%3Atoken; Path=/');
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/private' && request.headers.cookie === undefined) response.statusCode = 401;
    response.end(JSON.stringify(body()));
  };

const CONFIG = (folder: string) => `
module.exports = {
  app: './app.js',
  session: { cookieName: 'sid', secrets: ['a secret'], store: { format: 'connect-mongo' } },
  identity: { fromSession: () => undefined, parse: () => undefined },
  authenticators: [{ name: 'session', authenticate: () => undefined }],
  responses: {
    headers: {},
    unauthorized: { statusCode: 401, headers: {}, body: '' },
    forbidden: { statusCode: 403, headers: {}, body: '' },
    internalError: { statusCode: 500, headers: {}, body: '' },
  },
  parity: {
    identities: {
      anonymous: { kind: 'anonymous' },
      member: { kind: 'steps', steps: [{ request: 'POST /login', json: { email: 'm@example.com', password: 'x' } }] },
    },
    cases: ['${folder}/cases.js'],
    rules: '${folder}/rules.yml',
  },
};`;
const CASES = `exports.items = { route: 'GET /items', cases: [
  { name: 'all', request: { path: '/items' }, status: { anonymous: 200, member: 200 } },
  { name: 'none', request: { path: '/items?none' }, status: 200 },
] };
exports.write = { route: 'POST /items', cases: [{ name: 'one', request: { method: 'POST', path: '/items' }, status: 200 }] };`;
const rule = (more: Readonly<Record<string, string>> = {}): string =>
  `rules:\n${Object.entries({
    route: 'GET /items',
    path: '$.items[*].name',
    kind: 'accepted',
    reason: 'the new side spells names in capitals',
    owner: 'tests',
    expires: '2099-01-01',
    ...more,
  })
    .map(([key, value], i) => `${i === 0 ? '  - ' : '    '}${key}: ${value}`)
    .join('\n')}\n`;

describe('banyan parity', () => {
  let folder: string;
  let servers: Server[];
  let sides: string[];

  beforeAll(async () => {
    servers = [
      json(() => ({ ...ITEMS, seen: ITEMS.seen + (noise += noise > 0 ? 1 : 0) })),
      json(() => candidateItems),
    ].map((listener) => createServer(listener));
    const [control = 0, candidate = 0] = await Promise.all(servers.map(listen));
    sides = ['--control', `http://127.0.0.1:${control}`, '--candidate', `http://127.0.0.1:${candidate}`, '--direct'];
  });

  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  beforeEach(async () => {
    noise = 0;
    candidateItems = ITEMS;
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-parity-cli-'));
    await writeFile(path.join(folder, 'banyan.config.js'), CONFIG(folder));
    await writeFile(path.join(folder, 'cases.js'), CASES);
    await writeFile(path.join(folder, 'rules.yml'), 'rules: []\n');
    await writeFile(
      path.join(folder, 'routes.yml'),
      'routes:\n  - id: items\n    match: GET /items\n    stage: legacy\n',
    );
  });

  afterEach(() => rm(folder, { recursive: true }));

  const banyan = (...argv: string[]) =>
    runBanyan(['parity', ...argv, '--config', path.join(folder, 'banyan.config.js')], {
      ROUTES_FILE: path.join(folder, 'routes.yml'),
    });

  it('starts nothing on a database that is not of this run', async () => {
    const side =
      "{ url: 'http://127.0.0.1:1', legacyUrl: 'http://127.0.0.1:1', mongodbUri: 'mongodb://127.0.0.1:1/production' }";
    const starter = `exports.default = async () => ({ control: ${side}, candidate: ${side}, close: async () => undefined });`;
    await writeFile(path.join(folder, 'system.js'), starter);
    const config = CONFIG(folder).replace(
      'parity: {',
      `parity: { system: ${JSON.stringify(path.join(folder, 'system.js'))},`,
    );
    await writeFile(path.join(folder, 'banyan.config.js'), config);
    const { exitCode, err } = await banyan('--isolated');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('database is not of this run')]);
  });

  it('says that both sides are equal, and what was skipped and why', async () => {
    const { exitCode, out } = await banyan(...sides, '--json');
    const result = JSON.parse(out) as ParityRun;
    expect(exitCode).toBe(0);
    expect(result.totals).toEqual({ cases: 4, equal: 3, different: 0, accepted: 0, skipped: 1 });
    expect(result.routes.map(({ route, id }) => [route, id])).toEqual([
      ['GET /items', 'items'],
      ['POST /items', undefined],
    ]);
    expect(result.routes[1]?.cases[0]?.reason).toMatch(/--isolated/);
    expect(out).not.toContain('s%3Atoken');
  });

  it('tells every difference, in text, JUnit and HTML, with exit code 1', async () => {
    candidateItems = { ...ITEMS, items: [{ id: '1', name: 'a' }] };
    const [junit, html] = ['junit.xml', 'report.html'].map((name) => path.join(folder, name));
    const { exitCode, out } = await banyan('run', ...sides, '--junit', String(junit), '--html', String(html));
    expect(exitCode).toBe(1);
    expect(out).toContain('$.items[0].id');
    expect(await readFile(String(junit), 'utf8')).toContain('$.items[0].id');
    expect(await readFile(String(html), 'utf8')).toContain('$.items[0].id');
  });

  it('counts what a rule accepts apart', async () => {
    candidateItems = { ...ITEMS, items: [{ id: 1, name: 'A' }] };
    await writeFile(path.join(folder, 'rules.yml'), rule());
    const { exitCode, out } = await banyan(...sides, '--json');
    expect((JSON.parse(out) as ParityRun).totals).toMatchObject({ different: 0, accepted: 3 });
    expect(exitCode).toBe(0);
  });

  it('fails for a rule that has expired', async () => {
    await writeFile(path.join(folder, 'rules.yml'), rule({ expires: '2020-01-01' }));
    const { exitCode, out } = await banyan(...sides);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/rules\.yml:2 expired on 2020-01-01/);
  });

  it('fails when legacy does not answer as the case says, although both sides agree', async () => {
    await writeFile(path.join(folder, 'cases.js'), CASES.replace('anonymous: 200', 'anonymous: 401'));
    const { exitCode, out } = await banyan(...sides);
    expect(exitCode).toBe(1);
    expect(out).toContain('expected status');
  });

  it('generates the same cases for the same seed', async () => {
    const names = async (): Promise<string> => {
      const { out } = await banyan(...sides, '--generate', '30', '--seed', '7', '--json');
      const { routes } = JSON.parse(out) as ParityRun;
      return routes.flatMap(({ cases }) => cases.map(({ name, identity }) => `${name} ${identity}`)).join('\n');
    };
    expect(await names()).toBe(await names());
  });

  it.each<[string, () => Promise<string[]>, RegExp]>([
    [
      'an unreachable side',
      () => Promise.resolve(['--control', 'http://127.0.0.1:1']),
      /^banyan: http:\/\/127\.0\.0\.1:1 does not answer \(ECONNREFUSED\); is it running\?/,
    ],
    ['a URL that is none', () => Promise.resolve(['--control', 'legacy']), /--control is "legacy"; expected a URL/],
    ['a broken HAR', () => har('{"log":'), /recorded\.har/],
    ['a HAR without entries', () => har('{"log":{"version":"1.2"}}'), /recorded\.har log\.entries/],
    ['a HAR that is not there', () => Promise.resolve(['--har', 'nowhere.har']), /nowhere\.har cannot be read/],
    [
      'an unknown kind of rule',
      () => rules(rule({ kind: 'forget' })),
      /rules\.yml:4:11 rules\[0\]\.kind: expected one of/,
    ],
    [
      'a rule of an unknown route',
      () => rules(rule({ route: 'GET /nothing' })),
      /rules\.yml:2 route "GET \/nothing" does not exist/,
    ],
    ['a rule without a reason', () => rules(rule({ reason: '""' })), /rules\.yml:5:\d+ rules\[0\]\.reason/],
    [
      'a missing identity',
      () => cases(CASES.replace('anonymous: 200', 'nobody: 200')),
      /case "all": there is no identity "nobody"; add it/,
    ],
    ['cases that cannot be loaded', () => cases('throw new Error("oops")'), /cases\.js cannot be loaded: oops/],
    [
      'an unknown route',
      () => Promise.resolve([...sides, '--route', 'nothing']),
      /--route nothing: no suite has this route/,
    ],
  ])('says %s in one line, with exit code 2', async (_name, prepare, expected) => {
    const { exitCode, err } = await banyan(...(await prepare()));
    expect(err).toMatch(expected);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  });

  const save = async (name: string, text: string): Promise<string[]> => {
    await writeFile(path.join(folder, name), text);
    return sides;
  };
  const rules = (text: string): Promise<string[]> => save('rules.yml', text);
  const cases = (text: string): Promise<string[]> => save('cases.js', text);
  const har = async (text: string): Promise<string[]> => [
    ...(await save('recorded.har', text)),
    '--har',
    path.join(folder, 'recorded.har'),
  ];

  describe('of a recording', () => {
    const TOKEN = `s%3A${'LiveSessionId'.repeat(2)}.${'A'.repeat(43)}`;
    const entry = (path: string, { cookie = '', status = 200, method = 'GET' } = {}) => ({
      startedDateTime: '2026-11-23T12:00:00.000Z',
      request: {
        method,
        url: `http://shop.example${path}`,
        headers: cookie === '' ? [] : [{ name: 'Cookie', value: `sid=${cookie}` }],
      },
      response: { status, headers: [], content: {} },
    });
    const recording = (...entries: readonly object[]): Promise<string[]> =>
      har(JSON.stringify({ log: { version: '1.2', entries } }));

    it('takes nothing for equal that legacy refuses now, and fails when nothing else was compared', async () => {
      const { exitCode, out, err } = await banyan(...(await recording(entry('/private'))));
      expect(exitCode).toBe(2);
      expect(out).toMatch(/not replayed: recorded 200, legacy now gives 401; the recording has no credentials/);
      expect(err).toMatch(/^banyan: nothing was compared: .*--session none=member/m);

      const json = await banyan(...(await recording(entry('/private'))), '--json');
      expect(JSON.parse(json.out)).toMatchObject({
        totals: { skipped: 1, equal: 0 },
        error: { code: 'nothing_compared' },
      });

      const named = await banyan(...(await recording(entry('/private'))), '--session', 'none=member', '--json');
      expect(JSON.parse(named.out)).toMatchObject({ totals: { cases: 1, equal: 1 } });
      expect(named.exitCode).toBe(0);

      // An error of the one who asks is another thing than not being let in.
      const invalid = await banyan(...(await recording(entry('/private', { status: 400 }))));
      expect(invalid.exitCode).toBe(2);
      expect(invalid.out).toContain('recorded 400, legacy now gives 401');
      const refused = await banyan(...(await recording(entry('/private', { status: 401 }))));
      expect(refused.exitCode).toBe(0);

      const mixed = await banyan(...(await recording(entry('/private'), entry('/items'))));
      expect(mixed.exitCode).toBe(0);
      expect(mixed.out).toContain('2 cases: 1 equal, 1 skipped');
    });

    it('still tells when the sides differ in what legacy refuses now', async () => {
      candidateItems = { ...ITEMS, items: [] };
      const { exitCode } = await banyan(...(await recording(entry('/private'))));
      expect(exitCode).toBe(1);
    });

    it.each<[string, () => Promise<string[]>, RegExp]>([
      ['nothing in it', () => recording(), /recorded\.har: nothing to compare; it has no requests; record some/],
      [
        'sessions of which nobody is known',
        () => recording(entry('/items', { cookie: TOKEN }), entry('/items?b', { cookie: TOKEN })),
        /nothing to compare; no identity known for session-1; name one: --session session-1=member \(2 requests\)$/m,
      ],
      [
        'a session by hand that it does not have',
        async () => [...(await recording(entry('/items', { cookie: TOKEN }))), '--session', 'foo=member'],
        /--session "foo": the recording has no such session; it has session-1, none/,
      ],
      [
        'a token instead of its placeholder',
        async () => [...(await recording(entry('/items', { cookie: TOKEN }))), '--session', `${TOKEN}=member`],
        /--session "<token>": the recording has no such session/,
      ],
      [
        'an unknown route',
        async () => [...(await recording(entry('/items'))), '--route', 'nothing'],
        /--route nothing: no suite has this route; expected one of items/,
      ],
      [
        'another route alone',
        async () => [...(await recording(entry('/other'))), '--route', 'items'],
        /nothing to compare; 1 of routes other than --route/,
      ],
      [
        'generated cases',
        async () => [...(await recording(entry('/items'))), '--generate', '5'],
        /--generate and --seed make variations of the suites, not of a recording/,
      ],
    ])('ends with 2 for one with %s', async (_name, prepare, expected) => {
      const { exitCode, err, out } = await banyan(...(await prepare()));
      expect(err).toMatch(expected);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err + out).not.toContain('LiveSessionId');
      expect(exitCode).toBe(2);
    });

    it('prints no token, not even of a query, in no form of report', async () => {
      candidateItems = { ...ITEMS, seen: 'at /items?access_token=very-secret-1' };
      const path = '/items?access_token=very-secret-1&page=2';
      const entries = [entry(path), entry(path, { cookie: TOKEN })];
      for (const form of [['--json'], []]) {
        const { out, err, exitCode } = await banyan(...(await recording(...entries)), ...form);
        expect(exitCode).toBe(1);
        expect(out).toContain('access_token=');
        expect(out).toContain('session-1');
        expect(out + err).not.toMatch(/very-secret-1|LiveSessionId/);
      }
    });

    it('replays the chosen routes alone', async () => {
      const recorded = await recording(entry('/items'), entry('/other'), entry('/items?b'));
      const { out, exitCode } = await banyan(...recorded, '--route', 'items', '--json');
      const { totals, notRun } = JSON.parse(out) as ParityRun;
      expect(totals).toMatchObject({ cases: 2, equal: 2 });
      expect(notRun).toEqual([{ what: 'recorded.har', reason: '1 of routes other than --route' }]);
      expect(exitCode).toBe(0);
    });
  });

  it('runs several routes, and fails when nothing of them could be compared', async () => {
    const both = await banyan(...sides, '--route', 'items', '--route', 'POST /items', '--json');
    expect((JSON.parse(both.out) as ParityRun).routes.map(({ route }) => route)).toEqual(['GET /items', 'POST /items']);
    const write = await banyan(...sides, '--route', 'POST /items');
    expect(write.exitCode).toBe(2);
    expect(write.err).toMatch(/^banyan: nothing was compared: writes, and the sides share data; run with --isolated/m);
  });

  it('has the curl for each side of what differs', async () => {
    candidateItems = { ...ITEMS, seen: 2 };
    const { out } = await banyan(...sides, '--json');
    const [first] = (JSON.parse(out) as { routes: { cases: { reproduce?: object }[] }[] }).routes[0]?.cases ?? [];
    const [, control = '', , candidate = ''] = sides;
    expect(first?.reproduce).toEqual({
      control: expect.stringContaining(`'${control}/items'`) as unknown,
      candidate: expect.stringContaining(`'${candidate}/items'`) as unknown,
    });
    expect((await banyan(...sides)).out).toMatch(/reproduce: curl -s -i --path-as-is -g '/);
  });

  it('knows what is no command, and says in its help what it does without one', async () => {
    const { exitCode, err } = await banyan('foo');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^banyan: unknown command parity "foo"; expected one of run, learn, mutate, sample, redact/);
    const { out } = await banyan('--help');
    expect(out).toContain('The default command is run');
    expect(out).toMatch(/1 {2}findings: the command reports/);
  });

  describe('learn', () => {
    it('finds no noise in a monolith that has none', async () => {
      const { exitCode, out } = await banyan('learn', '--times', '2', ...sides.slice(0, 2));
      expect(exitCode).toBe(0);
      expect(out).toContain('3 cases were sent to legacy 2 times, 1 skipped');
      expect(out).toContain('Legacy never differs from itself');
    });

    it('proposes a rule for what differs by itself, which counts once somebody has given a reason', async () => {
      noise = 1;
      await writeFile(path.join(folder, 'rules.yml'), '# Ours\nrules: []\n');
      const printed = await banyan('learn', '--times', '3', ...sides.slice(0, 2));
      expect(printed.exitCode).toBe(1);
      expect(printed.out).toMatch(/\+ {4}path: \$\.seen\n\+ {4}kind: tolerance\n\+ {4}within: 6/);
      expect(printed.out).toContain('would hide: a number or a time (ms) that is wrong by up to 6');
      expect(await readFile(path.join(folder, 'rules.yml'), 'utf8')).toBe('# Ours\nrules: []\n');

      await banyan('learn', '--write', '--times', '2', ...sides.slice(0, 2));
      const written = await readFile(path.join(folder, 'rules.yml'), 'utf8');
      expect(written).toMatch(/^# Ours\n/);
      const unexplained = await banyan(...sides);
      expect(unexplained.exitCode).toBe(2);
      expect(unexplained.err).toMatch(/reason/);

      const explained = written
        .replace('reason: ""', 'reason: a counter of visits')
        .replace('owner: ""', 'owner: tests');
      await writeFile(path.join(folder, 'rules.yml'), explained);
      candidateItems = { ...ITEMS, seen: ITEMS.seen + noise + 2 };
      expect(await banyan(...sides)).toMatchObject({ exitCode: 0 });
      candidateItems = { ...ITEMS, seen: String(ITEMS.seen + noise + 2) };
      expect(await banyan(...sides)).toMatchObject({ exitCode: 1 });
    });
  });
});
