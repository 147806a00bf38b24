import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { NetworkStack } from '../network/network-stack';
import { peeringRoleArn } from '../network/peering';
import { propertiesOf, stacksOf, stageWith } from './support/templates';

describe('network of a stage', () => {
  const { network } = stacksOf(stageWith());

  test('has no NAT gateway, and no route to the internet from functions', () => {
    network.resourceCountIs('AWS::EC2::NatGateway', 0);
    const subnets = Object.entries(network.findResources('AWS::EC2::Subnet'));
    const internal = subnets.filter(([id]) => id.includes('functions'));
    expect(internal).toHaveLength(2);
    const tables = Object.values(network.findResources('AWS::EC2::SubnetRouteTableAssociation')).map(
      ({ Properties }) => Properties as { SubnetId: { Ref: string }; RouteTableId: { Ref: string } },
    );
    const ofFunctions = new Set(
      tables
        .filter(({ SubnetId }) => internal.some(([id]) => id === SubnetId.Ref))
        .map((table) => table.RouteTableId.Ref),
    );
    const routes = propertiesOf(network, 'AWS::EC2::Route').filter(({ RouteTableId }) =>
      ofFunctions.has((RouteTableId as { Ref: string }).Ref),
    );
    expect(routes.map((route) => route['DestinationCidrBlock'])).toEqual(['10.140.0.0/16', '10.140.0.0/16']);
    expect(routes.every((route) => 'VpcPeeringConnectionId' in route)).toBe(true);
  });

  test('S3 and DynamoDB have gateway endpoints, which are free; only the private API has an interface endpoint', () => {
    const endpoints = propertiesOf(network, 'AWS::EC2::VPCEndpoint').map(({ VpcEndpointType, ServiceName }) => [
      VpcEndpointType,
      JSON.stringify(ServiceName),
    ]);
    expect(endpoints).toHaveLength(3);
    expect(
      endpoints.filter(([type]) => type === 'Gateway').map(([, name]) => /s3|dynamodb/.exec(name as string)?.[0]),
    ).toEqual(['s3', 'dynamodb']);
    expect(endpoints.filter(([type]) => type === 'Interface')).toEqual([
      ['Interface', expect.stringContaining('execute-api')],
    ]);
  });

  test.each([true, false])(
    'never has an endpoint for SQS: the VPC proxy would have no reason (private API: %s)',
    (privateApi) => {
      const { network: other } = stacksOf(stageWith({}, { privateApi }));
      const names = propertiesOf(other, 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) => JSON.stringify(ServiceName));
      expect(names).toHaveLength(privateApi ? 3 : 2);
      expect(names.filter((name) => /sqs/i.test(name))).toEqual([]);
      other.resourceCountIs('AWS::EC2::NatGateway', 0);
      expect(Object.keys(other.findOutputs('ExecuteApiEndpoint'))).toHaveLength(privateApi ? 1 : 0);
    },
  );

  test('a monolith in another account accepts the peering by a role there, which admits those accounts and does nothing else', () => {
    const stage = stageWith({}, { account: '222222222222', name: 'test' });
    const owner = { account: stage.account, peeringRoleArn: peeringRoleArn(stage) };
    const { network: theirs } = stacksOf({ ...stage, account: '555555555551', monolith: { ...stage.monolith, owner } });
    theirs.hasResourceProperties('AWS::EC2::VPCPeeringConnection', {
      PeerOwnerId: '222222222222',
      PeerRoleArn: 'arn:aws:iam::222222222222:role/banyan-peering-test',
    });
    const env = { account: stage.account, region: stage.region };
    const own = Template.fromStack(
      new NetworkStack(new App({ analyticsReporting: false }), 'own', { env, stage, admits: ['555555555551'] }),
    );
    expect(propertiesOf(own, 'AWS::EC2::VPCPeeringConnection')[0]).not.toHaveProperty('PeerOwnerId');
    const [role] = Object.entries(
      own.findResources('AWS::IAM::Role', { Properties: { RoleName: 'banyan-peering-test' } }),
    );
    expect(JSON.stringify(role)).toContain(':iam::555555555551:root');
    own.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: role?.[0] }],
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'ec2:AcceptVpcPeeringConnection' })] },
    });
  });

  test('the private API is open to the proxy alone', () => {
    const [ingress, ...others] = propertiesOf(network, 'AWS::EC2::SecurityGroupIngress').filter(
      ({ FromPort }) => FromPort === 443,
    );
    expect(others).toEqual([]);
    expect(JSON.stringify(ingress?.['SourceSecurityGroupId'])).toContain('ProxyGroup');
  });

  test('the proxy is open to the load balancer alone, on one port', () => {
    const groups = network.findResources('AWS::EC2::SecurityGroup', {
      Properties: { GroupDescription: Match.stringLikeRegexp('^Proxy') },
    });
    const [group] = Object.values(groups) as { Properties: { SecurityGroupIngress?: unknown } }[];
    expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
    const ingress = propertiesOf(network, 'AWS::EC2::SecurityGroupIngress').filter(({ GroupId }) =>
      JSON.stringify(GroupId).includes('ProxyGroup'),
    );
    expect(ingress).toEqual([expect.objectContaining({ FromPort: 8080, ToPort: 8080, IpProtocol: 'tcp' })]);
    expect(JSON.stringify(ingress[0]?.['SourceSecurityGroupId'])).toContain('LoadBalancerGroup');
  });

  test('functions reach MongoDB, S3 and DynamoDB, and no address on the internet', () => {
    network.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('^Functions'),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '10.140.0.0/16', FromPort: 27017, ToPort: 27017 })],
    });
    const others = propertiesOf(network, 'AWS::EC2::SecurityGroupEgress').filter(({ GroupId }) =>
      JSON.stringify(GroupId).includes('FunctionGroup'),
    );
    expect(others.map(({ DestinationPrefixListId, FromPort }) => [DestinationPrefixListId, FromPort])).toEqual([
      ['pl-6da54004', 443],
      ['pl-6fa54006', 443],
    ]);
  });

  test('has the outputs that the stage files look up', () => {
    for (const name of ['LambdaSecurityGroup', 'PrivateSubnetA', 'PrivateSubnetB', 'ExecuteApiEndpoint', 'AlarmTopic'])
      expect(Object.keys(network.findOutputs(name))).toEqual([name]);
  });

  test('with NAT, a gateway a zone, which tasks use and functions do not', () => {
    const { network: withNat, proxy } = stacksOf(stageWith({ egress: 'nat' }));
    withNat.resourceCountIs('AWS::EC2::NatGateway', 2);
    proxy.hasResourceProperties('AWS::ECS::Service', {
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'DISABLED' }) },
    });
    const toNat = Object.entries(
      withNat.findResources('AWS::EC2::Route', { Properties: { NatGatewayId: Match.anyValue() } }),
    );
    expect(toNat.map(([id]) => /tasks|functions|edge/.exec(id)?.[0])).toEqual(['tasks', 'tasks']);
  });
});
