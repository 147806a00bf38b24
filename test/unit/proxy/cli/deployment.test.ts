import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { runBanyan } from '../../../support/run-banyan';
import { setProcessEnvironment } from '../../../../shared/local';
import { startFakeAws } from '../../../support/fake-aws';

const ROOT = path.join(__dirname, '../../../..');

/** A service of one function, which needs no plugin. */
const SERVERLESS = `
service: shop
frameworkVersion: '*'
provider: { name: aws, runtime: nodejs24.x, region: eu-west-1, environment: { URI: '\${ssm:/shop/uri}' } }
package: { individually: true, patterns: ['!**', hello.js] }
functions: { hello: { handler: hello.handler } }
`;

const CONFIG = (limit: number): string => `
import { testBanyan } from ${JSON.stringify(path.join(ROOT, 'test/support/test-banyan'))};
export default {
  ...testBanyan,
  serverless: 'serverless.yml',
  deployment: { zipLimit: ({ name, handler, inVpc }) => ({ bytes: ${limit}, kind: [name, handler, inVpc].join(' ') }) },
};
`;

describe('a deployment by command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'banyan-service-'));
    writeFileSync(path.join(folder, 'serverless.yml'), SERVERLESS);
    writeFileSync(path.join(folder, 'hello.js'), 'exports.handler = async () => ({ statusCode: 200 });\n');
    writeFileSync(path.join(folder, 'banyan.config.ts'), CONFIG(10_000));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const banyan = (...argv: string[]) =>
    runBanyan([...argv, '--config', path.join(folder, 'banyan.config.ts')], process.env);

  it('packages a stage, with the limits of banyan.config.ts', async () => {
    const { exitCode, out, err } = await banyan('package', '--stage', 'prod');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^hello +\d\.\d kB {2}of 10 {2}hello hello\.handler false {2}starts in \d+ ms, \d+ MB\n/);
    expect(out).toContain('Packaged 1 functions for prod into ');
    expect(out).toContain('What prod looks up in AWS is a placeholder here');
    expect(existsSync(path.join(folder, '.serverless/hello.zip'))).toBe(true);
  }, 60_000);

  it('ends with 1 for a zip over its limit', async () => {
    writeFileSync(path.join(folder, 'banyan.config.ts'), CONFIG(10));
    const { exitCode, out } = await banyan('package', '--stage', 'prod', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      stage: 'prod',
      faults: [expect.stringMatching(/^hello: \d+ bytes, more than the 10 allowed for a function hello/)],
    });
  }, 60_000);

  it('ends with 2 without a stage, a serverless.yml or a framework that works', async () => {
    expect(await banyan('package')).toMatchObject({
      exitCode: 2,
      err: 'banyan: --stage is missing; expected a name such as prod\n',
    });
    expect(await banyan('package', '--stage', 'prod', '--serverless', 'none.yml')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/none\.yml does not exist; name the file with --serverless/) as string,
    });
    rmSync(path.join(folder, 'node_modules'));
    expect(await banyan('package', '--stage', 'prod')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/need the Serverless Framework; run "npm install --save-dev/) as string,
    });
  });

  it('checks what a stage needs in AWS', async () => {
    const none = { stacks: {}, secrets: {}, subnets: {}, securityGroups: {}, vpcs: [], endpoints: {}, forbidden: [] };
    const account = {
      ...none,
      parameters: { '/shop/uri': { type: 'String', value: 'x' } as const },
      concurrency: 1000,
    };
    const aws = await startFakeAws(account);
    const restore = setProcessEnvironment({
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'someone',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    try {
      const { out } = await banyan('check', '--stage', 'prod');
      expect(out).toContain('What stage prod needs in eu-west-1');
      expect(out).toContain('ok       ssm:/shop/uri is x');
      expect(out).toMatch(/\nEverything that stage prod needs is in place\.\n$/);
      account.parameters = {} as typeof account.parameters;
      const { exitCode, out: json } = await banyan('check', '--stage', 'prod', '--json');
      expect(exitCode).toBe(1);
      expect(JSON.parse(json)).toMatchObject({
        deployment: {
          stage: 'prod',
          faults: ['Parameter Store has no parameter /shop/uri in eu-west-1'],
          unchecked: [],
        },
      });
      expect(await banyan('check', '--stage', '../x')).toMatchObject({ exitCode: 2, out: '' });
    } finally {
      restore();
      await aws.close();
    }
  }, 60_000);

  it('writes the gateway responses next to serverless.yml, as check expects them', async () => {
    expect(await banyan('gateway-responses')).toMatchObject({ exitCode: 0, err: '' });
    const text = readFileSync(path.join(folder, 'gateway-responses.yml'), 'utf8');
    expect(text).toMatch(/^# Written by `banyan gateway-responses` /);
    expect(Object.keys((parse(text) as { Resources: object }).Resources)).toHaveLength(5);
    expect(await banyan('gateway-responses', path.join(folder, 'none/x.yml'))).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/none\/x\.yml cannot be written \(ENOENT\); name a file in a folder/) as string,
    });
  });
});
