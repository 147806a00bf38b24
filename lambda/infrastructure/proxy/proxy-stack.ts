import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { SUBNETS, type NetworkStack } from '../network/network-stack';
import { TOOLS, type ProxySettings, type Stage } from '../stages';
import { addLoadBalancer } from './load-balancer';
import { addProxyAlarms, putBackOn } from './proxy-alarms';
import { addProxyService } from './proxy-service';

/** The image repository, in the tools account. Tags are immutable: each is the commit that its image was built from. */
export const IMAGES = 'banyan-proxy';

interface ProxyStackProps extends StackProps {
  readonly stage: Stage & { readonly proxy: ProxySettings };
  readonly network: NetworkStack;
}

/** The routing proxy of a stage: load balancer, service on Fargate, alarms. */
export class ProxyStack extends Stack {
  constructor(scope: Construct, id: string, { stage, network, ...props }: ProxyStackProps) {
    super(scope, id, props);
    const tag = new CfnParameter(this, 'ImageTag', {
      description: 'Commit that the image was built from',
      allowedPattern: '[0-9a-f]{40}',
    });
    const images = Repository.fromRepositoryAttributes(this, 'Images', {
      repositoryName: IMAGES,
      repositoryArn: `arn:aws:ecr:${TOOLS.region}:${TOOLS.account}:repository/${IMAGES}`,
    });
    const { loadBalancer, proxy } = addLoadBalancer(this, {
      vpc: network.vpc,
      subnetGroupName: SUBNETS.edge,
      securityGroup: network.loadBalancerGroup,
      settings: stage.proxy,
      monolith: stage.monolith,
    });
    const service = addProxyService(this, { stage, network, images, tag: tag.valueAsString, targets: proxy });
    addProxyAlarms(this, { stage, service, loadBalancer, targets: proxy, topic: network.alarmTopic });
    putBackOn(service, stage);
    new CfnOutput(this, 'ProxyUrl', { value: `https://${stage.proxy.domain}` });
    new CfnOutput(this, 'LoadBalancerName', { value: loadBalancer.loadBalancerDnsName });
  }
}
