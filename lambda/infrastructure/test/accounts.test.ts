import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { DeveloperAccountStack } from '../accounts/developer-account-stack';
import { OrganisationStack } from '../accounts/organisation-stack';
import { SCP_SIZE, serviceControlPolicy } from '../accounts/service-control-policy';
import { stageFileFrom } from '../accounts/stage-files';
import { stagePlan } from '../accounts/stage-plan';
import { DEVELOPERS, developerStage } from '../developers';
import { deployedService } from '../permissions/deployed-service';
import { deriveStatements } from '../permissions/derive';
import { propertiesOf } from './support/templates';

const [ada] = DEVELOPERS;
if (ada === undefined) throw new Error('developers.ts names no one');
const EVENTSAPP = path.join(__dirname, '../../eventsapp');

describe("a developer's account", () => {
  const template = Template.fromStack(new DeveloperAccountStack(new App(), 'account', { developer: ada }));

  test('has a budget that the developer and the lead hear of before it is spent', () => {
    const [budget] = propertiesOf(template, 'AWS::Budgets::Budget') as {
      NotificationsWithSubscribers: {
        Notification: { Threshold: number; NotificationType: string };
        Subscribers: { Address: string }[];
      }[];
    }[];
    expect(budget).toMatchObject({ Budget: { BudgetLimit: { Amount: 50, Unit: 'USD' }, TimeUnit: 'MONTHLY' } });
    expect(
      budget?.NotificationsWithSubscribers.map(({ Notification }) => [
        Notification.NotificationType,
        Notification.Threshold,
      ]),
    ).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 80],
      ['FORECASTED', 100],
    ]);
    for (const { Subscribers } of budget?.NotificationsWithSubscribers ?? [])
      expect(Subscribers.map(({ Address }) => Address)).toEqual([ada.email, 'lead@eventsapp.example']);
  });

  test('has anomaly detection by service', () => {
    template.hasResourceProperties('AWS::CE::AnomalyMonitor', {
      MonitorType: 'DIMENSIONAL',
      MonitorDimension: 'SERVICE',
    });
    template.hasResourceProperties('AWS::CE::AnomalySubscription', {
      Frequency: 'DAILY',
      Subscribers: Match.anyValue(),
    });
  });
});

describe('the organisation', () => {
  const template = Template.fromStack(new OrganisationStack(new App(), 'organisation', { developers: DEVELOPERS }));

  test('has an account for each developer, which that developer alone may use', () => {
    const accounts = propertiesOf(template, 'AWS::Organizations::Account');
    expect(accounts.map(({ Email }) => Email).sort()).toEqual(DEVELOPERS.map(({ email }) => email).sort());
    expect(
      propertiesOf(template, 'AWS::SSO::Assignment')
        .map(({ PrincipalId }) => PrincipalId)
        .sort(),
    ).toEqual(DEVELOPERS.map(({ userId }) => userId).sort());
  });

  test('keeps an account whose developer leaves, and makes them one after another', () => {
    const developers = ['ada', 'bob', 'eve'].map((name) => ({
      name,
      email: `${name}@eventsapp.example`,
      account: '555555555555',
      userId: name,
      monthlyBudget: 50,
      cidr: '10.0.0.0/16',
    }));
    const three = Template.fromStack(new OrganisationStack(new App(), 'organisation', { developers }));
    const accounts: Readonly<Record<string, unknown>>[] = Object.values(
      three.findResources('AWS::Organizations::Account'),
    );
    expect(accounts.map((account) => account['DeletionPolicy'])).toEqual(['Retain', 'Retain', 'Retain']);
    expect(accounts.map((account) => account['DependsOn'])).toEqual([
      undefined,
      [expect.any(String)],
      [expect.any(String)],
    ]);
  });

  test('lets developers see what their account costs', () => {
    template.hasResourceProperties('AWS::SSO::PermissionSet', {
      ManagedPolicies: Match.arrayWith(['arn:aws:iam::aws:policy/AWSBillingReadOnlyAccess']),
    });
  });

  test('puts all of them under one policy', () => {
    const [unit] = Object.keys(template.findResources('AWS::Organizations::OrganizationalUnit'));
    template.hasResourceProperties('AWS::Organizations::Policy', {
      Type: 'SERVICE_CONTROL_POLICY',
      TargetIds: [{ 'Fn::GetAtt': [unit, 'Id'] }],
    });
    for (const { ParentIds } of propertiesOf(template, 'AWS::Organizations::Account'))
      expect(ParentIds).toEqual([{ 'Fn::GetAtt': [unit, 'Id'] }]);
  });
});

