import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testBanyan as banyan } from '../../../support/test-banyan';
import { takeInventory } from '../../../../proxy/inventory/take-inventory';
import { checkCredentials } from '../../../../proxy/cli/check/credentials';
import { parseRouteTable } from '../../../../proxy/route-table/load';

describe('a monolith that accepts what is not declared', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-read-'));
    await writeFile(
      path.join(folder, 'partner.js'),
      "\nexports.read = (req, res, next) => (req.get('X-Partner-Token') ? next() : res.end());\n",
    );
    await writeFile(
      path.join(folder, 'app.js'),
      `const app = require(${JSON.stringify(require.resolve('express'))})();\napp.get('/x', require('./partner').read, (req, res) => res.end());\nmodule.exports = app;\n`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const check = async (unless = '') => {
    const table = `routes:\n  - { id: list, match: GET /x, stage: lambda${unless} }\n`;
    const { routes } = parseRouteTable(table, { file: 'routes.yml', lambdaAvailable: true });
    const inventory = await takeInventory({ app: './app.js', root: folder, env: {} });
    return checkCredentials(banyan, routes, inventory.routes);
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
