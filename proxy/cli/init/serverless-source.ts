import { isForLambda, isSecret } from '../scaffold/app-variables';

export interface ServerlessFacts {
  readonly service: string;
  /** NODE_ENV of the monolith. */
  readonly nodeEnv: string;
  /** Of the monolith: the connection string and the session's secrets, by the names that it has for them. */
  readonly databaseVariable: string;
  readonly secretVariables: readonly string[];
  /** Other variables that the app has. */
  readonly variables: readonly string[];
  /** That it also reads, but that are not set here. */
  readonly unset: readonly string[];
}

/** The text of a serverless.yml without routes: the authorizer, and what every stage needs. No value of a variable stands in it. Pure. */
export function serverlessSource({
  service,
  nodeEnv,
  databaseVariable,
  secretVariables,
  variables,
  unset,
}: ServerlessFacts): string {
  const secrets = [...new Set([databaseVariable, ...secretVariables])];
  const others = variables.filter((name) => isForLambda(name) && !secrets.includes(name));
  const missing = unset.filter((name) => isForLambda(name) && !secrets.includes(name));
  const stored = [...secrets, ...others];
  const rewritten = new Map([
    ['MONGODB_URI', databaseVariable],
    ...secretVariables.map((name) => [name, name] as const),
  ]);
  return `# Written by banyan init. Yours to edit: banyan add and banyan remove change functions only.
service: ${service}
frameworkVersion: ^4.3.1
plugins:
  - serverless-esbuild
  # Puts the whole app into the zips of lifted functions.
  - banyan-strangler/deployment/lifted.js

custom:
  # Where each value is kept in AWS; CloudFormation reads it while it deploys, so that no file has it. Someone creates them before the first
  # deployment: \`banyan check --stage <stage>\` looks each one up.
  secrets:
${stored.map((name) => secretEntry(service, name, secrets)).join('\n')}
  # What lifted functions read: all that the monolith does.
  monolith:
    NODE_ENV: ${nodeEnv}
${stored.map((name) => `    ${name}: \${self:custom.secrets.${name}.value}`).join('\n')}
${missing.length === 0 ? '' : `    # It also reads these, which were not set when this file was written: ${missing.join(', ')}\n`}  # What rewritten functions and the authorizer read.
  rewritten:
${[...rewritten].map(([name, from]) => `    ${name}: \${self:custom.secrets.${from}.value}`).join('\n')}

  # For routes with \`auth: required\`. Neither identity source nor caching: a cached decision outlives a logout.
  authorizer: { name: authorizer, type: request, resultTtlInSeconds: 0, identitySource: '' }

  # The only addresses that may call the API: those that your proxies' requests come from. 192.0.2.0/24 is no one's, so nothing gets in until
  # you write yours.
  proxyAddresses: [192.0.2.0/24]

  esbuild:
    bundle: true
    platform: node
    target: node24
    # The first is in the runtime; the others are optional features of the MongoDB driver.
    exclude: ['@aws-sdk/*', '@mongodb-js/zstd', gcp-metadata, kerberos, mongodb-client-encryption, snappy, socks]

provider:
  name: aws
  runtime: nodejs24.x
  region: eu-west-1
  stage: \${opt:stage, 'dev'}
  memorySize: 512
  # The authorizer has 10 s; both together stay within API Gateway's 29 s.
  timeout: 15
  # Functions reach MongoDB in your VPC:
  # vpc: { securityGroupIds: [sg-...], subnetIds: [subnet-..., subnet-...] }
  endpointType: REGIONAL
  apiGateway:
    # All: API Gateway decodes base64 only for clients whose Accept begins with a type listed here.
    binaryMediaTypes: ['*/*']
    resourcePolicy:
      - { Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }
      - Effect: Deny
        Principal: '*'
        Action: execute-api:Invoke
        Resource: execute-api:/*
        Condition: { NotIpAddress: { 'aws:SourceIp': '\${self:custom.proxyAddresses}' } }

package: { individually: true }

functions:
  authorizer:
    handler: functions/authorizer.handler
    timeout: 10
    environment: \${self:custom.rewritten}

resources:
  - \${file(./gateway-responses.yml)}
`;
}

/** Free of charge in the parameter store, unless its name says that it is secret. */
function secretEntry(service: string, name: string, known: readonly string[]): string {
  const isHidden = known.includes(name) || isSecret(name);
  const at = isHidden ? `${service}/\${sls:stage}/${name}` : `/${service}/\${sls:stage}/${name}`;
  const reference = isHidden ? `secretsmanager:${at}` : `ssm:${at}`;
  return `    ${name}: { store: ${isHidden ? 'secretsmanager' : 'ssm'}, name: '${at}', value: '{{resolve:${reference}}}' }`;
}
