import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PipelinesStack } from '../pipeline/pipelines-stack';
import { CHAT, SERVICES } from '../services';
import { TOOLS } from '../stages';
import { propertiesOf } from './support/templates';

interface Action {
  readonly Name: string;
  readonly RunOrder: number;
  readonly ActionTypeId: { readonly Provider: string };
  readonly InputArtifacts?: readonly { readonly Name: string }[];
  readonly OutputArtifacts?: readonly { readonly Name: string }[];
  readonly Configuration?: Readonly<Record<string, unknown>>;
}

interface PipelineProperties {
  readonly Name: string;
  readonly PipelineType: string;
  readonly ExecutionMode: string;
  readonly Triggers: unknown;
  readonly Stages: readonly {
    readonly Name: string;
    readonly Actions: readonly Action[];
    readonly OnFailure?: unknown;
  }[];
}

const template = Template.fromStack(
  new PipelinesStack(new App({ analyticsReporting: false }), 'pipelines', {
    env: TOOLS,
    services: SERVICES,
    chat: CHAT,
  }),
);
const isPipeline = (properties: object): properties is PipelineProperties =>
  'Name' in properties && 'Stages' in properties && Array.isArray(properties.Stages);
const pipelines = new Map(
  propertiesOf(template, 'AWS::CodePipeline::Pipeline').map((properties) => {
    if (!isPipeline(properties)) throw new Error(`no pipeline: ${JSON.stringify(properties)}`);
    return [properties.Name, properties] as const;
  }),
);
const pipeline = (name: string): PipelineProperties => {
  const found = pipelines.get(name);
  if (found === undefined) throw new Error(`no pipeline ${name}`);
  return found;
};

test('one pipeline for each service, one for pull requests, and one that puts production back', () => {
  expect([...pipelines.keys()].sort()).toEqual([
    'banyan',
    'banyan-infrastructure',
    'banyan-proxy',
    'banyan-pull-requests',
    'banyan-roll-back-prod',
    'banyan-routes',
  ]);
  for (const { PipelineType } of pipelines.values()) expect(PipelineType).toBe('V2');
});

describe('mainline', () => {
  const { Stages, ExecutionMode, Triggers } = pipeline('banyan');

  test('source, build, test, staging, approval, prod, with their steps in order', () => {
    expect(
      Stages.map(({ Name, Actions }) => [
        Name,
        [...Actions].sort((one, other) => one.RunOrder - other.RunOrder).map(({ Name: action }) => action),
      ]),
    ).toEqual([
      ['source', ['repository']],
      ['build', ['build']],
      ['test', ['config-check', 'deploy', 'e2e']],
      ['staging', ['config-check', 'deploy', 'smoke']],
      ['approve-prod', ['approve']],
      ['prod', ['config-check', 'deploy', 'smoke-or-roll-back']],
    ]);
    // Each step waits for the one before.
    for (const { Actions } of Stages)
      expect(new Set(Actions.map(({ RunOrder }) => RunOrder)).size).toBe(Actions.length);
  });

  test('every deployment is given what was built once', () => {
    const builds = Stages.flatMap(({ Actions }) => Actions).filter(({ OutputArtifacts }) =>
      OutputArtifacts?.some(({ Name }) => Name === 'package'),
    );
    expect(builds.map(({ Name }) => Name)).toEqual(['build']);
    for (const { Name, Actions } of Stages.filter(({ Name: stage }) => ['test', 'staging', 'prod'].includes(stage)))
      for (const action of Actions)
        expect([Name, action.InputArtifacts?.map(({ Name: artefact }) => artefact)]).toEqual([
          Name,
          ['source', 'package'],
        ]);
  });

  test('a person approves before prod, and hears of it', () => {
    const approval = Stages.find(({ Name }) => Name === 'approve-prod')?.Actions[0];
    expect(approval?.ActionTypeId.Provider).toBe('Manual');
    expect(JSON.stringify(approval?.Configuration)).toContain('Approvals');
  });

  test('CodePipeline does not put prod back by itself, which would wait for no route; a roll back is refused unless QUEUED', () => {
    expect(Stages.filter(({ OnFailure }) => OnFailure !== undefined)).toEqual([]);
    expect(ExecutionMode).toBe('QUEUED');
  });

  test('starts for pushes to main, but not for a route table or for what other pipelines deploy', () => {
    const [trigger] = Triggers as { GitConfiguration: { Push: unknown } }[];
    expect(trigger?.GitConfiguration.Push).toEqual([
      {
        Branches: { Includes: ['main'] },
        FilePaths: { Includes: ['**'], Excludes: ['proxy/routes.yml', 'lambda/infrastructure/**', '**/*.md'] },
      },
    ]);
  });
});

