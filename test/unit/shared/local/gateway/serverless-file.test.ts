import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Api } from '../../../../../shared/local/gateway/api';
import { readServerlessFile } from '../../../../../shared/local/gateway/serverless-file';

const FIXTURE = path.join(__dirname, 'fixtures', 'api.yml');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'serverless-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface ReadOptions {
  readonly stage?: string;
  readonly environment?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly allFunctions?: boolean;
  readonly files?: Record<string, string>;
}

const read = (yaml: string, { stage = 'dev', files = {}, ...options }: ReadOptions = {}): Api => {
  for (const [name, text] of Object.entries({ 'serverless.yml': yaml, ...files }))
    writeFileSync(path.join(folder, name), text);
  return readServerlessFile({ serverlessFile: path.join(folder, 'serverless.yml'), stage, ...options });
};
/** One function `f` with the given lines as its first and only http event. */
const withEvent = (...lines: string[]) =>
  [
    'service: s',
    'provider: {name: aws}',
    'functions:',
    '  f:',
    '    handler: f.handler',
    '    events:',
    ...lines.map((l) => `      ${l}`),
  ].join('\n');
const withEnvironment = (value: string, rest = '') =>
  `${withEvent('- http: GET /a')}\n    environment:\n      X: ${value}\n${rest}`;
/** Of the one function. */
const environmentOf = (api: Api): Readonly<Record<string, string>> => api.environments.get('f') ?? {};
const faultsOf = (yaml: string, options: ReadOptions = {}): readonly string[] => {
  try {
    read(yaml, options);
    return [];
  } catch (error) {
    return (error as { faults: readonly string[] }).faults;
  }
};

describe('the constructs of the source article', () => {
  const api = readServerlessFile({ serverlessFile: FIXTURE, stage: 'dev', environment: { SESSION_SECRET: 'x' } });

  it('routes, with variables and the shared authorizer', () => {
    expect(api.routes.map(({ method, path: resource }) => `${method} ${resource}`)).toStrictEqual([
      'GET /api/private',
      'GET /',
      'GET /api/events',
      'POST /api/events',
      'GET /api/events/{eventId}',
      'GET /api/events/{eventId}/metrics',
      'ANY /files/{proxy+}',
      'PUT /cors',
      'OPTIONS /cors',
    ]);
    expect(api.routes[0]?.target).toStrictEqual({
      kind: 'function',
      functionName: 'private-endpoint',
      authorizer: { functionName: 'authorizer', identitySources: [] },
    });
  });

  it('functions that routes need, with timeout and memory of their own, of the provider, or by default', () => {
    expect([...api.functions.keys()]).toStrictEqual(['private-endpoint', 'authorizer', 'echo']);
    expect(api.functions.get('authorizer')).toStrictEqual({
      name: 'authorizer',
      functionName: 'eventsapp-dev-authorizer',
      handler: 'lambda/eventsapp/authorizer.handler',
      root: path.dirname(FIXTURE),
      timeoutMs: 3_000,
      memorySize: 1024,
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:eventsapp-dev-authorizer',
    });
    expect(api.functions.get('private-endpoint')).toMatchObject({ timeoutMs: 10_000, memorySize: 256 });
  });

  it('environments, binary media types and gateway responses', () => {
    const ofAll = { NODE_ENV: 'production', GREETING: 'hello from dev' };
    expect(api.environments.get('private-endpoint')).toStrictEqual(ofAll);
    expect(api.environments.get('authorizer')).toStrictEqual({ ...ofAll, SESSION_SECRET: 'x' });
    expect(api.binaryMediaTypes).toStrictEqual(['image/*', 'application/octet-stream']);
    expect(api.gatewayResponses.get('UNAUTHORIZED')).toStrictEqual({
      statusCode: 401,
      headers: {
        'X-Powered-By': "'Express'",
        'Content-Type': "'application/json; charset=utf-8'",
        'Access-Control-Allow-Origin': 'method.request.header.Origin',
      },
      templates: { 'application/json': '{"error":"Not authenticated"}' },
    });
  });

  it('another stage reads only its own file, whose values may be known only to AWS', () => {
    const options = { serverlessFile: FIXTURE, stage: 'prod', environment: { SESSION_SECRET: 'x' } };
    expect(() => readServerlessFile(options)).toThrow(
      /GREETING: \$\{ssm:\/eventsapp\/greeting\} is known only after a deployment/,
    );
    const environment = { SESSION_SECRET: 'x', GREETING: 'y' };
    expect([...readServerlessFile({ ...options, environment }).environments.values()]).toContainEqual(
      expect.objectContaining({ GREETING: 'y' }),
    );
    const unset = readServerlessFile({ ...options, mayBeUnset: (name) => name === 'GREETING' });
    for (const variables of unset.environments.values()) expect(variables).not.toHaveProperty('GREETING');
    expect(() => readServerlessFile({ ...options, mayBeUnset: () => false })).toThrow(/GREETING: /);
  });
});

