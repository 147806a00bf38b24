import type { ResourceRow } from './grant';

const lambda = (...names: string[]) => names.map((name) => `lambda:${name}`);
const logs = (...names: string[]) => names.map((name) => `logs:${name}`);
const NO_KEY = { why: 'no customer managed key: AWS-owned keys encrypt' };
const NO_ROLE = { actions: ['iam:PassRole'], why: 'reaches functions through their resource policies, without a role' };

const apiGateway = (
  type: string,
  schema: string,
  methods: readonly string[],
  leftOut: ResourceRow['leftOut'] = [],
): ResourceRow => ({
  type: `AWS::ApiGateway::${type}`,
  schema,
  grants: [{ actions: methods.map((method) => `apigateway:${method}`), on: 'rest apis' }],
  leftOut,
});

/** Types of the API's template (serverless.yml). */
export const API_ROWS: readonly ResourceRow[] = [
  apiGateway('Authorizer', '14d4576cb2995a07', ['DELETE', 'GET', 'PATCH', 'POST'], [NO_ROLE]),
  apiGateway('Deployment', '75a2510533fcb770', ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']),
  apiGateway('GatewayResponse', '5ee1cff343d46bc0', ['DELETE', 'GET', 'PUT']),
  apiGateway('Method', 'af2b8744618e1ebe', ['DELETE', 'GET', 'PUT'], [NO_ROLE]),
  apiGateway('Resource', '7bc03cb00d6eac21', ['DELETE', 'GET', 'PATCH', 'POST']),
  apiGateway(
    'RestApi',
    'c8114a4cebbb4dcd',
    ['DELETE', 'GET', 'PATCH', 'POST', 'PUT', 'UpdateRestApiPolicy'],
    [NO_ROLE, { actions: ['s3:GetObject'], why: 'no API definition in S3: paths are in the template' }],
  ),
  apiGateway('Stage', 'a356cbffb93af5f4', ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']),
  {
    type: 'AWS::CloudWatch::Alarm',
    schema: 'f21841a2fca2ebc7',
    grants: [
      {
        actions: [
          'DeleteAlarms',
          'DescribeAlarms',
          'ListTagsForResource',
          'PutMetricAlarm',
          'TagResource',
          'UntagResource',
        ].map((name) => `cloudwatch:${name}`),
        on: 'alarms',
      },
    ],
    leftOut: [],
  },
  {
    type: 'AWS::Events::Rule',
    schema: '17f1d0bd2ac17e93',
    grants: [
      {
        actions: [
          ...['DeleteRule', 'DescribeRule', 'ListTagsForResource', 'ListTargetsByRule', 'PutRule', 'PutTargets'],
          ...['RemoveTargets', 'TagResource', 'UntagResource'],
        ].map((name) => `events:${name}`),
        on: 'rules',
      },
    ],
    leftOut: [NO_ROLE],
  },
  {
    type: 'AWS::IAM::Role',
    schema: 'fc1cc88c36933c6f',
    grants: [
      {
        actions: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary'],
        on: 'roles',
        only: 'bounded',
      },
      {
        actions: [
          ...['DeleteRole', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies', 'TagRole'],
          ...['UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'],
        ].map((name) => `iam:${name}`),
        on: 'roles',
      },
    ],
    leftOut: [
      { actions: ['iam:DeleteRolePermissionsBoundary'], why: 'a role keeps its boundary' },
      {
        actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
        why: 'roles have inline policies only (lambda/deployment/roles.js)',
      },
    ],
  },
  {
    type: 'AWS::Lambda::EventInvokeConfig',
    schema: 'ca99e9ad0da87f1b',
    grants: [
      {
        actions: lambda(
          'DeleteFunctionEventInvokeConfig',
          'GetFunctionEventInvokeConfig',
          'PutFunctionEventInvokeConfig',
          'UpdateFunctionEventInvokeConfig',
        ),
        on: 'functions',
      },
    ],
    leftOut: [],
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    schema: 'fda57d3016dc05c0',
    grants: [
      {
        actions: lambda(
          'CreateEventSourceMapping',
          'DeleteEventSourceMapping',
          'GetEventSourceMapping',
          'ListTags',
          'TagResource',
          'UntagResource',
          'UpdateEventSourceMapping',
        ),
        on: 'event source mappings',
      },
    ],
    leftOut: [{ actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], ...NO_KEY }],
  },
  {
    type: 'AWS::Lambda::Function',
    schema: '408e096ba2007b98',
    grants: [
      {
        actions: lambda(
          ...[
            'CreateFunction',
            'DeleteFunction',
            'DeleteFunctionConcurrency',
            'GetFunction',
            'GetFunctionCodeSigningConfig',
          ],
          ...[
            'GetFunctionRecursionConfig',
            'GetFunctionScalingConfig',
            'GetRuntimeManagementConfig',
            'PutFunctionConcurrency',
          ],
          ...['TagResource', 'UntagResource', 'UpdateFunctionCode', 'UpdateFunctionConfiguration'],
        ),
        on: 'functions',
      },
      { actions: ['s3:GetObject', 's3:GetObjectVersion'], on: 'objects' },
      {
        actions: [
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
        ],
        on: 'networks',
      },
      { actions: ['iam:PassRole'], on: 'roles', only: { passedTo: ['lambda.amazonaws.com'] } },
    ],
    leftOut: [
      {
        actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        ...NO_KEY,
      },
      {
        actions: ['elasticfilesystem:DescribeMountTargets', 's3files:ListMountTargets'],
        why: 'no file system is mounted',
      },
      {
        actions: lambda('DeleteFunctionCodeSigningConfig', 'GetCodeSigningConfig', 'PutFunctionCodeSigningConfig'),
        why: 'no code signing: code hashes are compared after each deployment',
      },
      { actions: lambda('GetLayerVersion'), why: 'no layers' },
      { actions: lambda('PublishVersion'), why: 'no versions (lambda/README.md, Decisions)' },
      {
        actions: lambda(
          'AssociateRuntimeAlias',
          'PassCapacityProvider',
          'PutFunctionRecursionConfig',
          'PutFunctionScalingConfig',
          'PutRuntimeManagementConfig',
        ),
        why: "Lambda's defaults",
      },
    ],
  },
  {
    type: 'AWS::Lambda::Permission',
    schema: '273a66a590dfa9f0',
    grants: [{ actions: lambda('AddPermission', 'GetPolicy', 'RemovePermission'), on: 'functions' }],
    leftOut: [],
  },
  {
    type: 'AWS::Logs::LogGroup',
    schema: '8614d83fb64a3f33',
    grants: [
      {
        actions: logs(
          ...[
            'CreateLogGroup',
            'DeleteLogGroup',
            'DeleteRetentionPolicy',
            'DescribeIndexPolicies',
            'GetDataProtectionPolicy',
          ],
          ...['ListTagsForResource', 'PutRetentionPolicy', 'TagResource', 'UntagResource'],
        ),
        on: 'log groups',
      },
      { actions: logs('DescribeLogGroups'), on: 'all log groups' },
    ],
    leftOut: [
      { actions: logs('AssociateKmsKey', 'DisassociateKmsKey'), ...NO_KEY },
      {
        actions: [
          'firehose:TagDeliveryStream',
          's3:REST.PUT.OBJECT',
          ...logs(
            'CreateLogDelivery',
            'DeleteResourcePolicy',
            'DescribeResourcePolicies',
            'PutResourcePolicy',
            'PutBearerTokenAuthentication',
          ),
        ],
        why: 'logs are delivered nowhere else',
      },
      {
        actions: logs(
          'DeleteDataProtectionPolicy',
          'DeleteIndexPolicy',
          'PutDataProtectionPolicy',
          'PutIndexPolicy',
          'PutLogGroupDeletionProtection',
        ),
        why: 'no such policies: code decides what is logged',
      },
    ],
  },
  {
    type: 'AWS::Logs::MetricFilter',
    schema: '486e9657f2eb4e0e',
    grants: [{ actions: logs('DeleteMetricFilter', 'DescribeMetricFilters', 'PutMetricFilter'), on: 'log groups' }],
    leftOut: [],
  },
  {
    type: 'AWS::SNS::Subscription',
    schema: 'bfe3b47089380bde',
    grants: [
      { actions: ['sns:Subscribe'], on: 'topics' },
      {
        actions: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
        on: 'subscriptions',
      },
    ],
    leftOut: [
      { actions: ['iam:GetRole', 'iam:PassRole'], why: 'no Firehose subscription, the only kind that needs a role' },
    ],
  },
  {
    type: 'AWS::SQS::Queue',
    schema: '0b0fc52a92647916',
    grants: [
      {
        actions: [
          'CreateQueue',
          'DeleteQueue',
          'GetQueueAttributes',
          'GetQueueUrl',
          'ListQueueTags',
          'SetQueueAttributes',
          'TagQueue',
          'UntagQueue',
        ].map((name) => `sqs:${name}`),
        on: 'queues',
      },
    ],
    leftOut: [],
  },
];
