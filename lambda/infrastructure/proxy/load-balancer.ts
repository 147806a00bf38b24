import { Duration, type Stack } from 'aws-cdk-lib';
import type { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IpTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { acknowledge } from '../nag/acknowledge';
import type { Monolith, ProxySettings } from '../stages';
import { drainTimes, HEALTH } from './drain';
import { PROXY_PORT } from './proxy-port';

interface LoadBalancerSettings {
  readonly vpc: Vpc;
  readonly subnetGroupName: string;
  readonly securityGroup: SecurityGroup;
  readonly settings: ProxySettings;
  readonly monolith: Monolith;
}

export interface EdgeOfStage {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly proxy: ApplicationTargetGroup;
}

/** A rule's path condition takes five values, and each prefix needs two. */
const PREFIXES_PER_RULE = 2;

/**
 * The load balancer that clients reach. It sends everything to the proxy, except for path prefixes and a share of the traffic that the stage
 * sends straight to the monolith: one deployment of this stack takes a failing proxy out of the path.
 */
export function addLoadBalancer(stack: Stack, { settings, monolith, ...edge }: LoadBalancerSettings): EdgeOfStage {
  const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', {
    vpc: edge.vpc,
    vpcSubnets: { subnetGroupName: edge.subnetGroupName },
    internetFacing: true,
    securityGroup: edge.securityGroup,
    deletionProtection: true,
    // Less than the proxy's 65 s, so that the proxy never closes a connection on which a request is about to arrive.
    idleTimeout: Duration.seconds(60),
    // Requests reach the monolith as they did before; the proxy refuses those that could be parsed in two ways.
    dropInvalidHeaderFields: false,
  });
  loadBalancer.logAccessLogs(accessLogs(stack));

  const proxy = new ApplicationTargetGroup(stack, 'Proxy', {
    vpc: edge.vpc,
    targetType: TargetType.IP,
    protocol: ApplicationProtocol.HTTP,
    port: PROXY_PORT,
    deregistrationDelay: Duration.seconds(drainTimes(HEALTH).deregistrationDelay),
    healthCheck: {
      path: '/.banyan/readyz',
      interval: Duration.seconds(HEALTH.interval),
      timeout: Duration.seconds(HEALTH.timeout),
      healthyThresholdCount: HEALTH.healthy,
      unhealthyThresholdCount: HEALTH.unhealthy,
      healthyHttpCodes: '200',
    },
  });
  const legacy = new ApplicationTargetGroup(stack, 'Monolith', {
    vpc: edge.vpc,
    targetType: TargetType.IP,
    protocol: ApplicationProtocol.HTTP,
    port: monolith.port,
    // In a peered VPC, and so outside the zones that the load balancer knows.
    targets: monolith.addresses.map((address) => new IpTarget(address, monolith.port, 'all')),
    healthCheck: { path: '/healthz', healthyHttpCodes: '200' },
  });

  const listener = loadBalancer.addListener('Https', {
    protocol: ApplicationProtocol.HTTPS,
    port: 443,
    open: false,
    certificates: [{ certificateArn: settings.certificateArn }],
    sslPolicy: SslPolicy.TLS13_RES,
    defaultAction: byWeight({ proxy, legacy, percentPast: settings.past.percent }),
  });
  sendPast(listener, legacy, settings.past.prefixes);
  loadBalancer.addRedirect({ open: false });
  return { loadBalancer, proxy };
}

/** A weight of 0 takes a target group out without forgetting it. */
function byWeight(to: {
  readonly proxy: ApplicationTargetGroup;
  readonly legacy: ApplicationTargetGroup;
  readonly percentPast: number;
}): ListenerAction {
  if (!Number.isInteger(to.percentPast) || to.percentPast < 0 || to.percentPast > 100)
    throw new Error(`past.percent is ${to.percentPast}; expected a whole number from 0 to 100`);
  return ListenerAction.weightedForward([
    { targetGroup: to.proxy, weight: 100 - to.percentPast },
    { targetGroup: to.legacy, weight: to.percentPast },
  ]);
}

function sendPast(listener: ApplicationListener, legacy: ApplicationTargetGroup, prefixes: readonly string[]): void {
  for (const prefix of prefixes)
    if (!/^\/[\w\-./]*[\w\-.]$/.test(prefix))
      throw new Error(
        `past.prefixes has ${JSON.stringify(prefix)}; expected a path such as /uploads, without a slash at its end`,
      );
  for (let rule = 0; rule * PREFIXES_PER_RULE < prefixes.length; rule += 1) {
    const some = prefixes.slice(rule * PREFIXES_PER_RULE, (rule + 1) * PREFIXES_PER_RULE);
    // Two patterns for each: `/uploads*` would also match /uploads-of-others.
    listener.addAction(`Past${rule}`, {
      priority: 10 + rule,
      conditions: [ListenerCondition.pathPatterns(some.flatMap((prefix) => [prefix, `${prefix}/*`]))],
      action: ListenerAction.forward([legacy]),
    });
  }
}

function accessLogs(stack: Stack): Bucket {
  const bucket = new Bucket(stack, 'AccessLogs', {
    // The only encryption with which load balancers can write logs.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    lifecycleRules: [{ id: 'old-logs', expiration: Duration.days(30) }],
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'Holds access logs itself; a log of who reads them would need another such bucket.',
  );
  return bucket;
}
