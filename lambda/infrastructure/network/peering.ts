import { CfnRoute, CfnVPCPeeringConnection, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, CompositePrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Stack } from 'aws-cdk-lib';
import { acknowledge } from '../nag/acknowledge';
import type { Stage } from '../stages';

type Named = Pick<Stage, 'name' | 'account'>;
const roleName = ({ name }: Pick<Stage, 'name'>): string => `banyan-peering-${name}`;

/** ARN of the role that accepts peerings with a stage's monolith, for the accounts given to {@link admitPeering}. */
export function peeringRoleArn(stage: Named): string {
  return `arn:aws:iam::${stage.account}:role/${roleName(stage)}`;
}

/** The route to the monolith's VPC. The monolith's team adds the way back: a route to this VPC's range. */
export function peerWithMonolith(stack: Stack, { name, monolith }: Stage, vpc: Vpc): void {
  const { owner } = monolith;
  const peering = new CfnVPCPeeringConnection(stack, 'MonolithPeering', {
    vpcId: vpc.vpcId,
    peerVpcId: monolith.vpcId,
    // In another account a role accepts; in the same one CloudFormation does.
    ...(owner !== undefined && { peerOwnerId: owner.account, peerRoleArn: owner.peeringRoleArn }),
    tags: [{ key: 'Name', value: `banyan-${name}-monolith` }],
  });
  for (const { node, routeTable } of [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets])
    new CfnRoute(stack, `MonolithRoute-${node.id}`, {
      routeTableId: routeTable.routeTableId,
      destinationCidrBlock: monolith.cidr,
      vpcPeeringConnectionId: peering.ref,
    });
}

/** Lets developers' accounts peer with the VPC of this stage's monolith, through a role that they may assume and that can do nothing else. */
export function admitPeering(stack: Stack, { name, monolith }: Stage, accounts: readonly string[]): void {
  if (accounts.length === 0) return;
  const role = new Role(stack, 'Peering', {
    roleName: roleName({ name }),
    assumedBy: new CompositePrincipal(...accounts.map((account) => new AccountPrincipal(account))),
  });
  const [vpc, peerings] = [`vpc/${monolith.vpcId}`, 'vpc-peering-connection/*'].map(
    (resource) => `arn:aws:ec2:${stack.region}:${stack.account}:${resource}`,
  );
  role.addToPolicy(
    new PolicyStatement({ actions: ['ec2:AcceptVpcPeeringConnection'], resources: [vpc ?? '', peerings ?? ''] }),
  );
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::${peerings}]`,
    'EC2 makes the ids of peerings; the VPC is the one above.',
  );
}
