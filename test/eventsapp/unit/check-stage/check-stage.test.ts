import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { join } from 'node:path';

import { connectAws } from '../../../../shared/deployment/check-stage/aws';
import { checkStage } from '../../../../shared/deployment/check-stage/check-stage';
import { startFakeAws, type FakeAccount, type FakeAws } from '../../../support/fake-aws';

const ROOT = join(__dirname, '../../../..');

/** All that lambda/eventsapp/stages/prod.yml needs. */
const complete = (): FakeAccount => ({
  parameters: {
    '/banyan/prod/mongodb-uri-secret': { type: 'String', value: 'prod/mongodb' },
    '/banyan/prod/session-secret-secret': { type: 'String', value: 'prod/session' },
  },
  stacks: {
    'banyan-infra-prod': {
      PhotosBucket: 'banyan-prod-photos',
      PhotosTable: 'banyan-prod-photos',
      RefusedUploadsTable: 'banyan-prod-refused-uploads',
    },
    'banyan-network-prod': {
      LambdaSecurityGroup: 'sg-1',
      PrivateSubnetA: 'subnet-1',
      PrivateSubnetB: 'subnet-2',
      ExecuteApiEndpoint: 'vpce-1',
      AlarmTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms',
    },
  },
  secrets: { 'prod/mongodb': { hasValue: true }, 'prod/session': { hasValue: true } },
  subnets: { 'subnet-1': { vpc: 'vpc-1', zone: 'eu-west-1a' }, 'subnet-2': { vpc: 'vpc-1', zone: 'eu-west-1b' } },
  securityGroups: { 'sg-1': { vpc: 'vpc-1' } },
  vpcs: ['vpc-1'],
  endpoints: { 'vpce-1': { vpc: 'vpc-1', service: 'com.amazonaws.eu-west-1.execute-api', state: 'available' } },
  concurrency: 1000,
  forbidden: [],
});

