import { deafAlarms } from '../../../support/cloudformation/alarms';
import { parseTemplate, type CloudFormationTemplate } from '../../../support/cloudformation/template';
import { templateFaults } from '../../../support/cloudformation/validate';

const queue = (properties: object) => ({ Type: 'AWS::SQS::Queue', Properties: properties });
const template = (resources: object, more: object = {}): CloudFormationTemplate =>
  parseTemplate({ Resources: resources, ...more });

describe('templateFaults', () => {
  it('is content with a good template', () => {
    const good = template(
      {
        Queue: queue({ VisibilityTimeout: 30, RedrivePolicy: { maxReceiveCount: 3 } }),
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: { DisplayName: { 'Fn::Sub': '${AWS::StackName} ${Queue.Arn} ${Name} ${!Literal}' } },
          DependsOn: 'Queue',
        },
      },
      { Parameters: { Name: { Type: 'String' } }, Outputs: { Url: { Value: { Ref: 'Queue' } } } },
    );
    expect(templateFaults(good)).toEqual([]);
  });

  it.each([
    ['an unknown type', { A: { Type: 'AWS::SQS::Queues' } }, 'A: there is no resource type AWS::SQS::Queues'],
    ['an unknown property', { A: queue({ VisibiltyTimeout: 1 }) }, 'A: there is no property VisibiltyTimeout'],
    [
      'a wrong type',
      { A: queue({ VisibilityTimeout: 'long' }) },
      'A.VisibilityTimeout: expected a whole number, found "long"',
    ],
    ['a missing property', { A: { Type: 'AWS::Lambda::Function', Properties: { Code: {} } } }, 'A: Role is missing'],
    [
      'a fault deep inside',
      {
        A: {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: { ComparisonOperator: 'x', EvaluationPeriods: 1, Dimensions: [{ Name: 'QueueName' }] },
        },
      },
      'A.Dimensions[0]: Value is missing',
    ],
    ['a dangling Ref', { A: queue({ QueueName: { Ref: 'B' } }) }, 'A: refers to B, which is not in the template'],
    [
      'a dangling reference in Fn::Sub',
      { A: queue({ QueueName: { 'Fn::Sub': '${B.Arn}' } }) },
      'A: refers to B, which is not in the template',
    ],
    [
      'an attribute that there is not',
      { A: queue({ QueueName: { 'Fn::GetAtt': ['B', 'Name'] } }), B: queue({}) },
      'A: AWS::SQS::Queue has no attribute Name',
    ],
    [
      'a dependency that there is not',
      { A: { ...queue({}), DependsOn: ['B'] } },
      'A: depends on B, which is not in the template',
    ],
    ['a condition that there is not', { A: { ...queue({}), Condition: 'Never' } }, 'A: there is no condition Never'],
    [
      'a circle',
      { A: queue({ QueueName: { Ref: 'B' } }), B: { ...queue({}), DependsOn: 'A' } },
      'A -> B -> A: a circle of dependencies',
    ],
  ])('finds %s', (_what, resources, fault) => {
    expect(templateFaults(template(resources))).toEqual([fault]);
  });

  it('finds a stack with too many resources', () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`Queue${index}`, queue({})]));
    expect(templateFaults(template(many))).toEqual(['Resources: 501, more than 500 in one stack']);
  });
});

describe('deafAlarms', () => {
  const alarmOf = (properties: object) =>
    template({
      Queue: queue({}),
      Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Statistic: 'Sum', ...properties } },
    });
  const age = { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage' };
  const name = { 'Fn::GetAtt': ['Queue', 'QueueName'] };

  it('is content with a metric of a queue that is there', () => {
    expect(deafAlarms(alarmOf({ ...age, Dimensions: [{ Name: 'QueueName', Value: name }] }))).toEqual([]);
  });

  it.each([
    [
      'a misspelt metric',
      { ...age, MetricName: 'AgeOfOldestMessage', Dimensions: [{ Name: 'QueueName', Value: name }] },
      'there is no metric AWS/SQS AgeOfOldestMessage by QueueName',
    ],
    [
      'a metric by other dimensions',
      { ...age, Dimensions: [{ Name: 'Queue', Value: name }] },
      'there is no metric AWS/SQS ApproximateAgeOfOldestMessage by Queue',
    ],
    [
      'a queue that the template does not make',
      { ...age, Dimensions: [{ Name: 'QueueName', Value: 'jobs' }] },
      'QueueName "jobs" is nothing that the template creates',
    ],
    [
      'a metric that no filter makes',
      { Namespace: 'banyan-prod', MetricName: 'faults' },
      'there is no metric banyan-prod faults by no dimension',
    ],
  ])('finds %s', (_what, properties, fault) => {
    expect(deafAlarms(alarmOf(properties))).toEqual([`Alarm: ${fault}`]);
  });
});
