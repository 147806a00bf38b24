import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');

/** The README's tour, run as it stands; only the proxy's port and the place of the route table are another. */
describe('README', () => {
  let system: RunningSystem;
  let readme: string;

  beforeAll(async () => {
    readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
    system = await runSystem({ stage: 'legacy' });
  });

  afterAll(() => system.close());

  it('moves one route to Lambda and back by the commands of the tour', async () => {
    const blocks = [...readme.matchAll(/```sh tour\n([^]*?)```/g)].map(([, commands = '']) =>
      commands.replaceAll('http://127.0.0.1:8080', system.proxy.url).replaceAll('proxy/routes.yml', system.routesFile),
    );
    expect(blocks).toHaveLength(3);
    const script = blocks.map((block) => `${block}\necho "=== end of block"`).join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euc', script]);
    const answers = stdout.split('=== end of block\n').slice(0, 3);
    expect(answers[0]).toMatch(/^HTTP\/1.1 200 OK/);
    // Equal to the byte, but for the moment.
    const stable = answers.map((answer) => answer.replace(/^Date:.*\r\n/m, '').replace(/Expires=[^;]*/, ''));
    const sorted = stable.map((answer) =>
      answer
        .split('\r\n')
        .map((line) => line.replace(/^[\w-]+:/, (name) => name.toLowerCase()))
        .sort(),
    );
    expect(sorted[1]).toEqual(sorted[0]);
    expect(sorted[2]).toEqual(sorted[0]);

    const lines = await waitFor('three log lines', () => {
      const asked = system.logger.lines.filter(
        ({ message, fields }) => message === 'request' && fields['route'] === 'list-events',
      );
      return asked.length === 3 && asked.map(({ fields }) => fields['upstream']);
    });
    expect(lines).toEqual(['legacy', 'lambda', 'legacy']);
  });

  it('names only scripts and files that exist', async () => {
    const manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const scripts = [...readme.matchAll(/npm (?:run )?([a-z][\w:-]*)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !['ci', 'install', 'pack', 'registry'].includes(name));
    for (const name of scripts) expect(Object.keys(manifest.scripts)).toContain(name);
    for (const [, file = ''] of readme.matchAll(/\]\((?!http|#)([^)#]+)/g)) await readFile(path.join(ROOT, file));
  });

  it('has the connections to MongoDB that banyan check adds up', async () => {
    const [, connections, watching] = /add up to (\d+) \+ (\d+) per member/.exec(readme) ?? [];
    const script = ['--import', 'tsx', 'proxy/cli/main.ts', 'check', '--stage', 'prod'];
    // Without credentials it ends with 2; the budget comes first and needs none.
    const { stdout } = await promisify(execFile)(process.execPath, script, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], AWS_EC2_METADATA_DISABLED: 'true' },
    }).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toMatch(new RegExp(`ok +${connections} at most, and ${watching} to monitor each member`));
  });
});
