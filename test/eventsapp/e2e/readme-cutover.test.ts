import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');
jest.setTimeout(180_000);

/** The cutover of test/eventsapp/README.md, run as it stands; only ports, database and the place of the route table are others. */
describe('test/eventsapp/README.md, cutover', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy' });
  });
  afterAll(() => system.close());

  it('moves one route through all stages and back by the commands as they stand', async () => {
    const [login = ''] = /^TOKEN=.*$/m.exec(await readFile(path.join(ROOT, 'README.md'), 'utf8')) ?? [];
    const cutover = await readFile(path.join(ROOT, 'test/eventsapp/README.md'), 'utf8');
    const blocks = [...cutover.matchAll(/```sh cutover\n([^]*?)```/g)].map(([, commands = '']) => commands);
    expect(blocks).toHaveLength(4);
    const script = [login, ...blocks]
      .join('\n')
      .replaceAll('http://127.0.0.1:8080', system.proxy.url)
      .replaceAll('mongodb://127.0.0.1:3005/eventsapp', system.mongo.uri)
      .replaceAll('proxy/routes.yml', system.routesFile)
      // The same without npm, which takes its time.
      .replace('npm --silent run banyan -- "$@"', `${process.execPath} --import tsx proxy/cli/main.ts "$@"`);
    const port = (url: string) => new URL(url).port;
    const env = {
      PATH: process.env['PATH'],
      ROUTES_FILE: system.routesFile,
      LEGACY_PORT: port(system.legacy.url),
      GATEWAY_PORT: port(system.gateway.url),
    };
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: ROOT, env });
    for (const line of [
      'promoted list-events: legacy -> shadow',
      'promoted list-events: shadow -> canary 10 %',
      'promoted list-events: canary 10 % -> lambda',
      'written: list-events rolled back to legacy',
      '1 of 1 proxy follows (',
      'written: list-events resumed; it follows the route table again (lambda)',
      'kill switch on',
      'kill switch off',
      'promoted list-events: lambda -> retired',
    ])
      expect(stdout).toContain(line);

    const asked = () =>
      system.logger.lines
        .filter(({ message, fields }) => message === 'request' && fields['route'] === 'list-events')
        .map(({ fields }) => `${String(fields['upstream'])} ${String(fields['reason'])}`);
    await waitFor('the last request', () => asked().length === 605);
    expect(asked().slice(600)).toEqual([
      'legacy cohort',
      'lambda stage',
      'legacy rolled-back',
      'legacy kill-switch',
      'legacy stage',
    ]);
    expect(await readFile(system.routesFile, 'utf8')).toMatch(/id: list-events\n.*\n {4}stage: legacy\n/);
  });
});
