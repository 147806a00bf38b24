import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type SubnetConfiguration,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';
import { PROXY_PORT } from '../proxy/proxy-port';
import type { Stage } from '../stages';
import { alarmTopic } from './alarm-topic';
import { addEndpoints } from './endpoints';
import { admitPeering, peerWithMonolith } from './peering';

/** Subnets, named by what lives there; the console shows these names. */
export const SUBNETS = { edge: 'edge', functions: 'functions', tasks: 'tasks' } as const;

interface NetworkStackProps extends StackProps {
  readonly stage: Stage;
  /** Accounts whose networks may be peered with the monolith of this stage. */
  readonly admits?: readonly string[];
}

/**
 * The network of a stage's functions and proxy. Functions are in subnets without a way out: no NAT gateway, no interface endpoint; a function
 * that needs both AWS and MongoDB is split in two (lambda/vpc-proxy). lambda/eventsapp/stages/<stage>.yml looks up the outputs.
 */
export class NetworkStack extends Stack {
  readonly vpc: Vpc;
  readonly alarmTopic: Topic;
  readonly loadBalancerGroup: SecurityGroup;
  readonly proxyGroup: SecurityGroup;
  /** Id of the private API's endpoint; undefined where the API is not private. */
  readonly executeApiEndpointId: string | undefined;

  constructor(scope: Construct, id: string, { stage, admits = [], ...props }: NetworkStackProps) {
    super(scope, id, props);
    const nat = stage.proxy?.egress === 'nat';
    this.vpc = new Vpc(this, 'Vpc', {
      vpcName: `banyan-${stage.name}`,
      ipAddresses: IpAddresses.cidr(stage.cidr),
      availabilityZones: [...stage.zones],
      natGateways: nat ? stage.zones.length : 0,
      subnetConfiguration: subnetConfiguration({ nat }),
      // Nothing uses the default group: every interface names its own. Emptying it would need a CDK-provided function in every account.
      restrictDefaultSecurityGroup: false,
    });
    this.vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RejectedTraffic', { retention: RetentionDays.ONE_MONTH }),
      ),
    });
    this.alarmTopic = alarmTopic(this, `banyan-network-${stage.name}-alarms`);

    this.loadBalancerGroup = this.group('LoadBalancerGroup', 'Load balancer: in from everywhere, out to the proxy');
    acknowledge(
      this.loadBalancerGroup,
      'AwsSolutions-EC23',
      'Clients of a public service come from everywhere; only 443 and its redirect are open.',
    );
    this.proxyGroup = this.group('ProxyGroup', 'Proxy: in from the load balancer alone');
    const functionGroup = this.group('FunctionGroup', 'Functions: out to MongoDB, S3 and DynamoDB');
    this.connect(stage, functionGroup);
    peerWithMonolith(this, stage, this.vpc);
    admitPeering(this, stage, admits);
    this.executeApiEndpointId = addEndpoints(this, { stage, vpc: this.vpc, callers: this.proxyGroup });

    const [first, second] = this.vpc.selectSubnets({ subnetGroupName: SUBNETS.functions }).subnetIds;
    const outputs = {
      LambdaSecurityGroup: functionGroup.securityGroupId,
      PrivateSubnetA: first,
      PrivateSubnetB: second,
      ExecuteApiEndpoint: this.executeApiEndpointId,
      AlarmTopic: this.alarmTopic.topicArn,
    };
    for (const [name, value] of Object.entries(outputs))
      if (value !== undefined) new CfnOutput(this, `Output${name}`, { value }).overrideLogicalId(name);
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  /** Who may open a connection to whom. Anything else is dropped and appears in the flow log. */
  private connect({ monolith, prefixLists }: Stage, functions: SecurityGroup): void {
    const database = [Peer.ipv4(monolith.cidr), Port.tcp(monolith.mongodbPort)] as const;
    const legacy = [Peer.ipv4(monolith.cidr), Port.tcp(monolith.port)] as const;
    functions.addEgressRule(...database, 'MongoDB');
    functions.addEgressRule(Peer.prefixList(prefixLists.s3), Port.tcp(443), 'S3 by its gateway endpoint');
    functions.addEgressRule(Peer.prefixList(prefixLists.dynamodb), Port.tcp(443), 'DynamoDB by its gateway endpoint');

    this.loadBalancerGroup.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'Clients');
    this.loadBalancerGroup.addIngressRule(Peer.anyIpv4(), Port.tcp(80), 'Redirected to 443');
    this.loadBalancerGroup.addEgressRule(this.proxyGroup, Port.tcp(PROXY_PORT), 'Proxy');
    this.loadBalancerGroup.addEgressRule(...legacy, 'Monolith, for what goes past the proxy');

    this.proxyGroup.addIngressRule(this.loadBalancerGroup, Port.tcp(PROXY_PORT), 'Load balancer');
    this.proxyGroup.addEgressRule(...legacy, 'Monolith');
    this.proxyGroup.addEgressRule(...database, 'MongoDB');
    this.proxyGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'API Gateway, S3, ECR, Secrets Manager, logs, SNS');
  }
}

function subnetConfiguration({ nat }: { readonly nat: boolean }): SubnetConfiguration[] {
  return [
    // The service gives each task its public address; nothing else gets one just by being in this subnet.
    { name: SUBNETS.edge, subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
    { name: SUBNETS.functions, subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 23 },
    ...(nat ? [{ name: SUBNETS.tasks, subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 }] : []),
  ];
}