describe('production is put back', () => {
  const { Stages, Triggers } = pipeline('banyan-roll-back-prod');

  test('whenever its smoke tests end otherwise than well: failed, timed out, stopped, abandoned', () => {
    const [rule, ...others] = propertiesOf(template, 'AWS::Events::Rule');
    expect(others).toEqual([]);
    expect(rule?.['State']).toBe('ENABLED');
    expect(rule?.['EventPattern']).toEqual({
      source: ['aws.codepipeline'],
      'detail-type': ['CodePipeline Action Execution State Change'],
      detail: {
        pipeline: ['banyan'],
        stage: ['prod'],
        action: [
          pipeline('banyan')
            .Stages.at(-1)
            ?.Actions.find(({ RunOrder }) => RunOrder === 3)?.Name,
        ],
        state: [{ 'anything-but': ['STARTED', 'SUCCEEDED'] }],
      },
    });
    const [id] = Object.keys(
      template.findResources('AWS::CodePipeline::Pipeline', { Properties: { Name: 'banyan-roll-back-prod' } }),
    );
    expect(JSON.stringify(rule?.['Targets'])).toContain(`{"Ref":"${id}"}`);
    expect(Triggers).toBeUndefined();
  });

  test('by one build, which is given what the stage’s own are, and the pipeline', () => {
    expect(Stages.map(({ Name, Actions }) => [Name, Actions.map(({ Name: action }) => action)])).toEqual([
      ['source', ['repository']],
      ['roll-back', ['roll-back']],
    ]);
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Name: 'banyan-roll-back-prod',
      Source: { BuildSpec: 'lambda/infrastructure/buildspecs/roll-back.yml' },
      Environment: {
        EnvironmentVariables: Match.arrayWith([
          { Name: 'STAGE', Type: 'PLAINTEXT', Value: 'prod' },
          Match.objectLike({ Name: 'DEPLOYER_ROLE_ARN', Value: 'arn:aws:iam::444444444444:role/deployer-banyan-prod' }),
          { Name: 'PROXY_CLUSTER', Type: 'PLAINTEXT', Value: 'banyan-proxy-prod' },
          { Name: 'PIPELINE', Type: 'PLAINTEXT', Value: 'banyan' },
        ]),
      },
    });
  });

  test('by a role that may run that stage again, and no other', () => {
    const granted = propertiesOf(template, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('codepipeline:RollbackStage'),
    );
    expect(granted).toHaveLength(1);
    const { Statement } = granted[0]?.['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] };
    const { Resource } = Statement.find(({ Action: action }) => action === 'codepipeline:RollbackStage') ?? {};
    expect(JSON.stringify(Resource)).toMatch(/:codepipeline:eu-west-1:111111111111:banyan\/prod"/);
  });

  test('people hear that it begins, and how it ends', () => {
    const rules = propertiesOf(template, 'AWS::CodeStarNotifications::NotificationRule').map(({ EventTypeIds }) =>
      JSON.stringify(EventTypeIds),
    );
    expect(rules.filter((events) => /-started.*-failed.*-succeeded/.test(events))).toHaveLength(1);
  });
});

test('the source is a connection, which holds no token of ours', () => {
  for (const { Stages } of pipelines.values())
    expect(Stages[0]?.Actions.map(({ ActionTypeId }) => ActionTypeId.Provider)).toEqual(['CodeStarSourceConnection']);
  expect(JSON.stringify(template.toJSON())).not.toMatch(/OAuthToken|SecretToken/);
});

test('the route table has a pipeline of its own: checked, published, nothing deployed', () => {
  const { Stages, Triggers } = pipeline('banyan-routes');
  expect(Stages.map(({ Name, Actions }) => [Name, Actions.map(({ Name: action }) => action)])).toEqual([
    ['source', ['repository']],
    ['build', ['check-routes']],
    ['test', ['publish-routes']],
    ['staging', ['publish-routes']],
    ['prod', ['publish-routes']],
  ]);
  expect(JSON.stringify(Triggers)).toContain('"Includes":["proxy/routes.yml"]');
  template.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'banyan-routes-prod-publish-routes',
    Environment: {
      EnvironmentVariables: Match.arrayWith([
        { Name: 'ROUTES_FILE', Type: 'PLAINTEXT', Value: 's3://banyan-routes-prod-444444444444/routes.yml' },
      ]),
    },
  });
});

test('in test all routes are on Lambda, and end-to-end tests come by way of the proxy that has the image to come', () => {
  const variablesOf = (Name: string): unknown =>
    propertiesOf(template, 'AWS::CodeBuild::Project').find((project) => project['Name'] === Name)?.['Environment'];
  const published = JSON.stringify(variablesOf('banyan-routes-test-publish-routes'));
  expect(published).toContain('{"Name":"ROUTES","Type":"PLAINTEXT","Value":"all-on-lambda"}');
  expect(published).toContain('s3://banyan-routes-test-222222222222/routes.yml');
  for (const stage of ['staging', 'prod'])
    expect(JSON.stringify(variablesOf(`banyan-routes-${stage}-publish-routes`))).not.toContain('"ROUTES"');
  expect(pipeline('banyan-proxy').Stages.map(({ Name }) => Name)).toEqual([
    'source',
    'build',
    'test',
    'staging',
    'approve-prod',
    'prod',
  ]);
});