describe('variables (Serverless Framework: "Variables")', () => {
  const valueOf = (value: string, options: ReadOptions & { rest?: string } = {}) =>
    environmentOf(read(withEnvironment(value, options.rest), options))['X'];

  it.each([
    ['${sls:stage}', 'dev'],
    ["${opt:stage, 'x'}", 'dev'],
    ["${opt:other, 'fallback'}", 'fallback'],
    ['${opt:other, "quoted, with comma"}', 'quoted, with comma'],
    ["${opt:other, env:NOPE, self:custom.nope, 'last'}", 'last'],
    ['${opt:other, 42}', '42'],
    ['${opt:other, true}', 'true'],
    ['${self:service}', 's'],
    ['${self:provider.stage}', 'dev'],
    ['${self:custom.a.b}', 'deep'],
    ['${self:custom.list.1}', 'two'],
    ['${self:custom.${sls:stage}.name}', 'of dev'],
    ['pre-${self:service}-${sls:stage}-post', 'pre-s-dev-post'],
    ['${file(./other.yml):a.b}', 'from file'],
    ['${file(./${sls:stage}.json):key}', 'from json'],
    ['${self:custom.external.a.b}', 'from file'],
    ['${env:HOME_TOWN}', 'Ulm'],
    ['${AWS::Region}', '${AWS::Region}'],
    ['\\${self:service}', '${self:service}'],
    ['${self:custom.number}', '7'],
    ["${self:custom.nothing, 'instead'}", 'instead'],
  ])('%s', (expression, expected) => {
    const rest = [
      'custom:',
      '  a: {b: deep}',
      '  list: [one, two]',
      '  dev: {name: "of ${sls:stage}"}',
      '  external: ${file(./other.yml)}',
      '  number: 7',
      '  nothing: ~',
    ].join('\n');
    const files = { 'other.yml': 'a:\n  b: from file\n', 'dev.json': '{"key": "from json"}' };
    expect(valueOf(expression, { rest, files, env: { HOME_TOWN: 'Ulm' } })).toBe(expected);
  });

  it('looks into the option environment before the process’s', () => {
    expect(valueOf('${env:A}', { env: { A: 'outer' }, environment: { A: 'inner' } })).toBe('inner');
  });

  it.each([
    '${ssm:/a/b}',
    '${ssm(eu-west-1):/a~true}',
    '${cf:vpc.SubnetA}',
    '${aws:accountId}',
    '${s3:b/k}',
    '${file(./program.js)}',
    '!Ref Queue',
    '!GetAtt Queue.Arn',
    "!Sub '${Queue}'",
  ])('%s only matters where it is needed', (expression) => {
    expect(faultsOf(withEnvironment(expression))).toStrictEqual([
      expect.stringMatching(/^serverless\.yml:9: X: .* only after a deployment/),
    ]);
    expect(environmentOf(read(withEnvironment(expression), { environment: { X: 'given' } }))).toStrictEqual({
      X: 'given',
    });
    const elsewhere = `${withEvent('- http: GET /a')}\ncustom:\n  value: ${expression}\n`;
    expect(faultsOf(elsewhere)).toStrictEqual([]);
  });

  it('does not run programs that make resources, and reads those beside them', () => {
    const queue = 'Resources: {Jobs: {Type: "AWS::SQS::Queue"}}';
    const resources = 'resources:\n  - ${file(./alarms.js)}\n  - ${file(./queue.yml)}\n';
    const files = { 'alarms.js': 'throw new Error("was run")', 'queue.yml': queue };
    const { eventSources } = read(`${withEvent('- http: GET /a')}\n${resources}`, { files, allFunctions: true });
    expect(eventSources.queues.map(({ logicalId }) => logicalId)).toStrictEqual(['Jobs']);
  });

  it('knows dynamic references of CloudFormation', () => {
    const value = "'{{resolve:secretsmanager:a}}'";
    expect(faultsOf(withEnvironment(value))).toHaveLength(1);
    expect(environmentOf(read(withEnvironment(value), { environment: { X: 'given' } }))).toStrictEqual({ X: 'given' });
  });

  it.each([
    ['${git:branch}', /serverless\.yml:9: \$\{git:branch\} is not supported; supported are \$\{self:a\.b\}/],
    ['${file(./code.js):key}', /code\.js/],
    ['${file(./missing.yml):key}', /serverless\.yml:9: missing\.yml: cannot read/],
    ['${self:custom.none}', /serverless\.yml:9: \$\{self:custom\.none\} has no value and no fallback/],
    ['${env:NONE}', /\$\{env:NONE\} has no value/],
    ['a ${self:functions} b', /is a list or a map and cannot stand inside a text/],
    ['${self:custom.loop}', /refers to itself/],
  ])('refuses %s with its line', (expression, message) => {
    const rest = 'custom:\n  loop: ${self:custom.loop}\n';
    const files = { 'code.js': 'module.exports = {' };
    expect(faultsOf(withEnvironment(expression, rest), { files }).join('\n')).toMatch(message);
  });
});