describe('the service control policy', () => {
  interface Denial {
    readonly Sid: string;
    readonly Effect: string;
    readonly Action?: readonly string[];
    readonly NotAction?: readonly string[];
  }
  const policy = serviceControlPolicy('eu-west-1') as { readonly Statement: readonly Denial[] };
  const denial = (sid: string): Denial | undefined => policy.Statement.find(({ Sid }) => Sid === sid);

  test('fits, and only denies', () => {
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(SCP_SIZE);
    expect(new Set(policy.Statement.map(({ Effect }) => Effect))).toEqual(new Set(['Deny']));
  });

  test('leaves every service that a stage is made of, and takes others', () => {
    const left = denial('OnlyTheseServices')?.NotAction ?? [];
    const needed = deriveStatements(deployedService('dev')).flatMap(({ Action }) =>
      Action.map((action) => action.replace(/:.*/, ':*')),
    );
    expect(needed.filter((service) => !left.includes(service))).toEqual([]);
    // What `cdk bootstrap` makes in an account.
    for (const service of ['cloudformation:*', 'ecr:*', 'iam:*', 's3:*', 'ssm:*']) expect(left).toContain(service);
    for (const service of ['sagemaker:*', 'rds:*', 'redshift:*', 'bedrock:*', 'eks:*'])
      expect(left).not.toContain(service);
  });

  test('takes what costs by the hour from the services that it leaves', () => {
    expect(denial('NothingThatCostsByTheHour')?.Action).toEqual(
      expect.arrayContaining(['ec2:RunInstances', 'ec2:CreateNatGateway']),
    );
  });
});

describe("a developer's stage", () => {
  test('has names of its own, in a network of its own', () => {
    const stage = parse(
      stageFileFrom(readFileSync(path.join(EVENTSAPP, 'stages/dev.yml'), 'utf8'), 'dev-ada'),
    ) as Record<string, unknown>;
    expect(stage).toMatchObject({
      subnetIds: [
        '${cf(eu-west-1):banyan-network-dev-ada.PrivateSubnetA}',
        '${cf(eu-west-1):banyan-network-dev-ada.PrivateSubnetB}',
      ],
      secrets: { mongodbUri: 'banyan/dev-ada/mongodb-uri' },
      photos: { bucket: 'banyan-dev-ada-photos', table: 'banyan-dev-ada-photos' },
    });
    expect(JSON.stringify(stage)).not.toMatch(/banyan[-/]dev[-/](?!ada)/);
  });

  test('has a stage file of the infrastructure that names no network', () => {
    const stage = parse(
      stageFileFrom(readFileSync(path.join(EVENTSAPP, 'infra/stages/dev.yml'), 'utf8'), 'dev-ada'),
    ) as object;
    expect(Object.keys(stage)).toEqual(['region', 'uploadOrigins', 'viewerPublicKey']);
  });

  test('one command deploys it, network first; one removes it, network last', () => {
    const words = (action: 'deploy' | 'remove') => stagePlan(action, ada).map((command) => command.words.join(' '));
    expect(words('deploy')).toEqual([
      'npx cdk deploy banyan-account-ada banyan-network-dev-ada --exclusively --require-approval never',
      'npm run banyan -- check --stage dev-ada',
      'npm run deploy -- --stage dev-ada',
    ]);
    expect(words('remove')).toEqual([
      'npm run deploy -- --stage dev-ada --remove',
      'npx cdk destroy banyan-network-dev-ada --exclusively --force',
    ]);
  });

  test('is no two developers’ at once', () => {
    for (const key of ['name', 'account', 'cidr', 'email'] as const)
      expect(new Set(DEVELOPERS.map((developer) => developer[key])).size).toBe(DEVELOPERS.length);
    expect(developerStage(ada)).toMatchObject({ name: 'dev-ada', account: ada.account, proxy: undefined });
  });
});
