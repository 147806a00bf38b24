import { Duration, type Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import {
  AvailabilityZoneRebalancing,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  ExecuteCommandLogging,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge } from '../nag/acknowledge';
import { SUBNETS, type NetworkStack } from '../network/network-stack';
import type { ProxySettings, Stage } from '../stages';
import { drainTimes, HEALTH } from './drain';
import { ADMIN_PORT, PROXY_PORT } from './proxy-port';
import { routesLocation } from './routes-stack';

interface ServiceSettings {
  readonly stage: Stage & { readonly proxy: ProxySettings };
  readonly network: NetworkStack;
  readonly images: IRepository;
  readonly tag: string;
  readonly targets: ApplicationTargetGroup;
}

/** Half a vCPU forwards some hundreds of requests a second (`npm run bench`); one task alone must be able to take over when a zone fails. */
const TASK = { cpu: 512, memoryLimitMiB: 1024 } as const;
const REQUESTS_PER_TASK_AND_MINUTE = 200 * 60;
const BUSY_PERCENT = 50;

/** The proxies: at least one task a zone, replaced one by one; if a new image does not become ready, the last one is restored. */
export function addProxyService(
  stack: Stack,
  { stage, network, images, tag, targets }: ServiceSettings,
): FargateService {
  const { tasks, egress } = stage.proxy;
  if (tasks.least < stage.zones.length)
    throw new Error(`${stage.name} wants ${tasks.least} proxies; expected one a zone at least, ${stage.zones.length}`);
  const cluster = new Cluster(stack, 'Cluster', {
    vpc: network.vpc,
    clusterName: clusterName(stage),
    containerInsightsV2: ContainerInsights.ENABLED,
    executeCommandConfiguration: { logging: ExecuteCommandLogging.DEFAULT },
  });
  const service = new FargateService(stack, 'Service', {
    cluster,
    serviceName: 'proxy',
    taskDefinition: taskDefinition(stack, { stage, network, images, tag }),
    desiredCount: tasks.least,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { enable: true, rollback: true },
    availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
    healthCheckGracePeriod: Duration.seconds(30),
    securityGroups: [network.proxyGroup],
    vpcSubnets: { subnetGroupName: egress === 'nat' ? SUBNETS.tasks : SUBNETS.edge },
    assignPublicIp: egress === 'public-address',
    // How operators get in: the admin port is on each task's loopback.
    enableExecuteCommand: true,
  });
  service.attachToApplicationTargetGroup(targets);

  const scaling = service.autoScaleTaskCount({ minCapacity: tasks.least, maxCapacity: tasks.most });
  const cooldown = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(10) };
  scaling.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: BUSY_PERCENT, ...cooldown });
  scaling.scaleOnRequestCount('Requests', {
    requestsPerTarget: REQUESTS_PER_TASK_AND_MINUTE,
    targetGroup: targets,
    ...cooldown,
  });
  return service;
}

/** Named so that a roll back need not look it up. */
export function clusterName(stage: Stage): string {
  return `banyan-proxy-${stage.name}`;
}

function taskDefinition(
  stack: Stack,
  { stage, network, images, tag }: Omit<ServiceSettings, 'targets'>,
): FargateTaskDefinition {
  const { drainDelay, stopTimeout } = drainTimes(HEALTH);
  const { secrets } = stage.proxy;
  const { bucket, key } = routesLocation(stage);
  const stored = (id: string, arn: string) =>
    Secret.fromSecretsManager(StoredSecret.fromSecretCompleteArn(stack, id, arn));
  const definition = new FargateTaskDefinition(stack, 'Task', {
    ...TASK,
    family: clusterName(stage),
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
  });
  definition.addContainer('proxy', {
    image: ContainerImage.fromEcrRepository(images, tag),
    portMappings: [{ containerPort: PROXY_PORT }],
    stopTimeout: Duration.seconds(stopTimeout),
    logging: LogDriver.awsLogs({
      streamPrefix: 'proxy',
      logGroup: new LogGroup(stack, 'Log', {
        logGroupName: `/banyan/${stage.name}/proxy`,
        retention: RetentionDays.THREE_MONTHS,
      }),
    }),
    environment: {
      HOST: '0.0.0.0',
      PORT: String(PROXY_PORT),
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: String(ADMIN_PORT),
      TRUSTED_HOPS: '1',
      DRAIN_DELAY: String(drainDelay),
      LEGACY_URL: `http://${stage.monolith.host}:${stage.monolith.port}`,
      LAMBDA_URL: lambdaUrl(stage, network),
      LAMBDA_ENDPOINT_TYPE: stage.privateApi ? 'private' : 'regional',
      ROUTES_FILE: `s3://${bucket}/${key}`,
      GUARD_SNS_TOPIC_ARN: network.alarmTopic.topicArn,
    },
    secrets: {
      MONGODB_URI: stored('MongodbUri', secrets.mongodbUri),
      SESSION_SECRET: stored('SessionSecret', secrets.sessionSecret),
      ADMIN_TOKENS: stored('AdminTokens', secrets.adminTokens),
    },
  });
  const routes = `arn:${stack.partition}:s3:::${bucket}`;
  definition.addToTaskRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${routes}/${key}`] }));
  // Without it S3 answers 403, not 404, for a missing table.
  definition.addToTaskRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [routes] }));
  network.alarmTopic.grantPublish(definition.taskRole);
  acknowledge(
    definition,
    'AwsSolutions-ECS2',
    'Addresses and times, which are no secrets; the secrets are references to Secrets Manager.',
  );
  const everything = 'AwsSolutions-IAM5[Resource::*]';
  acknowledge(
    definition.taskRole,
    everything,
    'ssmmessages, for ECS Exec, and the choice of a log group know no resources (service authorization reference).',
  );
  acknowledge(
    definition.obtainExecutionRole(),
    everything,
    'ecr:GetAuthorizationToken is for the whole registry; layers are read from one repository.',
  );
  return definition;
}

/** `https://<api id>-<endpoint id>...` reaches a private API from every subnet (lambda/README.md). */
function lambdaUrl(stage: Stage & { readonly proxy: ProxySettings }, network: NetworkStack): string {
  const { restApiId } = stage.proxy;
  const host = network.executeApiEndpointId === undefined ? restApiId : `${restApiId}-${network.executeApiEndpointId}`;
  return `https://${host}.execute-api.${stage.region}.amazonaws.com/${stage.name}`;
}
