import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { z } from 'zod';

import { packageStage } from '../../../local/package/package-stage';
import { placeholderFor } from '../../../local/package/placeholder-aws';

const ROOT = join(__dirname, '../../../..');
const Resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const Variables = z.object({ Variables: z.object({ MONGODB_URI: z.string(), SESSION_SECRET: z.string() }) });
/** Read by CloudFormation while it deploys. */
const DYNAMIC_REFERENCE = /^\{\{resolve:secretsmanager:[^}]+\}\}$/;
const Template = z.object({ Resources: z.record(z.string(), Resource) });

/** One real run of the framework, of the stage that needs most: prod looks values up in AWS. */
describe('npm run package -- --stage prod', () => {
  let folder: string;
  let packaged: Awaited<ReturnType<typeof packageStage>>;
  let text: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-package-'));
    packaged = await packageStage({ stage: 'prod', output: relative(ROOT, folder), stdio: 'ignore' });
    text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const ofType = (type: string) =>
    Object.values(Template.parse(JSON.parse(text)).Resources)
      .filter((resource) => resource.Type === type)
      .map(({ Properties }) => Properties);

  it('makes one small zip for each function', () => {
    expect(packaged.faults).toEqual([]);
    expect(packaged.zips).toHaveLength(ofType('AWS::Lambda::Function').length);
  });

  it('says that values were placeholders', () => {
    expect(packaged.hasPlaceholders).toBe(true);
    expect(text).toContain(placeholderFor('LambdaSecurityGroup'));
  });

  it('leaves secrets to CloudFormation', () => {
    for (const { Runtime, Environment } of ofType('AWS::Lambda::Function')) {
      expect(Runtime).toBe('nodejs24.x');
      const { MONGODB_URI, SESSION_SECRET } = Variables.parse(Environment).Variables;
      expect(MONGODB_URI).toMatch(DYNAMIC_REFERENCE);
      expect(SESSION_SECRET).toMatch(DYNAMIC_REFERENCE);
    }
  });

  it('has an authorizer on every method, asked at every request', () => {
    const authorizers = ofType('AWS::ApiGateway::Authorizer');
    expect(authorizers.length).toBeGreaterThan(0);
    for (const authorizer of authorizers) {
      expect(authorizer).toMatchObject({ Type: 'REQUEST', IdentitySource: '', AuthorizerResultTtlInSeconds: 0 });
    }
    for (const method of ofType('AWS::ApiGateway::Method'))
      expect(method).toMatchObject({ AuthorizationType: 'CUSTOM' });
  });

  it('has the gateway responses', () => {
    expect(ofType('AWS::ApiGateway::GatewayResponse').map(({ ResponseType }) => ResponseType)).toEqual([
      'UNAUTHORIZED',
      'ACCESS_DENIED',
      'AUTHORIZER_FAILURE',
      'AUTHORIZER_CONFIGURATION_ERROR',
      'DEFAULT_5XX',
    ]);
  });
});

it('names the stages there are', async () => {
  await expect(packageStage({ stage: 'production', output: '.serverless' })).rejects.toThrow(
    '--stage is "production"; expected one of dev, prod, staging, test',
  );
});
