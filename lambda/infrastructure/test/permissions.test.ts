import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { functionBoundary } from '../permissions/boundary';
import { deployedService, namesIn } from '../permissions/deployed-service';
import { DeployersStack } from '../permissions/deployers-stack';
import { deriveStatements, packPolicies, policyDocument, ROWS, sizeOf, type Statement } from '../permissions/derive';
import { packagedRoleActions, packagedTypes, RECORDED, type TemplateName } from '../permissions/packaged-types';
import { STAGES } from '../stages';
import { propertiesOf, stageWith } from './support/templates';

/** Whether an ARN pattern of IAM takes an ARN. */
const takes = (pattern: string, arn: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(arn);

const stages = ['dev', ...STAGES.map(({ name }) => name)];

describe.each(stages)('what the deployer of %s may do', (stage) => {
  const statements = deriveStatements(deployedService(stage));

  test('no action has a wildcard', () => {
    expect(
      statements.flatMap(({ Action }) => Action).filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action)),
    ).toEqual([]);
  });

  test('every resource bears the names of the service, or the reason why it does not', () => {
    for (const { Resource, why } of statements) {
      const own = Resource.every((arn) => new RegExp(`banyan(-infra)?-${stage}[-/]|banyan/${stage}/`).test(arn));
      expect([Resource, own || why !== undefined]).toEqual([Resource, true]);
      if (Resource.includes('*')) expect(why).toMatch(/\w{3}/);
    }
  });

  test('fits managed policies', () => {
    const policies = packPolicies(statements);
    expect(policies.length).toBeLessThanOrEqual(10);
    for (const policy of policies) expect(sizeOf(policyDocument(policy))).toBeLessThanOrEqual(6144);
    expect(policies.flat()).toEqual(statements);
  });
});

describe('names that are out of reach', () => {
  const { account } = stageWith();
  const statements = deriveStatements(deployedService('prod'));
  const reaches = (arn: string): readonly string[] =>
    statements
      .filter(({ Resource, why }) => why === undefined && Resource.some((pattern) => takes(pattern, arn)))
      .flatMap(({ Action }) => Action);

  test.each([
    `arn:aws:iam::${account}:role/deployer-banyan-prod`,
    `arn:aws:iam::${account}:role/deployer-banyan-routes-prod`,
    `arn:aws:iam::${account}:policy/boundary-banyan-prod`,
    `arn:aws:s3:::banyan-routes-prod-${account}`,
    `arn:aws:sns:eu-west-1:${account}:banyan-network-prod-alarms`,
    `arn:aws:cloudwatch:eu-west-1:${account}:alarm:banyan-proxy-prod-5xx`,
    `arn:aws:lambda:eu-west-1:${account}:function:banyan-production-of-others`,
    `arn:aws:cloudformation:eu-west-1:${account}:stack/banyan-deployers-prod/1`,
  ])('%s', (arn) => {
    expect(reaches(arn)).toEqual([]);
  });

  test('but what it deploys is within reach', () => {
    expect(reaches(`arn:aws:lambda:eu-west-1:${account}:function:banyan-prod-get-event`)).toContain(
      'lambda:UpdateFunctionCode',
    );
    expect(reaches(`arn:aws:s3:::banyan-infra-prod-serverlessdeploymentbucket-1`)).toContain('s3:CreateBucket');
  });
});

