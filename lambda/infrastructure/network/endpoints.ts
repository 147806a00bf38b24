import type { Stack } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  Port,
  SecurityGroup,
  SubnetType,
  type Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Stage } from '../stages';

interface EndpointSettings {
  readonly stage: Stage;
  readonly vpc: Vpc;
  /** Who may call a private API. */
  readonly callers: SecurityGroup;
}

/**
 * Gateway endpoints for S3 and DynamoDB, which are free, let functions reach the stage's own bucket and tables, and nothing else. Interface
 * endpoints cost by the hour: there is one for a private API only, and never one for SQS, which the VPC proxy makes unnecessary.
 *
 * @returns the id of the private API's endpoint; undefined where the API is not private
 */
export function addEndpoints(stack: Stack, { stage, vpc, callers }: EndpointSettings): string | undefined {
  const subnets = [{ subnetType: SubnetType.PRIVATE_ISOLATED }];
  const ownBucket = `arn:${stack.partition}:s3:::banyan-${stage.name}-photos`;
  const ownTables = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: `banyan-${stage.name}-*` });
  vpc
    .addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets })
    .addToPolicy(
      ownOnly(
        stack,
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
        [ownBucket, `${ownBucket}/*`],
      ),
    );
  vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB, subnets }).addToPolicy(
    ownOnly(
      stack,
      // `Scan` and `UpdateItem` are for the migrations of photos and of their schema.
      ['GetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`),
      [ownTables, `${ownTables}/index/*`],
    ),
  );
  if (!stage.privateApi) return undefined;

  const group = new SecurityGroup(stack, 'ExecuteApiGroup', {
    vpc,
    description: 'Private API: in from the proxy alone',
    allowAllOutbound: false,
  });
  group.addIngressRule(callers, Port.tcp(443), 'Proxy');
  return vpc.addInterfaceEndpoint('ExecuteApi', {
    service: InterfaceVpcEndpointAwsService.APIGATEWAY,
    securityGroups: [group],
    subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    open: false,
    // Private DNS would hide other people's public gateways from the whole VPC; the host with both ids resolves without it.
    privateDnsEnabled: false,
  }).vpcEndpointId;
}

function ownOnly(stack: Stack, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions,
    resources,
    conditions: { StringEquals: { 'aws:PrincipalAccount': stack.account } },
  });
}
