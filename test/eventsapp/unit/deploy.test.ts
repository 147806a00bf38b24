import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');
const SCRIPT = path.join(ROOT, 'lambda/eventsapp/deploy.ts');
const INFRA = path.join(ROOT, 'lambda/eventsapp/infra');

/** `npm run deploy` with a stand-in for the framework, which notes how it was called. */
describe('npm run deploy', () => {
  let folder: string;
  let called: string;

  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-deploy-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    called = path.join(folder, 'called');
    await writeFile(called, '');
    await standIn('exit 0');
  });

  async function standIn(script: string): Promise<void> {
    const file = path.join(folder, 'serverless');
    await writeFile(file, `#!/bin/sh\necho "$PWD: $*" >> '${called}'\n${script}\n`);
    await chmod(file, 0o755);
  }

  function start(args: readonly string[], searched = folder) {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
      cwd: ROOT,
      env: { PATH: `${searched}${path.delimiter}/usr/bin${path.delimiter}/bin` },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
    return { child, ended };
  }
  const deploy = (args: readonly string[]) => start(args).ended;
  const calls = async (): Promise<readonly string[]> => (await readFile(called, 'utf8')).split('\n').slice(0, -1);

  it('deploys the infrastructure, then the API', async () => {
    const { code, output } = await deploy(['--stage', 'staging']);
    expect([code, await calls()]).toEqual([0, [`${INFRA}: deploy --stage staging`, `${ROOT}: deploy --stage staging`]]);
    expect(output).toContain('1. infrastructure: cd lambda/eventsapp/infra && serverless deploy --stage staging');
    expect(output).toContain('2. API: serverless deploy --stage staging');
  });

  it('removes the API, then the infrastructure', async () => {
    const { code, output } = await deploy(['--stage', 'dev', '--remove']);
    expect([code, await calls()]).toEqual([0, [`${ROOT}: remove --stage dev`, `${INFRA}: remove --stage dev`]]);
    expect(output).toMatch(/\nStage dev is removed\.\n$/);
    await standIn('exit 3');
    expect((await deploy(['--stage', 'dev', '--remove'])).output).toContain(
      'deploy: the API stack failed (exit code 3); not begun: infrastructure',
    );
  });

  it('stops at the first failure, and says what was not begun', async () => {
    await standIn('exit 3');
    const { code, output } = await deploy(['--stage', 'dev']);
    expect([code, await calls()]).toEqual([1, [`${INFRA}: deploy --stage dev`]]);
    expect(output).toContain('deploy: the infrastructure stack failed (exit code 3); not begun: API');
    await standIn('case "$PWD" in */infra) exit 0;; esac; exit 4');
    const second = await deploy(['--stage', 'dev']);
    expect([second.code, second.output.split('\n').at(-2)]).toEqual([1, 'deploy: the API stack failed (exit code 4)']);
  });

  it('only prints the plan with --dry-run', async () => {
    const { code, output } = await deploy(['--stage', 'prod', '--dry-run']);
    expect([code, await calls()]).toEqual([0, []]);
    expect(output).toMatch(/1\. infrastructure: .*\n {2}2\. API: .*\nNothing was deployed\.\n$/);
  });

  it.each([
    [[], /--stage must be one of dev, prod, staging, test, found none/],
    [['--stage', '../dev'], /found \.\.\/dev/],
    [['--stage', 'dev', '--force'], /--force/],
    [['dev'], /dev/],
  ])('begins nothing with %j', async (args, message) => {
    const { code, output } = await deploy(args);
    expect([code, await calls()]).toEqual([2, []]);
    expect(output).toMatch(message);
  });

  it('says so when there is no framework', async () => {
    await rm(path.join(folder, 'serverless'));
    const { code, output } = await deploy(['--stage', 'dev']);
    expect([code, output.split('\n').at(-2)]).toEqual([
      2,
      'deploy: serverless cannot be run: is it installed (npm ci)?',
    ]);
  });

  it('hands a signal on, and begins nothing more', async () => {
    await standIn('trap "exit 0" TERM; while :; do sleep 0.05; done');
    const { child, ended } = start(['--stage', 'dev']);
    await waitFor('the first stack', async () => (await calls()).length === 1);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect([code, await calls()]).toEqual([130, [`${INFRA}: deploy --stage dev`]]);
    expect(output).toContain('deploy: interrupted while the infrastructure stack was deployed');
  });
});