describe('banyan check --stage', () => {
  const account = complete();
  let aws: FakeAws;

  beforeAll(async () => {
    aws = await startFakeAws(account);
  });
  beforeEach(() => {
    Object.assign(account, complete());
  });
  afterAll(() => aws.close());

  /** In this process. */
  const check = async () => {
    const credentials = { accessKeyId: 'somebody', secretAccessKey: 'secret' };
    const clients = await connectAws({ endpoint: aws.url, credentials });
    const { faults, unchecked, text } = await checkStage(join(ROOT, 'serverless.yml'), 'prod', clients);
    return { faults, unchecked, output: text };
  };

  /** As a person runs it. */
  const run = async (args: readonly string[], credentials: Readonly<Record<string, string>> = KEYS) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/cli/main.ts', 'check', ...args], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: aws.url,
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...credentials,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output, wrong: output.split('\n').filter((line) => line.includes('WRONG')) };
  };
  const KEYS = { AWS_ACCESS_KEY_ID: 'somebody', AWS_SECRET_ACCESS_KEY: 'secret' };

  it('finds that all is there, and reads no secret', async () => {
    const { exitCode, output, wrong } = await run(['--stage', 'prod']);
    expect([exitCode, wrong]).toEqual([0, []]);
    expect(output).toContain('MONGODB_URI is prod/mongodb in secretsmanager');
    expect(output).toContain('subnet subnet-2 in vpc-1');
    expect(output).toMatch(/list-events +20 x 2 = +40\n/);
    expect(output).toMatch(/656 at most, and 328 to monitor each member .*: within the 1000 of mongodbConnections/);
    expect(output).toMatch(/\nEverything that stage prod needs is in place\.\n$/);
    expect(aws.operations).not.toContain('GetSecretValue');
  });

  it('reports all that is missing or wrong at once', async () => {
    account.parameters = {
      '/banyan/prod/session-secret-secret': { type: 'String', value: 'prod/session' },
    };
    account.stacks['banyan-network-prod'] = { ...account.stacks['banyan-network-prod'], ExecuteApiEndpoint: 'vpce-2' };
    account.secrets = { 'prod/session': { hasValue: false } };
    account.subnets = { 'subnet-1': { vpc: 'vpc-2', zone: 'eu-west-1a' } };
    account.endpoints = { 'vpce-2': { vpc: 'vpc-1', service: 'com.amazonaws.eu-west-1.s3', state: 'pending' } };
    account.concurrency = 300;
    const { faults, unchecked, output } = await check();
    expect(faults).toEqual([
      'Parameter Store has no parameter /banyan/prod/mongodb-uri-secret in eu-west-1',
      expect.stringMatching(/^SESSION_SECRET: secret prod\/session has no value yet; set one \(/),
      'there is no subnet subnet-2',
      'subnets and security groups are of different VPCs: vpc-2, vpc-1',
      'there is no VPC vpc-2',
      'VPC endpoint vpce-2 leads to com.amazonaws.eu-west-1.s3, not to execute-api: proxies cannot reach the gateway',
      'VPC endpoint vpce-2 is pending, not available',
      expect.stringMatching(/^\d+ reserved of the account's 300, of which 100 must stay free: ask AWS for more, or/),
    ]);
    expect(unchecked).toEqual([]);
    for (const fault of faults) expect(output).toContain(`WRONG    ${fault}`);
    expect(output).toContain('UNKNOWN  MONGODB_URI: its name in secretsmanager, see above');
  });

  it('knows a stack without the output, a secret that is going, and a parameter that is a secret', async () => {
    account.stacks = { 'banyan-network-prod': { PrivateSubnetA: 'subnet-1' } };
    account.parameters['/banyan/prod/mongodb-uri-secret'] = { type: 'SecureString', value: 'hidden' };
    account.secrets = { 'prod/session': { hasValue: true, deleted: true } };
    const { output } = await check();
    expect(output).toContain('stack banyan-network-prod has no output LambdaSecurityGroup; it has PrivateSubnetA');
    expect(output).toContain('it must be a String that names a secret, not hold one');
    expect(output).toContain('secret prod/session is marked for deletion; restore it');
    expect(output).not.toContain('hidden');
  });

  it('knows that there is no stack, secret, security group or endpoint', async () => {
    account.secrets = {};
    account.securityGroups = {};
    account.endpoints = {};
    const { output } = await check();
    expect(output).toContain('Secrets Manager has no secret prod/mongodb; create it');
    expect(output).toContain('there is no security group sg-1');
    expect(output).toContain('there is no VPC endpoint vpce-1');
    account.stacks = {};
    expect((await check()).output).toContain(
      'there is no stack banyan-network-prod in eu-west-1, so no output PrivateSubnetA',
    );
  });

  it('says which permission is missing, and goes on', async () => {
    account.forbidden = ['DescribeSecret', 'DescribeSubnets', 'GetAccountSettings'];
    const { faults, unchecked } = await check();
    expect(faults).toEqual([]);
    expect(unchecked).toEqual([
      'MONGODB_URI: these credentials lack secretsmanager:DescribeSecret',
      'SESSION_SECRET: these credentials lack secretsmanager:DescribeSecret',
      'subnets: these credentials lack ec2:DescribeSubnets',
      'concurrency: these credentials lack lambda:GetAccountSettings',
    ]);
    account.forbidden = ['DescribeStacks', 'GetParameter'];
    expect((await check()).unchecked).toContain(
      'cf(eu-west-1):banyan-network-prod.AlarmTopic: these credentials lack cloudformation:DescribeStacks',
    );
  });

  it('ends with 1 for faults, and with 2 for what could not be found out', async () => {
    account.secrets = {};
    const [exitCode, output] = await run(['--stage', 'prod']).then((done) => [done.exitCode, done.output] as const);
    expect(exitCode).toBe(1);
    expect(output).toContain('2 faults: do not deploy.');
    Object.assign(account, complete(), { forbidden: ['GetAccountSettings'] });
    const unknown = await run(['--stage', 'prod']);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.output).toContain('1 check could not be made.');
  });

  it('needs no AWS for the connections, and says so without credentials', async () => {
    const { exitCode, output } = await run(['--stage', 'staging'], {});
    expect(exitCode).toBe(2);
    expect(output).toMatch(/252 at most/);
    expect(output).toContain('No valid AWS credentials');
  });

  it('names the stages there are, and has a help', async () => {
    expect(await run(['--stage', 'production'])).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('--stage is "production"; expected one of dev, prod, staging, test') as string,
    });
    const help = await run(['--help']);
    expect(help).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/--stage[^]*secretsmanager:DescribeSecret/) as string,
    });
  });
});