describe('roles', () => {
  const statementsFor = (stage: string, action: string): readonly Statement[] =>
    deriveStatements(deployedService(stage)).filter(({ Action }) => Action.includes(action));

  test.each(['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary'])(
    '%s only with the boundary of the stage',
    (action) => {
      expect(statementsFor('prod', action).map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::444444444444:policy/boundary-banyan-prod' } },
      ]);
    },
  );

  test('are passed to Lambda and to a command of the proxy alone, and keep their boundary', () => {
    const passed = statementsFor('prod', 'iam:PassRole');
    expect(passed.map(({ Condition, Resource }) => [Condition, Resource])).toEqual([
      [
        { StringEquals: { 'iam:PassedToService': ['lambda.amazonaws.com'] } },
        ['arn:aws:iam::444444444444:role/banyan-prod-*', 'arn:aws:iam::444444444444:role/banyan-infra-prod-*'],
      ],
      [
        { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } },
        ['arn:aws:iam::444444444444:role/banyan-proxy-prod-*'],
      ],
    ]);
    // No pipeline rolls back there.
    for (const stage of ['test', 'staging']) expect(statementsFor(stage, 'ecs:RunTask')).toEqual([]);
    expect(statementsFor('prod', 'iam:DeleteRolePermissionsBoundary')).toEqual([]);
  });

  test('may never do what changes roles, whatever a function asks for', () => {
    const actions = functionBoundary(namesIn(stageWith())).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^(iam|sts|organizations|cloudformation):|\*/.test(action))).toEqual([]);
  });
});

test('a type without a row is refused by name, with what to do', () => {
  const service = deployedService('prod', { api: [...RECORDED.api, 'AWS::EC2::Instance'], infra: ['AWS::KMS::Key'] });
  expect(() => deriveStatements(service)).toThrow(
    'no row for AWS::EC2::Instance, AWS::KMS::Key: read handlers.*.permissions of its registry schema',
  );
});

test('fewer types give fewer permissions', () => {
  const actions = (types: readonly string[]) =>
    deriveStatements(deployedService('prod', { api: types, infra: [] })).flatMap(({ Action }) => Action);
  expect(actions(['AWS::SQS::Queue'])).toContain('sqs:CreateQueue');
  expect(actions(['AWS::SQS::Queue'])).not.toContain('iam:CreateRole');
  expect(actions([])).not.toContain('sqs:CreateQueue');
});

test('a row accounts for each permission once', () => {
  for (const { type, grants, leftOut } of ROWS.values()) {
    const all = [...grants, ...leftOut].flatMap(({ actions }) => actions);
    expect([type, all.filter((action, index) => all.indexOf(action) !== index)]).toEqual([type, []]);
    for (const { why } of leftOut) expect(why).not.toBe('');
  }
});

// After packaging, which `.ci/run` does first: what is recorded is what would be deployed.
test.each(['api', 'infra'] as const)(
  'recorded types of the %s template are those that were packaged',
  (name: TemplateName) => {
    const packaged = packagedTypes(name);
    if (packaged === undefined) {
      console.warn(`nothing is packaged: the recorded types of the ${name} template were not compared`);
      return;
    }
    expect(RECORDED[name]).toEqual(packaged);
  },
);

test('the boundary leaves every function what it does', () => {
  const asked = packagedRoleActions();
  if (asked === undefined) {
    console.warn('nothing is packaged: what functions ask for was not compared with their boundary');
    return;
  }
  const allowed = functionBoundary(namesIn(stageWith())).flatMap(({ Action }) => Action);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((action) => !allowed.includes(action))).toEqual([]);
});

test('the deployer has the derived policies, under a boundary, and one build role may assume it', () => {
  const stage = stageWith();
  const template = Template.fromStack(
    new DeployersStack(new App(), 'deployers', { env: { account: stage.account, region: stage.region }, stage }),
  );
  const policies = packPolicies(deriveStatements(deployedService('prod')));
  const [role, ...others] = propertiesOf(template, 'AWS::IAM::Role');
  expect(others).toEqual([]);
  expect(role).toMatchObject({ RoleName: 'deployer-banyan-prod' });
  expect(role?.['ManagedPolicyArns']).toHaveLength(policies.length);
  expect(JSON.stringify(role?.['PermissionsBoundary'])).toContain('DeployerBoundary');
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({
          Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/build-banyan-prod' } },
        }),
      ],
    }),
  });
  for (const { PolicyDocument } of propertiesOf(template, 'AWS::IAM::ManagedPolicy'))
    expect(sizeOf(PolicyDocument as object)).toBeLessThanOrEqual(6144);
});
