import { zipFaults } from '../../../../../shared/deployment/package/zips';
import {
  placeholderFor,
  startPlaceholderAws,
  type PlaceholderAws,
} from '../../../../../shared/deployment/package/placeholder-aws';
import { stackFaults } from '../../../../../shared/deployment/package/stacks';
import { findLookups, listLookups } from '../../../../../shared/deployment/package/stage-lookups';

const STAGE_FILE = `
subnets:
  - \${cf:network-prod.SubnetA}
  - \${cf(eu-west-1):network-prod.SubnetB}
uri: '{{resolve:secretsmanager:\${ssm:/banyan/prod/uri}}}'
other: \${ssm(eu-west-1, raw):/banyan/prod/other, 'fallback'}
self: \${self:custom.x}
`;

describe('findLookups', () => {
  it('finds parameters and outputs, with and without a region', () => {
    const { parameters, stacks } = findLookups(STAGE_FILE);
    expect([...parameters]).toEqual(['/banyan/prod/uri', '/banyan/prod/other']);
    expect([...stacks].map(([stack, outputs]) => [stack, [...outputs]])).toEqual([
      ['network-prod', ['SubnetA', 'SubnetB']],
    ]);
  });
});

describe('listLookups', () => {
  it('tells region and address of each, once', () => {
    expect(listLookups(STAGE_FILE + STAGE_FILE)).toEqual([
      {
        expression: 'cf:network-prod.SubnetA',
        region: undefined,
        kind: 'output',
        stack: 'network-prod',
        output: 'SubnetA',
      },
      {
        expression: 'cf(eu-west-1):network-prod.SubnetB',
        region: 'eu-west-1',
        kind: 'output',
        stack: 'network-prod',
        output: 'SubnetB',
      },
      { expression: 'ssm:/banyan/prod/uri', region: undefined, kind: 'parameter', name: '/banyan/prod/uri' },
      {
        expression: 'ssm(eu-west-1, raw):/banyan/prod/other',
        region: 'eu-west-1',
        kind: 'parameter',
        name: '/banyan/prod/other',
      },
    ]);
  });
});

describe('startPlaceholderAws', () => {
  let aws: PlaceholderAws;

  beforeAll(async () => {
    aws = await startPlaceholderAws(findLookups(STAGE_FILE));
  });
  afterAll(() => aws.close());

  const ssm = (target: string, name: string) =>
    fetch(aws.url, { method: 'POST', headers: { 'x-amz-target': target }, body: JSON.stringify({ Name: name }) });
  const query = (parameters: Record<string, string>) =>
    fetch(aws.url, { method: 'POST', body: new URLSearchParams(parameters) });

  it('answers a parameter that the stage looks up', async () => {
    const response = await ssm('AmazonSSM.GetParameter', '/banyan/prod/uri');
    expect(await response.json()).toMatchObject({ Parameter: { Name: '/banyan/prod/uri', Type: 'String' } });
  });

  it('knows no other parameter', async () => {
    const response = await ssm('AmazonSSM.GetParameter', '/banyan/prod/misspelt');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ __type: 'ParameterNotFound' });
  });

  it('answers the outputs of a stack, and knows no other stack', async () => {
    const found = await (await query({ Action: 'DescribeStacks', StackName: 'network-prod' })).text();
    expect(found).toContain(`<OutputKey>SubnetA</OutputKey><OutputValue>${placeholderFor('SubnetA')}</OutputValue>`);
    const missing = await query({ Action: 'DescribeStacks', StackName: 'misspelt' });
    expect(missing.status).toBe(400);
    expect(await missing.text()).toContain('Stack with id misspelt does not exist');
  });

  it('says that nothing is deployed yet, which is what splitting stacks depends on', async () => {
    const answer = await query({ Action: 'ListStackResources', StackName: 'banyan-prod' });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('Stack with id banyan-prod does not exist'),
    ]);
  });

  it.each([{ Action: 'GetCallerIdentity' }, {}])('refuses %j', async (parameters) => {
    expect((await query(parameters)).status).toBe(400);
  });
});

describe('placeholderFor', () => {
  it('looks like the id it stands for', () => {
    expect(placeholderFor('PrivateSubnetA')).toMatch(/^subnet-[0-9a-f]{17}$/);
    expect(placeholderFor('LambdaSecurityGroup')).toMatch(/^sg-[0-9a-f]{17}$/);
    expect(placeholderFor('ExecuteApiEndpoint')).toMatch(/^vpce-[0-9a-f]{17}$/);
    expect(placeholderFor('AlarmTopic')).toMatch(/^arn:aws:sns:/);
    expect(placeholderFor('PrivateSubnetA')).not.toBe(placeholderFor('PrivateSubnetB'));
  });
});

describe('stackFaults', () => {
  it('names a stack that CloudFormation would refuse', () => {
    const stacks = [
      { name: 'root', resources: 500 },
      { name: 'Functions0', resources: 501 },
    ];
    expect(stackFaults(stacks)).toEqual(['stack Functions0: 501 resources, more than the 500 allowed']);
  });
});

describe('zipFaults', () => {
  const limits = new Map([
    ['a', { bytes: 400_000, kind: 'with MongoDB' }],
    ['b', undefined],
  ]);

  it('finds nothing wrong with a zip for each function within its limit', () => {
    const zips = [
      { functionName: 'a', bytes: 400_000 },
      { functionName: 'b', bytes: 1e9 },
    ];
    expect(zipFaults(zips, limits)).toEqual([]);
  });

  it('names what is missing and what is too big', () => {
    expect(zipFaults([{ functionName: 'a', bytes: 400_001 }], limits)).toEqual([
      'a: 400001 bytes, more than the 400000 allowed for a function with MongoDB',
      'b: no zip was made',
    ]);
  });
});
