import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

import { listen } from './listen';

/** What an account has; every part may be changed between requests. */
export interface FakeAccount {
  /** Parameter Store, by name. */
  parameters: Record<string, { readonly type: 'String' | 'SecureString'; readonly value: string }>;
  /** Outputs by stack. */
  stacks: Record<string, Record<string, string>>;
  /** Secrets Manager, by name. */
  secrets: Record<string, { readonly hasValue: boolean; readonly value?: string; readonly deleted?: boolean }>;
  subnets: Record<string, { readonly vpc: string; readonly zone: string }>;
  securityGroups: Record<string, { readonly vpc: string }>;
  vpcs: readonly string[];
  endpoints: Record<string, { readonly vpc: string; readonly service: string; readonly state: string }>;
  concurrency: number;
  /** `CodeSha256` by the function's name in AWS. */
  functions?: Record<string, string>;
  /** Operations that these credentials may not use, such as `DescribeSecret`. */
  forbidden: readonly string[];
}

export interface FakeAws {
  readonly url: string;
  /** Operations in the order in which they were asked for. */
  readonly operations: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

const JSON_11 = 'application/x-amz-json-1.1';

/**
 * Answers the read-only calls of `banyan check --stage`, and of a pipeline's steps, as AWS documents them: Parameter Store and Secrets Manager (JSON 1.1),
 * CloudFormation and EC2 (query protocol, XML), Lambda (REST). Requests must be signed, by anybody; every other call is refused.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export async function startFakeAws(account: FakeAccount): Promise<FakeAws> {
  const operations: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { statusCode, contentType, body: answer } = answerTo(request, body, account, operations);
      response.writeHead(statusCode, { 'content-type': contentType }).end(answer);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    operations,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

function answerTo(request: IncomingMessage, body: string, account: FakeAccount, operations: string[]): Answer {
  const target = String(request.headers['x-amz-target'] ?? '');
  const form = new URLSearchParams(body);
  const isAccountSettings = request.method === 'GET' && /^\/2016-08-19\/account-settings\/?$/.test(request.url ?? '');
  const operation = isAccountSettings ? 'GetAccountSettings' : (target.split('.')[1] ?? form.get('Action') ?? '');
  operations.push(operation);
  const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=') === true;
  const isForbidden = !isSigned || account.forbidden.includes(operation);
  if (isAccountSettings) {
    if (isForbidden) return json(403, { Type: 'User', message: 'not authorized' }, 'AccessDeniedException');
    return json(200, { AccountLimit: { ConcurrentExecutions: account.concurrency }, AccountUsage: {} });
  }
  const { name } = /^\/2015-03-31\/functions\/(?<name>[\w-]+)\/configuration$/.exec(request.url ?? '')?.groups ?? {};
  if (name !== undefined) {
    const CodeSha256 = account.functions?.[name];
    if (CodeSha256 === undefined) return json(404, { Type: 'User' }, 'ResourceNotFoundException');
    return json(200, { FunctionName: name, CodeSha256 });
  }
  if (target !== '') {
    if (isForbidden) return json(400, { __type: 'AccessDeniedException', Message: `not authorized: ${operation}` });
    const name = namedBy(body);
    if (target === 'AmazonSSM.GetParameter') return getParameter(name, account);
    if (target === 'secretsmanager.DescribeSecret') return describeSecret(name, account);
    if (target === 'secretsmanager.GetSecretValue') return getSecretValue(name, account);
    return json(400, { __type: 'UnknownOperationException' });
  }
  if (operation === 'DescribeStacks') {
    if (isForbidden) return queryError(403, 'AccessDenied', `not authorized: ${operation}`);
    return describeStacks(form.get('StackName') ?? '', account);
  }
  if (isForbidden) return ec2Error(403, 'UnauthorizedOperation', 'You are not authorized to perform this operation.');
  return describeNetwork(operation, form, account);
}

function namedBy(body: string): string {
  const input = JSON.parse(body) as { readonly Name?: unknown; readonly SecretId?: unknown };
  return String(input.Name ?? input.SecretId);
}

function getParameter(name: string, { parameters }: FakeAccount): Answer {
  const found = parameters[name];
  if (found === undefined) return json(400, { __type: 'ParameterNotFound' });
  return json(200, { Parameter: { Name: name, Type: found.type, Value: found.value, Version: 1, DataType: 'text' } });
}

function describeSecret(name: string, { secrets }: FakeAccount): Answer {
  const found = secrets[name];
  if (found === undefined) {
    const Message = 'Secrets Manager can’t find the specified secret.';
    return json(400, { __type: 'ResourceNotFoundException', Message });
  }
  return json(200, {
    Name: name,
    ...(found.deleted === true && { DeletedDate: 1_700_000_000 }),
    ...(found.hasValue && { VersionIdsToStages: { '00000000-0000-4000-8000-000000000000': ['AWSCURRENT'] } }),
  });
}

function getSecretValue(name: string, { secrets }: FakeAccount): Answer {
  const SecretString = secrets[name]?.value;
  return SecretString === undefined
    ? json(400, { __type: 'ResourceNotFoundException' })
    : json(200, { Name: name, SecretString });
}

function describeStacks(stack: string, { stacks }: FakeAccount): Answer {
  const outputs = stacks[stack];
  if (outputs === undefined) return queryError(400, 'ValidationError', `Stack with id ${stack} does not exist`);
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return xml(
    200,
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
}

function describeNetwork(operation: string, form: URLSearchParams, account: FakeAccount): Answer {
  const values = [...form].filter(([key]) => /^Filter\.1\.Value\.\d+$/.test(key)).map(([, value]) => value);
  const filter = form.get('Filter.1.Name');
  const of = <T>(all: Readonly<Record<string, T>>, item: (id: string, one: T) => string) =>
    values.flatMap((id) => {
      const one = all[id];
      return one === undefined ? [] : [`<item>${item(id, one)}</item>`];
    });
  const answer = (set: string, items: readonly string[]) =>
    xml(
      200,
      `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><${set}>${items.join('')}</${set}></${operation}Response>`,
    );
  switch (`${operation} ${filter ?? ''}`) {
    case 'DescribeSubnets subnet-id':
      return answer(
        'subnetSet',
        of(account.subnets, (id, { vpc, zone }) => tags({ subnetId: id, vpcId: vpc, availabilityZone: zone })),
      );
    case 'DescribeSecurityGroups group-id':
      return answer(
        'securityGroupInfo',
        of(account.securityGroups, (id, { vpc }) => tags({ groupId: id, vpcId: vpc })),
      );
    case 'DescribeVpcs vpc-id':
      return answer(
        'vpcSet',
        of(Object.fromEntries(account.vpcs.map((id) => [id, id])), (id) => tags({ vpcId: id })),
      );
    case 'DescribeVpcEndpoints vpc-endpoint-id':
      return answer(
        'vpcEndpointSet',
        of(account.endpoints, (id, { vpc, service, state }) =>
          tags({ vpcEndpointId: id, vpcId: vpc, serviceName: service, state }),
        ),
      );
    default:
      return ec2Error(400, 'InvalidAction', `The action ${operation} by ${filter ?? 'nothing'} is not answered here`);
  }
}

const tags = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

function json(statusCode: number, body: object, type?: string): Answer {
  const content = type === undefined ? body : { ...body, __type: type };
  return { statusCode, contentType: JSON_11, body: JSON.stringify(content) };
}

function queryError(statusCode: number, code: string, message: string): Answer {
  return xml(
    statusCode,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
}

function ec2Error(statusCode: number, code: string, message: string): Answer {
  return xml(
    statusCode,
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  );
}

function xml(statusCode: number, body: string): Answer {
  return { statusCode, contentType: 'text/xml;charset=UTF-8', body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}
