import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testBanyan as banyan } from '../../../support/test-banyan';
import { takeInventory } from '../../../../proxy/inventory/take-inventory';
import { checkCredentials } from '../../../../proxy/cli/check/credentials';
import { credentialsIn, readCredentials } from '../../../../proxy/cli/check/read-credentials';
import { parseRouteTable } from '../../../../proxy/route-table/load';

describe('credentialsIn', () => {
  it.each<[string, object]>([
    ["const key = req.get('x-api-key');", { header: 'x-api-key' }],
    ['req.header("X-Auth-Token")', { header: 'x-auth-token' }],
    ["request.headers['x-partner-secret']", { header: 'x-partner-secret' }],
    ['req.headers.apikey', { header: 'apikey' }],
    ['req.headers?.token', { header: 'token' }],
    ['req.cookies.remember_token', { cookie: 'remember_token' }],
    ["req.signedCookies['auth']", { cookie: 'auth' }],
    ['req.query.access_token', { query: 'access_token' }],
    ["ctx.query['apiKey']", { query: 'apiKey' }],
  ])('sees %s', (line, credential) => {
    expect(credentialsIn(`// first\n${line}\n`, 'legacy/x.ts')).toEqual([{ credential, place: 'legacy/x.ts:2' }]);
  });

  it.each([
    "req.get('last-event-id')",
    "req.get('x-csrf-token')",
    'req.headers.authorization',
    'const { headers } = req',
    'req.query.page',
    "res.set('www-authenticate', 'Basic')",
    'tokens.get(userId)',
  ])('passes over %s', (line) => {
    expect(credentialsIn(line, 'x.ts')).toEqual([]);
  });
});

describe('a monolith that accepts what nobody has declared', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-read-'));
    await writeFile(path.join(folder, 'partner.js'), "\nexports.read = (req) => req.get('X-Partner-Token');\n");
    await writeFile(
      path.join(folder, 'app.js'),
      `module.exports = require(${JSON.stringify(require.resolve('express'))})();\nrequire('./partner');\n`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const check = async (unless = '') => {
    const table = `routes:\n  - { id: list, match: GET /x, stage: lambda${unless} }\n`;
    const { routes } = parseRouteTable(table, { file: 'routes.yml', lambdaAvailable: true });
    const { files } = await takeInventory({ app: './app.js', root: folder, env: {} });
    return checkCredentials(banyan, routes, await readCredentials(files, folder));
  };

  it('is warned of, with the place', async () => {
    expect(await check()).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        subject: 'header x-partner-token',
        text: 'read (partner.js:2) and perhaps accepted by the monolith, unknown to Lambda on: list',
      }),
    );
  });

  it('is fine when unless keeps such requests on legacy', async () => {
    expect(await check(', unless: { header: x-partner-token }')).toContainEqual(
      expect.objectContaining({ level: 'ok', subject: 'header x-partner-token' }),
    );
  });
});
