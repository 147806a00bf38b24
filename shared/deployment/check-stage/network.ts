import { ask, type Aws } from './aws';
import type { Findings } from './findings';

/** Where the functions of a stage run; ids that could not be looked up are undefined. */
export interface StageNetwork {
  readonly subnetIds: readonly (string | undefined)[];
  readonly securityGroupIds: readonly (string | undefined)[];
  /** What the proxies reach a private gateway through; empty for a public one. */
  readonly vpcEndpointIds: readonly (string | undefined)[];
}

/** By a filter, EC2 answers with those that there are; by ids it would name only the first that there is not. */
const filter = (name: string, values: readonly string[]) => ({ Filters: [{ Name: name, Values: [...values] }] });
const never = () => false;

/** Whether subnets, security groups and endpoint exist, and are of one VPC. */
export async function checkNetwork(network: StageNetwork, aws: Aws, findings: Findings): Promise<void> {
  const subnetIds = known('subnet', network.subnetIds, findings);
  const securityGroupIds = known('security group', network.securityGroupIds, findings);
  const vpcEndpointIds = known('VPC endpoint', network.vpcEndpointIds, findings);
  const vpcs = new Set<string>();
  if (subnetIds.length > 0) {
    await findings.check('subnets', async () => {
      const answer = await ask('ec2:DescribeSubnets', never, () =>
        aws.ec2.describeSubnets(filter('subnet-id', subnetIds)),
      );
      const found = answer?.Subnets ?? [];
      reportMissing('subnet', subnetIds, found, ({ SubnetId }) => SubnetId, vpcs, findings);
      const zones = new Set(found.map(({ AvailabilityZone }) => AvailabilityZone));
      if (found.length > 0 && zones.size < 2)
        findings.note('all subnets are in one availability zone: if it fails, everything does');
    });
  }
  if (securityGroupIds.length > 0) {
    await findings.check('security groups', async () => {
      const answer = await ask('ec2:DescribeSecurityGroups', never, () =>
        aws.ec2.describeSecurityGroups(filter('group-id', securityGroupIds)),
      );
      reportMissing(
        'security group',
        securityGroupIds,
        answer?.SecurityGroups ?? [],
        ({ GroupId }) => GroupId,
        vpcs,
        findings,
      );
    });
  }
  if (vpcs.size > 1) {
    findings.fault(`subnets and security groups are of different VPCs: ${[...vpcs].join(', ')}`);
  }
  if (vpcs.size > 0) {
    await findings.check('VPC', async () => {
      const answer = await ask('ec2:DescribeVpcs', never, () => aws.ec2.describeVpcs(filter('vpc-id', [...vpcs])));
      reportMissing('VPC', [...vpcs], answer?.Vpcs ?? [], ({ VpcId }) => VpcId, undefined, findings);
    });
  }
  if (vpcEndpointIds.length > 0) {
    await findings.check('VPC endpoints', () => checkEndpoints(vpcEndpointIds, aws, findings));
  }
}

function known(kind: string, ids: readonly (string | undefined)[], findings: Findings): readonly string[] {
  const found = ids.flatMap((id) => id ?? []);
  if (found.length < ids.length) findings.skipped(`${kind}: ${ids.length - found.length} of ${ids.length}`);
  return found;
}

async function checkEndpoints(ids: readonly string[], aws: Aws, findings: Findings): Promise<void> {
  const answer = await ask('ec2:DescribeVpcEndpoints', never, () =>
    aws.ec2.describeVpcEndpoints(filter('vpc-endpoint-id', ids)),
  );
  const found = answer?.VpcEndpoints ?? [];
  reportMissing('VPC endpoint', ids, found, ({ VpcEndpointId }) => VpcEndpointId, undefined, findings);
  for (const { VpcEndpointId: id = '', ServiceName: service = '', State: state = '' } of found) {
    if (!service.endsWith('.execute-api')) {
      findings.fault(`VPC endpoint ${id} leads to ${service}, not to execute-api: proxies cannot reach the gateway`);
    }
    if (state.toLowerCase() !== 'available') findings.fault(`VPC endpoint ${id} is ${state}, not available`);
  }
}

function reportMissing<T extends { readonly VpcId?: string | undefined }>(
  kind: string,
  wanted: readonly string[],
  found: readonly T[],
  idOf: (one: T) => string | undefined,
  vpcs: Set<string> | undefined,
  findings: Findings,
): void {
  for (const id of wanted) {
    const one = found.find((candidate) => idOf(candidate) === id);
    if (one === undefined) {
      findings.fault(`there is no ${kind} ${id}`);
      continue;
    }
    if (one.VpcId !== undefined) vpcs?.add(one.VpcId);
    findings.ok(`${kind} ${id}${vpcs === undefined || one.VpcId === undefined ? '' : ` in ${one.VpcId}`}`);
  }
}
