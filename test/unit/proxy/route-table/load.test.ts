import { readFileSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadRouteTable, parseRouteTable } from '../../../../proxy/route-table/load';
import { routesJsonSchema } from '../../../../proxy/route-table/schema';
import { ConfigError } from '../../../../shared/errors';

const proxyFolder = path.join(__dirname, '../../../../proxy');
const supportFolder = path.join(__dirname, '../../../support');

function faultsOf(text: string, lambdaAvailable = true): readonly string[] {
  try {
    parseRouteTable(text, { file: 'routes.yml', lambdaAvailable });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('route table file', () => {
  it('loads a file', async () => {
    const file = path.join(supportFolder, 'project/routes.yml');
    const { routes } = await loadRouteTable({ file, lambdaAvailable: false });
    expect(routes).toMatchObject([{ id: 'list-items', stage: 'legacy', auth: 'required' }]);
  });

  it('reads the largest body, and knows no limit without one', () => {
    const routes = 'routes: [{ id: a, match: POST /a, stage: lambda }]';
    const limitOf = (text: string) =>
      parseRouteTable(text, { file: 'routes.yml', lambdaAvailable: true }).routes[0]?.maxBodyBytes;
    expect(limitOf(`maxBodyBytes: 0\n${routes}`)).toBe(0);
    expect(limitOf(routes)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(['-1', '1.5', '100kb', 'null'])('refuses maxBodyBytes: %s', (value) => {
    expect(faultsOf(`maxBodyBytes: ${value}\nroutes: []`)).toEqual([
      expect.stringMatching(/^routes.yml:1:15 maxBodyBytes: found .* expected a whole number/),
    ]);
  });

  it('reads who may call a route, and conditions', () => {
    const text = `routes:
  - { id: a, match: GET /a, stage: lambda, auth: none, unless: { header: x-partner-key } }
  - { id: b, match: GET /b, stage: lambda, auth: optional, unless: [{ cookie: beta }, { query: preview }] }
  - { id: c, match: GET /c, stage: lambda, auth: required }
`;
    const { routes } = parseRouteTable(text, { file: 'routes.yml', lambdaAvailable: true });
    expect(routes.map(({ auth }) => auth)).toEqual(['none', 'optional', 'required']);
    expect(routes.map(({ unless }) => unless)).toEqual([
      [{ header: 'x-partner-key' }],
      [{ cookie: 'beta' }, { query: 'preview' }],
      [],
    ]);
    expect(faultsOf(text.replace('none', 'public'))).toEqual([
      'routes.yml:2:50 routes[0].auth: found "public"; expected one of required, optional, none',
    ]);
  });

  it('has an up-to-date schema for editors (else: npm run schema)', () => {
    const checkedIn: unknown = JSON.parse(readFileSync(path.join(proxyFolder, 'routes.schema.json'), 'utf8'));
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(routesJsonSchema())));
  });

  it('accepts a table without routes: everything goes to legacy', () => {
    expect(faultsOf('routes: []\n')).toEqual([]);
  });

  it('reports every fault with file, line, what was found and what is allowed', () => {
    const faults = faultsOf(`routes:
  - id: Bad Id
    match: GET /a
    stage: lamda
  - id: b
    match: FETCH /b
    stage: legacy
    unles: {header: x}
  - id: c
    match: GET /c
    stage: canary
    percent: 101
    unless: {headers: x}
`);
    expect(faults).toHaveLength(6);
    expect(faults[0]).toMatch(/^routes.yml:2:9 routes\[0\]\.id: found "Bad Id"; expected lower-case letters/);
    expect(faults[1]).toMatch(/^routes.yml:4:12 routes\[0\]\.stage: found "lamda"; expected one of legacy, shadow, /);
    expect(faults[2]).toMatch(/^routes.yml:6:12 routes\[1\]\.match: found "FETCH \/b"; expected a method and a path/);
    expect(faults[3]).toMatch(/^routes.yml:5:5 routes\[1\]: .*"unles"/);
    expect(faults[4]).toMatch(
      /^routes.yml:12:14 routes\[2\]\.percent: found 101; expected a share in percent, above 0 and up to 100/,
    );
    expect(faults[5]).toMatch(/^routes.yml:13:13 routes\[2\]\.unless: expected \{header: name\}/);
  });

  it.each([
    ['', /^routes.yml:1:1 the file is empty; write "routes: \[\]"/],
    ['# only a comment\n', /^routes.yml:1:1 the file is empty; write "routes: \[\]"/],
    ['maxBodyBytes: 1\nroutes:\n', /^routes.yml:2:\d+ routes: found nothing; write "routes: \[\]"/],
    ['routes: [', /routes.yml:1:\d+ not valid YAML/],
    ['routes: []\nroutes: []', /routes.yml:2:1 not valid YAML: .*unique/],
    ['- a', /routes.yml:1:1 file/],
    ['routes: []\nother: 1', /routes.yml:1:1 file: .*"other"/],
    ['routes:\n  - {id: a, match: HEAD /a, stage: legacy}', /HEAD follows GET/],
    ['routes:\n  - {id: a, match: GET a, stage: legacy}', /expected a method and a path/],
    ['routes:\n  - {id: a, match: "GET /a b", stage: legacy}', /expected a method and a path/],
    [
      'routes:\n  - {id: a, match: GET /a, stage: legacy}\n  - {id: a, match: GET /b, stage: legacy}',
      /routes.yml:3 id "a" is already used in line 2/,
    ],
    [
      'routes:\n  - {id: a, match: "GET /a/:x", stage: legacy}\n  - {id: b, match: "GET /A/:y/", stage: legacy}',
      /routes.yml:3 route "b" is never reached: "a" in line 2/,
    ],
    ['routes:\n  - {id: a, match: "GET /a/*", stage: lambda}', /routes.yml:2 route "a": \/a\/\* cannot leave legacy/],
    ['routes:\n  - {id: a, match: GET /a, stage: canary}', /routes.yml:2 route "a": stage canary needs `percent`/],
    ['routes:\n  - {id: a, match: POST /a, stage: shadow}', /route "a": POST requests change data/],
    ['routes:\n  - {id: a, match: GET /a, stage: shadow, safe: false}', /marked `safe: false`/],
    ['routes:\n  - {id: a, match: POST /a, stage: legacy, safe: true}', /`safe: true` is for GET only/],
    ['routes:\n  - {id: a, match: GET /a, stage: retired, unless: {header: x}}', /no longer/],
    [
      'routes:\n  - {id: a, match: GET /a, stage: legacy, fallback: {statuses: [404]}}',
      /expected statuses from 500 to 599/,
    ],
    ['routes:\n  - {id: a, match: GET /a, stage: legacy, guard: {errorRate: 2}}', /expected/],
    ['routes:\n  - {id: a, match: GET /a, stage: legacy, timeout: 0}', /expected seconds/],
    ['routes:\n  - {id: a, match: "GET /a(", stage: legacy}', /not an Express 4 path/],
  ])('refuses %j', (text, message) => {
    expect(faultsOf(text).join('\n')).toMatch(message);
  });

  it('refuses a route on lambda while there is no LAMBDA_URL', () => {
    const text = 'routes:\n  - {id: a, match: GET /a, stage: lambda}';
    expect(faultsOf(text, true)).toEqual([]);
    expect(faultsOf(text, false)).toEqual([
      expect.stringMatching(
        /^routes\.yml:2 route "a" is on lambda, but LAMBDA_URL is not set; set it .*ROUTES_FILE to a file with "routes: \[\]"/,
      ),
    ]);
    const more = `${text}\n  - {id: b, match: GET /b, stage: lambda}\n  - {id: c, match: GET /c, stage: legacy}`;
    expect(faultsOf(more, false)).toEqual([
      expect.stringContaining('route "a" is on lambda (and 1 more are not on legacy), but LAMBDA_URL is not set'),
    ]);
  });

  it('needs no LAMBDA_URL for a table of no routes', async () => {
    const file = path.join(supportFolder, 'no-routes.yml');
    expect((await loadRouteTable({ file, lambdaAvailable: false })).routes).toEqual([]);
  });

  it('names a missing file and the variable that points to it', async () => {
    await expect(loadRouteTable({ file: 'no/such.yml', lambdaAvailable: true })).rejects.toThrow(
      /no\/such.yml cannot be read; set ROUTES_FILE/,
    );
  });

  it('refuses a file that is much too large, without reading it, and one of thousands of faults in few words', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-large-'));
    const file = path.join(folder, 'routes.yml');
    // 2 GB of nothing: it takes no room on the disk, and could not be read as text.
    await writeFile(file, '');
    await truncate(file, 2 ** 31);
    await expect(loadRouteTable({ file, lambdaAvailable: true })).rejects.toThrow(/is larger than 4194304 bytes/);
    await rm(folder, { recursive: true });
    expect(faultsOf(`routes: []\n#${'x'.repeat(4 * 1024 * 1024)}`)).toEqual([
      expect.stringContaining('is larger than 4194304 bytes'),
    ]);
    const faults = faultsOf(`routes:\n${'  - {id: A}\n'.repeat(1_000)}`);
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toMatch(/^and \d+ more$/);
  });

  it.each([
    ['a line break', '"a\\r\\nSet-Cookie: x=1"'],
    ['a null byte', '"a\\0"'],
    ['another line', '"a\\n"'],
    ['markup', '"<b>"'],
    ['a path', '../a'],
    ['a field of MongoDB', '$where'],
    ['a name of Object', '__proto__'],
    ['65 letters', 'a'.repeat(65)],
  ])('refuses an id with %s: ids stand in headers, logs, metrics and messages', (_what, id) => {
    expect(faultsOf(`routes: [{id: ${id}, match: GET /a, stage: legacy}]`).join()).toMatch(
      /expected lower-case letters, digits and hyphens, 64 at most/,
    );
  });

  it('does not expand an alias bomb', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`),
    ].join('\n');
    expect(faultsOf(bomb).join()).toMatch(/too many YAML aliases/);
  });
});