test('the pipelines are deployed by a pipeline', () => {
  const { Stages } = pipeline('banyan-infrastructure');
  expect(Stages.map(({ Name }) => Name)).toEqual([
    'source',
    'build',
    'tools',
    'test',
    'staging',
    'approve-prod',
    'prod',
  ]);
  expect(Stages[2]?.Actions.map(({ Name }) => Name)).toEqual(['deploy-pipelines']);
});

describe('pull requests', () => {
  const { Stages, ExecutionMode, Triggers } = pipeline('banyan-pull-requests');

  test('are checked side by side, by a pipeline without a stage', () => {
    expect(Stages.map(({ Name }) => Name)).toEqual(['source', 'check']);
    expect(ExecutionMode).toBe('PARALLEL');
    expect(JSON.stringify(Triggers)).toContain('"Events":["OPEN","UPDATED"]');
  });

  test('their builds may assume no role and reach no package of the mainline: no one has reviewed them yet', () => {
    const [role] = Object.keys(
      template.findResources('AWS::IAM::Role', { Properties: { RoleName: 'build-banyan-pull-requests' } }),
    );
    const policies = propertiesOf(template, 'AWS::IAM::Policy').filter(
      ({ Roles }) => JSON.stringify(Roles) === JSON.stringify([{ Ref: role }]),
    );
    expect(policies).toHaveLength(1);
    expect(JSON.stringify(policies)).not.toContain('sts:AssumeRole');
    const buckets = Object.keys(template.findResources('AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    const [mainline] = buckets.filter((name) => name.startsWith('Artefacts'));
    expect(mainline).toBeDefined();
    expect(JSON.stringify(policies)).not.toContain(`"${mainline}"`);
  });
});

test('sources use their connection by both names of its service', () => {
  const uses = propertiesOf(template, 'AWS::IAM::Policy').filter((policy) =>
    JSON.stringify(policy).includes(':UseConnection'),
  );
  expect(uses).toHaveLength(pipelines.size);
  for (const policy of uses) {
    expect(JSON.stringify(policy)).toContain('"codestar-connections:UseConnection"');
    expect(JSON.stringify(policy)).toContain('"codeconnections:UseConnection"');
  }
});

describe('build projects', () => {
  const assumed = (roleName: string): unknown => {
    const [role] = Object.keys(template.findResources('AWS::IAM::Role', { Properties: { RoleName: roleName } }));
    const [policy] = propertiesOf(template, 'AWS::IAM::Policy').filter(
      ({ Roles }) => JSON.stringify(Roles) === JSON.stringify([{ Ref: role }]),
    );
    const { Statement } = policy?.['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] };
    return Statement.find(({ Action: action }) => action === 'sts:AssumeRole')?.Resource;
  };

  test('of a stage assume the deployer role of that stage, and no other', () => {
    expect(assumed('build-banyan-staging')).toBe('arn:aws:iam::333333333333:role/deployer-banyan-staging');
    expect(assumed('build-banyan-prod')).toBe('arn:aws:iam::444444444444:role/deployer-banyan-prod');
    expect(assumed('build-banyan-routes-prod')).toBe('arn:aws:iam::444444444444:role/deployer-banyan-routes-prod');
    expect(assumed('build-banyan')).toBeUndefined();
    expect(JSON.stringify(assumed('build-banyan-proxy-prod'))).toContain(
      ':iam::444444444444:role/cdk-hnb659fds-deploy-role-444444444444-eu-west-1',
    );
  });

  test('only the one that builds images is privileged', () => {
    const privileged = propertiesOf(template, 'AWS::CodeBuild::Project').filter(
      ({ Environment }) => (Environment as { PrivilegedMode: boolean }).PrivilegedMode,
    );
    expect(privileged.map(({ Name }) => Name)).toEqual(['banyan-proxy-build-build-image']);
  });

  test('take their commands from the repository', () => {
    for (const { Source } of propertiesOf(template, 'AWS::CodeBuild::Project') as { Source: { BuildSpec: string } }[])
      expect(Source.BuildSpec).toMatch(/^lambda\/infrastructure\/buildspecs\/[a-z0-9-]+\.yml$/);
  });
});

test('failures reach the topic and the chat, from every service', () => {
  const rules = propertiesOf(template, 'AWS::CodeStarNotifications::NotificationRule');
  // And from what puts production back.
  expect(rules).toHaveLength(SERVICES.length + 1);
  for (const { EventTypeIds, Targets } of rules) {
    expect(EventTypeIds).toEqual(expect.arrayContaining(['codepipeline-pipeline-pipeline-execution-failed']));
    expect((Targets as { TargetType: string }[]).map(({ TargetType }) => TargetType).sort()).toEqual([
      'AWSChatbotSlack',
      'SNS',
    ]);
  }
});
