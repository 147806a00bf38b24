import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { startEmbedded } from '../../../../shared/local/mongo';
import { listen } from '../../../support/listen';
import { runProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const RULES = path.join(__dirname, '../../../../proxy/metrics/prometheus-rules.yml');
/** Of Debian's package prometheus; CI installs it, and without it these tests are skipped, with this said. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('promtool is not installed: the alarms are not checked (apt-get install prometheus)');

const promtool = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', argv, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

describe('the alarms', () => {
  (hasPromtool ? it : it.skip)('are rules that Prometheus reads', () => {
    expect(promtool('check', 'rules', RULES)).toMatchObject({
      status: 0,
      said: expect.stringContaining('9 rules found') as unknown,
    });
  });

  (hasPromtool ? it : it.skip)('fire on what they are for, and not before', () => {
    const ran = promtool('test', 'rules', path.join(__dirname, 'prometheus-rules.test.yml'));
    expect(ran).toMatchObject({ status: 0, said: expect.stringContaining('SUCCESS') as unknown });
  });

  it('ask for metrics that a proxy exports, by labels that these have', async () => {
    const mongo = await startEmbedded();
    const legacyPort = await listen(createServer((_request, response) => response.end('ok')));
    const proxy = await runProxy({
      ...{ legacyUrl: new URL(`http://127.0.0.1:${legacyPort}`), lambdaUrl: new URL('http://127.0.0.1:1/prod') },
      ...{ adminPort: 0, stateUri: `mongodb://127.0.0.1:${mongo.port}/shop` },
      routes: 'routes:\n  - {id: list, match: GET /list, stage: lambda}\n',
    });
    const ask = async () => (await fetch(`${proxy.adminUrl}/metrics`)).text();
    try {
      await waitFor('MongoDB', async () => /^banyan_mongodb_up 1$/m.test(await ask()));
      await fetch(`${proxy.url}/list`);
      await proxy.overrides.lower('list', { by: 'ann', why: 'slow' });
      const text = await waitFor('the revision', async () => {
        const shown = await ask();
        return /^banyan_overrides_revision [1-9]/m.test(shown) && shown;
      });
      const rules = await readFile(RULES, 'utf8');
      const names = new Set([...rules.matchAll(/banyan_\w+/g)].map(([name]) => name));
      expect(names.size).toBe(9);
      for (const name of names) expect(text).toContain(`# TYPE ${name} `);
      expect(text).toMatch(/^banyan_route_rolled_back\{route="list"\} 1$/m);
      expect(text).toMatch(/^banyan_info\{version="[^"]+",legacy="test",lambda="test",routes="[^"]+"\} 1$/m);
      expect(text).toMatch(/^banyan_lambda_attempts_total\{route="list",outcome="failed",/m);
      expect(text).toMatch(/^banyan_fallback_budget_empty_total\{budget="fallback"\} 0$/m);
      await mongo.stop();
      await waitFor('the loss of MongoDB', async () => /^banyan_mongodb_up 0$/m.test(await ask()));
    } finally {
      await proxy.close();
      await mongo.stop();
    }
  }, 60_000);
});
