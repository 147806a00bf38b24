import type { Statement } from './derive';
import { scopeOf, type Names } from './scopes';

/**
 * The most that a function's role may ever do, whoever writes its policy: what the functions of serverless.yml do today, on resources with the
 * service's names.
 */
export function functionBoundary(names: Names): readonly Statement[] {
  const allow = (actions: readonly string[], resources: readonly string[], why?: string): Statement => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(why !== undefined && { why }),
  });
  const tables = scopeOf('tables').arns(names);
  return [
    allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], scopeOf('log groups').arns(names)),
    allow(
      [
        ...[
          'AssignPrivateIpAddresses',
          'CreateNetworkInterface',
          'DeleteNetworkInterface',
          'DescribeNetworkInterfaces',
        ],
        ...['DescribeSubnets', 'UnassignPrivateIpAddresses'],
      ].map((name) => `ec2:${name}`),
      ['*'],
      'network interfaces have no names before they exist; serverless.yml denies these actions to code',
    ),
    allow(['lambda:InvokeFunction'], scopeOf('functions').arns(names)),
    allow(
      ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
      scopeOf('queues').arns(names),
    ),
    allow(
      ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
      [...scopeOf('buckets').arns(names), ...scopeOf('objects').arns(names)],
    ),
    allow(
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'],
      [...tables, ...tables.map((table) => `${table}/index/*`)],
    ),
  ];
}