describe('what is refused, with file, line and what is supported', () => {
  it.each([
    ['- http: GET', /serverless\.yml:7: an http event needs a method and a path/],
    ['- http: {path: a}', /needs a method and a path/],
    ['- http: TRACE /a', /method TRACE is not one of ANY, DELETE/],
    ['- http: GET /a{b}', /path segment "a\{b\}" is neither literal/],
    ['- http: GET /{a+}/b', /\{a\+\} must be the last segment/],
    ['- http: GET /{a}/{a}', /\{a\} occurs twice/],
    [
      '- http: {path: a, method: get, private: true}',
      /http\.private is not supported; supported are path, method, authorizer, cors/,
    ],
    ['- http: {path: a, method: get, async: true}', /http\.async is not supported/],
    ['- http: {path: a, method: get, integration: lambda}', /http\.integration is not supported/],
    ['- http: {path: a, method: get, request: {}}', /http\.request is not supported/],
    [
      '- http: {path: a, method: get, authorizer: f}',
      /authorizer "f": expected \{name, type: request, resultTtlInSeconds: 0\}/,
    ],
    ['- http: {path: a, method: get, authorizer: aws_iam}', /authorizer "aws_iam": expected/],
    [
      '- http: {path: a, method: get, authorizer: {name: f, resultTtlInSeconds: 0}}',
      /type token is not supported, only request/,
    ],
    [
      '- http: {path: a, method: get, authorizer: {name: f, type: request}}',
      /resultTtlInSeconds \(300 unless given\) must be 0 here: .*after a logout/,
    ],
    [
      '- http: {path: a, method: get, authorizer: {name: f, type: request, resultTtlInSeconds: 60}}',
      /\(60\) must be 0/,
    ],
    [
      '- http: {path: a, method: get, authorizer: {name: g, type: request, resultTtlInSeconds: 0}}',
      /function g is used but has no handler/,
    ],
    [
      '- http: {path: a, method: get, authorizer: {name: f, type: request, resultTtlInSeconds: 0, identitySource: context.path}}',
      /identity source context\.path is not supported/,
    ],
    ['- httpApi: GET /a', /events of type httpApi are not served/],
  ])('%s', (line, message) => expect(faultsOf(withEvent(line)).join('\n')).toMatch(message));

  it('two methods of the same name, two names for one parameter', () => {
    expect(faultsOf(withEvent('- http: GET /a', '- http: GET a/'))).toStrictEqual([
      'serverless.yml:8: GET /a is already defined at serverless.yml:7',
    ]);
    expect(faultsOf(withEvent('- http: GET /a/{b}', '- http: GET /a/{c}/d'))).toStrictEqual([
      'serverless.yml:8: {c} and {b} (serverless.yml:7) are siblings under /a: API Gateway allows one name',
    ]);
    expect(faultsOf(withEvent('- http: GET /a/{b}', '- http: GET /c/{d}'))).toStrictEqual([]);
  });

  it.each([
    ['ResponseType: NOPE', /ResponseType "NOPE" does not exist/],
    ['{ResponseType: THROTTLED, StatusCode: 99}', /StatusCode 99 is not an HTTP status/],
    [
      '{ResponseType: THROTTLED, ResponseParameters: {gatewayresponse.body.x: "\'1\'"}}',
      /only gatewayresponse\.header\.X/,
    ],
    [
      '{ResponseType: THROTTLED, ResponseParameters: {gatewayresponse.header.X: plain}}',
      /neither "'a literal in quotes'" nor/,
    ],
    ['{ResponseType: THROTTLED, ResponseTemplates: {application/json: "#set($a = 1)"}}', /only a text with \$context/],
  ])('gateway response %s', (properties, message) => {
    const body = properties.startsWith('{') ? ` ${properties}` : `\n        ${properties}`;
    const yaml = `${withEvent('- http: GET /a')}\nresources:\n  Resources:\n    R:\n      Type: AWS::ApiGateway::GatewayResponse\n      Properties:${body}\n`;
    expect(faultsOf(yaml).join('\n')).toMatch(message);
  });

  it('all faults at once', () => {
    expect(
      faultsOf(withEvent('- http: TRACE /a', '- http: GET /b{', '- http: {path: c, method: get, private: true}')),
    ).toHaveLength(3);
  });

  it('broken YAML, merge keys, a file without functions', () => {
    expect(() => read('a: [')).toThrow(/serverless\.yml: .*line 1/);
    expect(() => read('a: &a {b: 1}\nc: {<<: *a}')).toThrow(/serverless\.yml:2: merge keys/);
    expect(() => read('service: s')).toThrow(/functions must be a map/);
    expect(() => read('')).toThrow(/functions must be a map/);
  });

  it('but not what concerns others: schedules, queues, VPC, IAM, plugins', () => {
    const yaml = withEvent('- http: GET /a', '- schedule: rate(1 day)', '- sqs: !GetAtt Queue.Arn', '- s3: bucket');
    expect(
      faultsOf(`${yaml}\n    vpc: {subnetIds: [!Ref A]}\n    iamRoleStatements: []\nplugins: [x]\n`),
    ).toStrictEqual([]);
  });
});
