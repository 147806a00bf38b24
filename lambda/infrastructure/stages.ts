/** The monolith as its team runs it: in its own VPC, which is peered with the stage's. */
export interface Monolith {
  readonly vpcId: string;
  /** Address range of its VPC; must not overlap with the stage's. */
  readonly cidr: string;
  /** A private DNS name for the proxy, kept by the monolith's team. */
  readonly host: string;
  /** The same as IP addresses: load balancers accept targets in a peered VPC only by address. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly mongodbPort: number;
  /** If its VPC is in another account than the stage, as for developers' stages: that account, and the role there that accepts the peering. */
  readonly owner?: { readonly account: string; readonly peeringRoleArn: string };
}

/** How the proxy's tasks reach AWS: each with a public address, or through NAT gateways. README.md prices both. */
export type Egress = 'public-address' | 'nat';

/** Configuration of one stage's proxy service. */
export interface ProxySettings {
  /** The host that clients call; its DNS record points to the load balancer. */
  readonly domain: string;
  readonly egress: Egress;
  /** ARN of the load balancer's certificate in Certificate Manager, same region. */
  readonly certificateArn: string;
  /** Id of the API that the API stack created; known after its first deployment and fixed from then on. */
  readonly restApiId: string;
  /** Complete ARNs in Secrets Manager. */
  readonly secrets: { readonly mongodbUri: string; readonly sessionSecret: string; readonly adminTokens: string };
  readonly tasks: { readonly least: number; readonly most: number };
  /** What goes straight to the monolith, past the proxy. */
  readonly past: { readonly prefixes: readonly string[]; readonly percent: number };
  /** What is published of proxy/routes.yml: the file, or its routes with 100 % on Lambda and neither fallback nor guard. */
  readonly routes: 'as-in-the-file' | 'all-on-lambda';
}

/** One stage: an account of its own, one region, two zones. */
export interface Stage {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Named, so that nothing is looked up during synthesis. */
  readonly zones: readonly [string, string];
  readonly cidr: string;
  /** As `gateway.access` in lambda/eventsapp/stages: only a private API needs an endpoint. */
  readonly privateApi: boolean;
  /** Ids of the region's AWS-managed prefix lists: `aws ec2 describe-managed-prefix-lists`. */
  readonly prefixLists: { readonly s3: string; readonly dynamodb: string };
  readonly monolith: Monolith;
  readonly proxy: ProxySettings | undefined;
}

const REGION = 'eu-west-1';
const IRELAND = {
  region: REGION,
  zones: ['eu-west-1a', 'eu-west-1b'],
  prefixLists: { s3: 'pl-6da54004', dynamodb: 'pl-6fa54006' },
} as const;

/** Home of pipelines, artefacts and the proxy's images; pipelines reach the stages through roles. Made-up ids: write your own. */
export const TOOLS = { account: '111111111111', region: REGION } as const;

const secretArn = (account: string, name: string) => `arn:aws:secretsmanager:${REGION}:${account}:secret:${name}`;

/** In the order in which a change reaches them. Accounts and ids are made up. */
export const STAGES: readonly Stage[] = [
  {
    ...IRELAND,
    name: 'test',
    account: '222222222222',
    cidr: '10.20.0.0/20',
    privateApi: true,
    monolith: {
      vpcId: 'vpc-0aaaaaaaaaaaaaaa2',
      cidr: '10.120.0.0/16',
      host: 'eventsapp.test.internal',
      addresses: ['10.120.1.10'],
      port: 3000,
      mongodbPort: 27017,
    },
    proxy: {
      domain: 'test.eventsapp.example',
      egress: 'public-address',
      certificateArn: `arn:aws:acm:${REGION}:222222222222:certificate/00000000-0000-4000-8000-000000000002`,
      restApiId: 'testapi0id',
      secrets: {
        mongodbUri: secretArn('222222222222', 'banyan/test/mongodb-uri-AbCdEf'),
        sessionSecret: secretArn('222222222222', 'banyan/test/session-secret-AbCdEf'),
        adminTokens: secretArn('222222222222', 'banyan/test/admin-tokens-AbCdEf'),
      },
      tasks: { least: 2, most: 2 },
      past: { prefixes: [], percent: 0 },
      // End-to-end tests are about functions: legacy must not answer for one that fails.
      routes: 'all-on-lambda',
    },
  },
  {
    ...IRELAND,
    name: 'staging',
    account: '333333333333',
    cidr: '10.30.0.0/20',
    privateApi: true,
    monolith: {
      vpcId: 'vpc-0aaaaaaaaaaaaaaa3',
      cidr: '10.130.0.0/16',
      host: 'eventsapp.staging.internal',
      addresses: ['10.130.1.10'],
      port: 3000,
      mongodbPort: 27017,
    },
    proxy: {
      domain: 'staging.eventsapp.example',
      egress: 'public-address',
      certificateArn: `arn:aws:acm:${REGION}:333333333333:certificate/00000000-0000-4000-8000-000000000003`,
      restApiId: 'staging0id',
      secrets: {
        mongodbUri: secretArn('333333333333', 'banyan/staging/mongodb-uri-AbCdEf'),
        sessionSecret: secretArn('333333333333', 'banyan/staging/session-secret-AbCdEf'),
        adminTokens: secretArn('333333333333', 'banyan/staging/admin-tokens-AbCdEf'),
      },
      tasks: { least: 2, most: 4 },
      past: { prefixes: [], percent: 0 },
      routes: 'as-in-the-file',
    },
  },
  {
    ...IRELAND,
    name: 'prod',
    account: '444444444444',
    cidr: '10.40.0.0/20',
    privateApi: true,
    monolith: {
      vpcId: 'vpc-0aaaaaaaaaaaaaaa4',
      cidr: '10.140.0.0/16',
      host: 'eventsapp.prod.internal',
      addresses: ['10.140.1.10', '10.140.2.10'],
      port: 3000,
      mongodbPort: 27017,
    },
    proxy: {
      domain: 'eventsapp.example',
      egress: 'public-address',
      certificateArn: `arn:aws:acm:${REGION}:444444444444:certificate/00000000-0000-4000-8000-000000000004`,
      restApiId: 'prodapi0id',
      secrets: {
        mongodbUri: secretArn('444444444444', 'banyan/prod/mongodb-uri-AbCdEf'),
        sessionSecret: secretArn('444444444444', 'banyan/prod/session-secret-AbCdEf'),
        adminTokens: secretArn('444444444444', 'banyan/prod/admin-tokens-AbCdEf'),
      },
      tasks: { least: 2, most: 12 },
      past: { prefixes: [], percent: 0 },
      routes: 'as-in-the-file',
    },
  },
];
