import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { drainTimes, HEALTH } from '../proxy/drain';
import { RoutesStack } from '../proxy/routes-stack';
import { propertiesOf, stacksOf, stageWith } from './support/templates';

describe('proxy of a stage', () => {
  const stage = stageWith();
  const { proxy } = stacksOf(stage);

  const environment = (): Map<string, string> => {
    const [task] = propertiesOf(proxy, 'AWS::ECS::TaskDefinition') as {
      ContainerDefinitions: { Environment: { Name: string; Value: string }[] }[];
    }[];
    return new Map(task?.ContainerDefinitions[0]?.Environment.map(({ Name, Value }) => [Name, Value]));
  };

  test('two tasks at least, replaced without a gap, back to the last image by a circuit breaker', () => {
    proxy.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
      AvailabilityZoneRebalancing: 'ENABLED',
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'ENABLED' }) },
    });
    proxy.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 12 });
    expect(() => stacksOf(stageWith({ tasks: { least: 1, most: 4 } }))).toThrow('expected one a zone at least, 2');
  });

  test('scales by processor and by requests', () => {
    const metrics = propertiesOf(proxy, 'AWS::ApplicationAutoScaling::ScalingPolicy').map((policy) =>
      JSON.stringify(policy),
    );
    expect(metrics.filter((policy) => policy.includes('ECSServiceAverageCPUUtilization'))).toHaveLength(1);
    expect(metrics.filter((policy) => policy.includes('ALBRequestCountPerTarget'))).toHaveLength(1);
  });

  test('drain, deregistration and stop fit each other, as the templates have them', () => {
    proxy.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/.banyan/readyz',
      HealthCheckIntervalSeconds: 10,
      UnhealthyThresholdCount: 2,
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '55' }]),
    });
    proxy.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ StopTimeout: 60 })],
    });
    expect(environment().get('DRAIN_DELAY')).toBe('25');
    expect(drainTimes(HEALTH)).toEqual({ drainDelay: 25, deregistrationDelay: 55, stopTimeout: 60 });
    expect(() => drainTimes({ interval: 30, unhealthy: 3 })).toThrow('Fargate allows 120: check more often');
  });

  test('the admin port is on the loopback of the task, and mapped to nothing', () => {
    expect(environment().get('ADMIN_HOST')).toBe('127.0.0.1');
    proxy.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ PortMappings: [{ ContainerPort: 8080, Protocol: 'tcp' }] })],
    });
  });

  test('secrets are references by ARN, and in no variable', () => {
    const { mongodbUri, sessionSecret, adminTokens } = stage.proxy.secrets;
    proxy.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Secrets: [
            { Name: 'MONGODB_URI', ValueFrom: mongodbUri },
            { Name: 'SESSION_SECRET', ValueFrom: sessionSecret },
            { Name: 'ADMIN_TOKENS', ValueFrom: adminTokens },
          ],
        }),
      ],
    });
    expect([...environment().keys()].filter((name) => /SECRET|TOKEN|URI/.test(name))).toEqual([]);
  });

  test('follows the route table of its stage, and may read nothing else', () => {
    expect(environment().get('ROUTES_FILE')).toBe('s3://banyan-routes-prod-444444444444/routes.yml');
    proxy.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject' }),
          Match.objectLike({ Action: 's3:ListBucket' }),
        ]),
      }),
    });
    // An image never carries a table.
    expect(Object.keys(proxy.findParameters('ImageTag'))).toEqual(['ImageTag']);
    proxy.resourceCountIs('AWS::S3::Bucket', 1);
  });

  test('everything goes to the proxy, with the monolith as a second target of weight 0', () => {
    proxy.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: { TargetGroups: [Match.objectLike({ Weight: 100 }), Match.objectLike({ Weight: 0 })] },
        },
      ],
    });
    proxy.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 0);
  });

  test('a path prefix and a weight go past the proxy, straight to the monolith', () => {
    const { proxy: past } = stacksOf(stageWith({ past: { prefixes: ['/uploads', '/live', '/feed'], percent: 25 } }));
    past.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: { TargetGroups: [Match.objectLike({ Weight: 75 }), Match.objectLike({ Weight: 25 })] },
        },
      ],
    });
    const rules = propertiesOf(past, 'AWS::ElasticLoadBalancingV2::ListenerRule');
    expect(rules.map(({ Priority, Conditions }) => [Priority, Conditions])).toEqual([
      [10, [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/uploads', '/uploads/*', '/live', '/live/*'] } }]],
      [11, [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/feed', '/feed/*'] } }]],
    ]);
    expect(JSON.stringify(rules)).toContain('Monolith');
    past.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Targets: [
        { Id: '10.140.1.10', Port: 3000, AvailabilityZone: 'all' },
        { Id: '10.140.2.10', Port: 3000, AvailabilityZone: 'all' },
      ],
    });
  });

  test.each([
    [{ prefixes: ['/uploads/'], percent: 0 }, 'without a slash at its end'],
    [{ prefixes: ['/*'], percent: 0 }, 'expected a path such as /uploads'],
    [{ prefixes: [], percent: 101 }, 'expected a whole number from 0 to 100'],
    [{ prefixes: [], percent: 0.5 }, 'expected a whole number from 0 to 100'],
  ])('refuses %j', (past, message) => {
    expect(() => stacksOf(stageWith({ past }))).toThrow(message);
  });

  test('alarms reach the topic of the stage, and say when they are over', () => {
    const alarms = propertiesOf(proxy, 'AWS::CloudWatch::Alarm').filter(({ AlarmName }) => AlarmName !== undefined);
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      ['5xx', 'busy', 'memory', 'no-target', 'slow', 'too-few'].map((name) => `banyan-proxy-prod-${name}`),
    );
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(OKActions).toEqual(AlarmActions);
    }
    proxy.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] } }),
    });
  });
});

describe('route table of a stage', () => {
  const stage = stageWith();
  const template = Template.fromStack(
    new RoutesStack(new App(), 'routes', { env: { account: stage.account, region: stage.region }, stage }),
  );

  test('its bucket keeps versions and outlives the stack', () => {
    template.hasResource('AWS::S3::Bucket', {
      Properties: Match.objectLike({ VersioningConfiguration: { Status: 'Enabled' } }),
      DeletionPolicy: 'Retain',
    });
  });

  test('its publisher writes one object, and is assumed by one build of the tools account', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({
            Condition: {
              ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/build-banyan-routes-prod' },
            },
          }),
        ],
      }),
    });
    const [policy] = propertiesOf(template, 'AWS::IAM::Policy');
    expect(JSON.stringify(policy)).toMatch(/"Action":\["s3:PutObject","s3:GetObject"\]/);
    expect(JSON.stringify(policy)).toContain('/routes.yml');
  });
});
