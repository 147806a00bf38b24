/** What ARNs are made of. `prefixes` are those of the names of a service's resources; `stacks` are its stacks. */
export interface Names {
  readonly account: string;
  readonly region: string;
  readonly stage: string;
  readonly prefixes: readonly string[];
  readonly stacks: readonly string[];
}

export interface Scope {
  readonly arns: (names: Names) => readonly string[];
  /** Why it is wider than the service's names; undefined when it is not. */
  readonly why?: string;
}

const each = (arn: (prefix: string, names: Names) => string) => (names: Names) =>
  names.prefixes.map((prefix) => arn(prefix, names));
const regional = (service: string, resource: (prefix: string) => string) =>
  each((prefix, { region, account }) => `arn:aws:${service}:${region}:${account}:${resource(prefix)}`);
const everything = () => ['*'];

/** Resources that grants can name. The service authorization reference lists which actions take which: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
export const SCOPES = {
  functions: { arns: regional('lambda', (prefix) => `function:${prefix}*`) },
  'event source mappings': {
    arns: ({ region, account }) => [`arn:aws:lambda:${region}:${account}:event-source-mapping:*`],
    why: 'Lambda generates their ids',
  },
  roles: { arns: each((prefix, { account }) => `arn:aws:iam::${account}:role/${prefix}*`) },
  'log groups': {
    arns: ({ region, account, prefixes }) =>
      prefixes.flatMap((prefix) =>
        ['/aws/lambda/', '/aws/api-gateway/'].map(
          (folder) => `arn:aws:logs:${region}:${account}:log-group:${folder}${prefix}*`,
        ),
      ),
  },
  'all log groups': {
    arns: ({ region, account }) => [`arn:aws:logs:${region}:${account}:log-group:*`],
    why: 'logs:DescribeLogGroups lists by prefix, but can only be granted for all log groups',
  },
  alarms: { arns: regional('cloudwatch', (prefix) => `alarm:${prefix}*`) },
  rules: { arns: regional('events', (prefix) => `rule/${prefix}*`) },
  queues: { arns: regional('sqs', (prefix) => `${prefix}*`) },
  topics: { arns: regional('sns', (prefix) => `${prefix}*`) },
  subscriptions: { arns: everything, why: 'SNS: reading, changing and ending a subscription take no resource' },
  buckets: { arns: each((prefix) => `arn:aws:s3:::${prefix}*`) },
  objects: { arns: each((prefix) => `arn:aws:s3:::${prefix}*/*`) },
  tables: { arns: regional('dynamodb', (prefix) => `table/${prefix}*`) },
  'rest apis': {
    arns: ({ region }) => [
      `arn:aws:apigateway:${region}::/restapis`,
      `arn:aws:apigateway:${region}::/restapis/*`,
      `arn:aws:apigateway:${region}::/tags/*`,
    ],
    why: 'API Gateway generates the ids of its APIs; the account is the boundary',
  },
  distributions: {
    arns: ({ account }) => [
      `arn:aws:cloudfront::${account}:distribution/*`,
      `arn:aws:cloudfront::${account}:origin-access-control/*`,
      `arn:aws:cloudfront::${account}:response-headers-policy/*`,
    ],
    why: 'CloudFront generates their ids; the account is the boundary',
  },
  'viewer keys': { arns: everything, why: 'CloudFront: public keys and key groups take no resource' },
  networks: { arns: everything, why: 'EC2: its Describe actions take no resource' },
  account: { arns: everything, why: 'Lambda: account settings are not a resource' },
  templates: { arns: everything, why: 'CloudFormation: a template has no name before it is a stack' },
  stacks: {
    arns: ({ account, region, stacks }) =>
      stacks.map((stack) => `arn:aws:cloudformation:${region}:${account}:stack/${stack}/*`),
  },
  'looked up stacks': {
    arns: ({ account, region, stage }) =>
      ['network', 'proxy'].map((name) => `arn:aws:cloudformation:${region}:${account}:stack/banyan-${name}-${stage}/*`),
    why: 'outputs of stacks that others deploy; read-only',
  },
  'proxy tasks': {
    arns: ({ account, region, stage }) =>
      [
        `service/banyan-proxy-${stage}/proxy`,
        `task/banyan-proxy-${stage}/*`,
        `task-definition/banyan-proxy-${stage}:*`,
      ].map((resource) => `arn:aws:ecs:${region}:${account}:${resource}`),
    why: 'runs one command as the proxy, whose stack it does not deploy',
  },
  'proxy roles': {
    arns: ({ account, stage }) => [`arn:aws:iam::${account}:role/banyan-proxy-${stage}-*`],
    why: 'of the task that runs that command',
  },
  parameters: {
    arns: ({ account, region, stage }) => [`arn:aws:ssm:${region}:${account}:parameter/banyan/${stage}/*`],
  },
  secrets: {
    arns: ({ account, region, stage }) => [`arn:aws:secretsmanager:${region}:${account}:secret:banyan/${stage}/*`],
  },
} as const satisfies Readonly<Record<string, Scope>>;

export type ScopeName = keyof typeof SCOPES;

/** A scope by its name, typed so that `why` can be read where an entry has none. */
export function scopeOf(name: ScopeName): Scope {
  return SCOPES[name];
}
