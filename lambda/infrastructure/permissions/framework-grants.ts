import type { Grant } from './grant';

/** Calls that a deployment makes itself, besides those that CloudFormation makes for each resource. */
export interface ToolRow {
  readonly what: string;
  /** The file that makes the calls. */
  readonly source: string;
  readonly grants: readonly Grant[];
}

/** Only where a pipeline rolls back: it returns routes to legacy by a command in its own task, which reaches MongoDB as proxies do. */
export const ROLL_BACK_ROW: ToolRow = {
  what: 'routes return to legacy when smoke tests fail: `banyan kill-switch on` in a task of the proxy',
  source: 'test/eventsapp/pipeline (aws ecs describe-services, run-task, wait tasks-stopped)',
  grants: [
    { actions: ['ecs:DescribeServices', 'ecs:DescribeTasks', 'ecs:RunTask'], on: 'proxy tasks' },
    { actions: ['iam:PassRole'], on: 'proxy roles', only: { passedTo: ['ecs-tasks.amazonaws.com'] } },
  ],
};

const cloudFormation = (...names: string[]) => names.map((name) => `cloudformation:${name}`);

export const FRAMEWORK_ROWS: readonly ToolRow[] = [
  {
    what: 'a stack is made and changed by change sets, and watched',
    source: 'osls 4.3.1, lib/plugins/aws/deploy, lib/plugins/aws/lib (calls of client-cloudformation)',
    grants: [
      {
        actions: cloudFormation(
          ...['CreateChangeSet', 'CreateStack', 'DeleteChangeSet', 'DescribeChangeSet', 'DescribeStackEvents'],
          ...['DescribeStackResource', 'DescribeStackResources', 'DescribeStacks', 'ExecuteChangeSet', 'GetTemplate'],
          ...['ListStackResources', 'TagResource', 'UntagResource', 'UpdateStack'],
        ),
        on: 'stacks',
      },
      { actions: cloudFormation('ValidateTemplate'), on: 'templates' },
    ],
  },
  {
    what: 'zips and templates go to the bucket of the stack, where old ones are removed',
    source: 'osls 4.3.1, lib/plugins/aws/deploy (calls of client-s3)',
    grants: [
      { actions: ['s3:GetBucketLocation', 's3:ListBucketVersions'], on: 'buckets' },
      { actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'], on: 'objects' },
    ],
  },
  {
    what: 'values that a stage file looks up, and secrets that CloudFormation resolves as the deployer',
    source: 'lambda/eventsapp/stages/<stage>.yml, lambda/eventsapp/secrets.yml',
    grants: [
      { actions: cloudFormation('DescribeStacks'), on: 'looked up stacks' },
      { actions: ['ssm:GetParameter', 'ssm:GetParameters'], on: 'parameters' },
      { actions: ['secretsmanager:GetSecretValue'], on: 'secrets' },
    ],
  },
  {
    what: 'the config check, and the code hashes compared after a deployment',
    source: 'banyan check --stage (proxy/cli/program.ts), test/eventsapp/pipeline/stage-account.ts',
    grants: [
      { actions: ['secretsmanager:DescribeSecret'], on: 'secrets' },
      { actions: ['ec2:DescribeVpcEndpoints'], on: 'networks' },
      { actions: ['lambda:GetAccountSettings'], on: 'account' },
      { actions: ['lambda:GetFunctionConfiguration'], on: 'functions' },
    ],
  },
];
