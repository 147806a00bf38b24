import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { readEventSourcesFile } from '../../../../../shared/local/gateway';

const folder = mkdtempSync(path.join(tmpdir(), 'banyan-event-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(yaml: string) {
  const serverlessFile = path.join(folder, 'serverless.yml');
  writeFileSync(serverlessFile, yaml);
  return readEventSourcesFile({ serverlessFile, stage: 'dev' });
}

const QUEUES = `
resources:
  - Resources:
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: jobs-\${sls:stage}
          VisibilityTimeout: 180
          RedrivePolicy: { deadLetterTargetArn: { Fn::GetAtt: [Dead, Arn] }, maxReceiveCount: 3 }
  - Resources:
      Dead: { Type: AWS::SQS::Queue }
      Table: { Type: AWS::DynamoDB::Table }
`;
const functions = (event: string) =>
  `service: shop\nfunctions:\n  work:\n    handler: a.handler\n    events:\n      - ${event}\n${QUEUES}`;

it('reads queues, their consumers and schedules', () => {
  const sqs = 'sqs: { arn: { Fn::GetAtt: [Jobs, Arn] }, batchSize: 5, functionResponseType: ReportBatchItemFailures }';
  expect(read(functions(sqs))).toEqual({
    queues: [
      {
        logicalId: 'Jobs',
        name: 'jobs-dev',
        visibilityTimeoutS: 180,
        deadLetter: { queue: 'Dead', maxReceiveCount: 3 },
      },
      { logicalId: 'Dead', name: 'Dead', visibilityTimeoutS: 30, deadLetter: undefined },
    ],
    consumers: [{ functionName: 'work', queue: 'Jobs', batchSize: 5, partialResponses: true }],
    schedules: [],
  });
});

it.each([
  [
    'schedule: { name: "${self:service}-${sls:stage}-nightly", rate: cron(0 2 * * ? *) }',
    'nightly',
    'shop-dev-nightly',
  ],
  ['schedule: rate(1 day)', 'work', 'shop-dev-work'],
  ['schedule: { name: own, rate: [rate(1 hour)] }', 'own', 'own'],
])('reads %s', (event, name, ruleName) => {
  expect(read(functions(event)).schedules).toMatchObject([{ name, ruleName, functionName: 'work' }]);
});

it.each([
  ['sqs: { arn: !GetAtt Jobs.Arn }', /serverless\.yml:6: write the ARN as \{Fn::GetAtt: \[Name, Arn\]\}/],
  ['sqs: { arn: { Fn::GetAtt: [Other, Arn] } }', /known: Jobs, Dead/],
  ['schedule: { name: nightly }', /a schedule needs a rate/],
])('refuses %s', (event, message) => {
  expect(() => read(functions(event))).toThrow(message);
});
