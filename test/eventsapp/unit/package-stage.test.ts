import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';

import { parse } from 'yaml';
import { z } from 'zod';

import banyan from '../../../banyan.config';
import { packageStage } from '../../../shared/deployment/package/package-stage';
import { placeholderFor } from '../../../shared/deployment/package/placeholder-aws';
import { deafAlarms } from '../../support/cloudformation/alarms';
import { managedPoliciesOf, permissionsOf } from '../../support/cloudformation/iam';
import {
  readTemplate,
  referenceOf,
  resourcesOf,
  type CloudFormationTemplate,
} from '../../support/cloudformation/template';
import { templateFaults } from '../../support/cloudformation/validate';
import { readZip } from '../../support/read-zip';

const ROOT = join(__dirname, '../../..');
const PREFIX = 'banyan-prod-';
/** Read by CloudFormation while it deploys. */
const DYNAMIC_REFERENCE = /^\{\{resolve:secretsmanager:[^}]+\}\}$/;
/** A command that only the MongoDB driver sends. */
const DRIVER = 'saslStart';
/** The one that holds the monolith. */
const LIFTED = 'lifted';

const LambdaFunction = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Runtime: z.string(),
  Timeout: z.number(),
  Role: z.unknown(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  VpcConfig: z
    .object({ SubnetIds: z.array(z.string()).min(2), SecurityGroupIds: z.array(z.string()).min(1) })
    .optional(),
  ReservedConcurrentExecutions: z.number().optional(),
});

/** One real run of the framework, of the stage that needs most: prod looks values up in AWS. */
describe('banyan package --stage prod', () => {
  let folder: string;
  let packaged: Awaited<ReturnType<typeof packageStage>>;
  let template: CloudFormationTemplate;
  let text: string;
  /** By their names in serverless.yml. */
  let functions: ReadonlyMap<string, z.infer<typeof LambdaFunction> & { readonly id: string }>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-package-'));
    packaged = await packageStage({
      serverlessFile: join(ROOT, 'serverless.yml'),
      stage: 'prod',
      output: folder,
      frameworkOutput: 'ignore',
      env: process.env,
      ...banyan.deployment,
    });
    const file = join(folder, 'cloudformation-template-update-stack.json');
    template = await readTemplate(file);
    text = await readFile(file, 'utf8');
    functions = new Map(
      resourcesOf(template, 'AWS::Lambda::Function').map(({ id, Properties }) => {
        const parsed = LambdaFunction.parse(Properties);
        return [parsed.FunctionName.slice(PREFIX.length), { ...parsed, id }];
      }),
    );
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const propertiesOf = (type: string) => resourcesOf(template, type).map(({ Properties }) => Properties);
  const named = (name: string) => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`There is no function ${name}`);
    return found;
  };
  const insideVpc = () => [...functions].filter(([, { VpcConfig }]) => VpcConfig !== undefined).map(([name]) => name);

  it('makes a template that fits AWS’s own schemas, in one stack', () => {
    expect(templateFaults(template)).toEqual([]);
    expect(packaged.stacks).toEqual([{ name: 'root', resources: Object.keys(template.Resources).length }]);
  });

  it('says that values were placeholders', () => {
    expect(packaged.hasPlaceholders).toBe(true);
    expect(text).toContain(placeholderFor('LambdaSecurityGroup'));
  });

  describe('bundles', () => {
    it('are one small zip for each function', () => {
      expect(packaged.faults).toEqual([]);
      expect(packaged.zips.map(({ functionName }) => functionName)).toEqual([...functions.keys()].sort());
      for (const [name, { VpcConfig }] of functions)
        if (packaged.limits.get(name)?.kind !== 'lifted')
          expect([name, packaged.limits.get(name)?.kind]).toEqual([name, `with${VpcConfig ? '' : 'out'} MongoDB`]);
    });

    it('hold MongoDB’s driver exactly for functions in the VPC', async () => {
      for (const [name, { VpcConfig }] of functions) {
        const expected = VpcConfig !== undefined && name !== LIFTED;
        expect([name, (await codeOf(name)).includes(DRIVER)]).toEqual([name, expected]);
      }
    });

    it('hold the whole app, compiled, and its packages if they are lifted, and else one file', async () => {
      for (const name of functions.keys()) {
        const files = [...(await readZip(join(folder, `${name}.zip`))).keys()];
        // The page's own files are next to its function.
        const expected = name === 'get-upload-page' ? 4 : 1;
        if (name !== LIFTED) expect([name, files.length]).toEqual([name, expected]);
      }
      const files = await readZip(join(folder, `${LIFTED}.zip`));
      const names = [...files.keys()];
      // Not `.js`, which is a module where the app's package.json says so.
      expect(names).toContain('lambda/eventsapp/lifted.cjs');
      for (const wanted of ['legacy/server.js', 'legacy/package.json', 'node_modules/express/package.json'])
        expect(names).toContain(wanted);
      expect(names.filter((file) => /^(?!node_modules).*\.ts$/.test(file))).toEqual([]);
      // Of the repository's other packages, none.
      expect(names.filter((file) => /^node_modules\/(?:zod|jest|serverless)\//.test(file))).toEqual([]);
      expect(files.get('legacy/server.js')?.toString()).toContain('require.main === module');
    });

    it('start, each alone in an empty folder with its own environment', () => {
      expect(packaged.loaded.map(({ name }) => name).sort()).toEqual([...functions.keys()].sort());
      for (const { name, startMs, memory, mongoClients } of packaged.loaded) {
        expect([name, startMs, memory]).toEqual([name, expect.any(Number), expect.any(Number)]);
        expect([name, mongoClients]).toEqual([name, name === LIFTED ? 1 : undefined]);
      }
    });

    it('export a handler that the Node.js 24 runtime takes: two parameters at most', async () => {
      for (const name of functions.keys()) {
        const parameters = arity(await codeOf(name));
        expect([name, parameters, parameters <= 2]).toEqual([name, parameters, true]);
      }
    });

    const codeOf = async (name: string) => {
      const file = named(name).Handler.replace(/\.handler$/, '');
      const files = await readZip(join(folder, `${name}.zip`));
      return (files.get(`${file}.js`) ?? files.get(`${file}.cjs`))?.toString('utf8') ?? '';
    };
  });

  describe('gateway', () => {
    it('has the authorizer on every method of a rewritten route, asked at every request', () => {
      const [authorizer, ...others] = resourcesOf(template, 'AWS::ApiGateway::Authorizer');
      expect(others).toEqual([]);
      expect(authorizer?.Properties).toMatchObject({
        Type: 'REQUEST',
        IdentitySource: '',
        AuthorizerResultTtlInSeconds: 0,
      });
      expect(JSON.stringify(authorizer?.Properties['AuthorizerUri'])).toContain('"AuthorizerLambdaFunction","Arn"');
      const methods = propertiesOf('AWS::ApiGateway::Method');
      expect(methods.length).toBeGreaterThanOrEqual(20);
      // But those of the monolith's own app, which asks itself, the page to log in on, and the health.
      const isOpen = (method: object) =>
        /"(Lifted|GetDashuploadDashpage|GetDashhealth)LambdaFunction"/.test(JSON.stringify(method));
      for (const method of methods) {
        const expected = isOpen(method)
          ? { AuthorizationType: 'NONE' }
          : { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer?.id } };
        expect(method).toMatchObject(expected);
      }
    });

    it('has the gateway responses', () => {
      expect(propertiesOf('AWS::ApiGateway::GatewayResponse').map(({ ResponseType }) => ResponseType)).toEqual([
        'UNAUTHORIZED',
        'ACCESS_DENIED',
        'AUTHORIZER_FAILURE',
        'AUTHORIZER_CONFIGURATION_ERROR',
        'DEFAULT_5XX',
      ]);
    });

    it('is deployed with the gateway responses, not before them', () => {
      const [deployment, ...others] = resourcesOf(template, 'AWS::ApiGateway::Deployment');
      expect(others).toEqual([]);
      const responses = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(({ id }) => id);
      expect(responses).toHaveLength(5);
      expect(deployment?.DependsOn).toEqual(expect.arrayContaining(responses));
      expect(deployment?.DependsOn).toContain('ApiGatewayMethodApiEventsGet');
    });

    it('has one stage: throttled, traced, with an access log and no execution log', () => {
      const [deployment] = resourcesOf(template, 'AWS::ApiGateway::Deployment');
      expect(deployment?.Properties).not.toHaveProperty('StageName');
      expect(propertiesOf('AWS::ApiGateway::Stage')).toEqual([
        {
          RestApiId: { Ref: 'ApiGatewayRestApi' },
          DeploymentId: { Ref: deployment?.id },
          StageName: 'prod',
          TracingEnabled: true,
          MethodSettings: [
            {
              ...{ HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'OFF', DataTraceEnabled: false },
              ...{ ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 1_000 },
            },
          ],
          AccessLogSetting: {
            DestinationArn: { 'Fn::GetAtt': ['ApiGatewayAccessLog', 'Arn'] },
            Format: expect.any(String) as unknown,
          },
        },
      ]);
    });

    it('logs nothing that a client chooses: no path, query, header, body or user agent', () => {
      const [stage] = propertiesOf('AWS::ApiGateway::Stage');
      const { Format } = z.object({ Format: z.string() }).parse(stage?.['AccessLogSetting']);
      expect(Format).not.toMatch(/\n/);
      const logged = [...Format.matchAll(/\$[\w.]+/g)].map(([name]) => name);
      expect(logged.length).toBeGreaterThan(10);
      expect(logged.filter((name) => !/^\$context\.[\w.]+$/.test(name))).toEqual([]);
      expect(
        logged.filter((name) =>
          /\.(path|.*agent|caller|user|principalId|.*message.*|apiKey|protocol|domain)/i.test(name),
        ),
      ).toEqual([]);
      // Every line is JSON, whatever a variable is: unknown ones are `-`.
      const filled = Format.replace('$context.requestTimeEpoch', '1').replace(/\$context\.[\w.]+/g, '-');
      expect(Object.keys(JSON.parse(filled) as object)).toContain('resource');
    });

    it('is private, and refuses whatever does not come through the endpoint of the proxies', () => {
      const endpoints = [placeholderFor('ExecuteApiEndpoint')];
      const everybody = { Principal: '*', Action: ['execute-api:Invoke'], Resource: 'execute-api:/*' };
      expect(propertiesOf('AWS::ApiGateway::RestApi')).toEqual([
        expect.objectContaining({
          EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: endpoints },
          Policy: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', ...everybody },
              { Effect: 'Deny', ...everybody, Condition: { StringNotEquals: { 'aws:SourceVpce': endpoints } } },
            ],
          },
        }),
      ]);
    });
  });

  describe('environment', () => {
    const secretsOf = (name: string, secrets: readonly string[]) =>
      Object.entries(named(name).Environment.Variables).filter(([variable]) => secrets.includes(variable));

    it('leaves every secret on the list to CloudFormation, and has no other', async () => {
      const list = Object.keys(parse(await readFile(join(ROOT, 'lambda/eventsapp/secrets.yml'), 'utf8')) as object);
      expect(list).toEqual(['MONGODB_URI', 'SESSION_SECRET']);
      for (const [name, { Runtime, Environment }] of functions) {
        expect(Runtime).toBe('nodejs24.x');
        for (const [, value] of secretsOf(name, list)) expect(value).toMatch(DYNAMIC_REFERENCE);
        const others = Object.keys(Environment.Variables).filter((variable) => !list.includes(variable));
        expect(others.filter((variable) => /SECRET|PASSWORD|TOKEN|URI|KEY/.test(variable))).toEqual([]);
      }
      expect(text).not.toMatch(/mongodb(?:\+srv)?:\/\//);
      expect(await readFile(join(folder, 'serverless-state.json'), 'utf8')).not.toMatch(/mongodb(?:\+srv)?:\/\//);
    });

    it('gives each function no more than it needs', () => {
      for (const name of functions.keys()) {
        const variables = Object.keys(named(name).Environment.Variables).filter((variable) => variable !== 'LOG_LEVEL');
        const reports = ['DAILY_REPORT_RUNNER', 'FUNCTION_PREFIX', 'REPORT_QUEUE_URL'];
        const photos = ['FUNCTION_PREFIX', 'MONOLITH_PHOTOS', 'PHOTOS_BUCKET', 'PHOTOS_TABLE', 'REFUSED_UPLOADS_TABLE'];
        const outside: Readonly<Record<string, readonly string[]>> = {
          // They renew the cookie of the session that called them.
          'get-private': ['SESSION_SECRET'],
          'create-report': [...reports, 'SESSION_SECRET'],
          'run-daily-report': reports,
          'process-report-job': reports,
          ...Object.fromEntries(
            ['initiate-upload', 'get-upload-status', 'list-photos', 'get-photo'].map((one) => [
              one,
              [...photos, 'SESSION_SECRET'],
            ]),
          ),
          'get-upload-page': ['SESSION_SECRET'],
          'get-health': [...photos, 'REPORT_QUEUE_URL'].sort(),
          'process-uploaded-photo': photos,
          'remove-orphaned-photos': photos,
          'delete-event': ['MONGODB_URI', 'PHOTOS_BUCKET', 'PHOTOS_TABLE', 'REFUSED_UPLOADS_TABLE', 'SESSION_SECRET'],
          'replay-photo-uploads': [...photos, 'PHOTO_FAILURES_URL'].sort(),
          'db-store-photo': ['MONGODB_URI', 'PHOTOS_BUCKET'],
        };
        const inside = name.startsWith('db-') ? ['MONGODB_URI'] : ['MONGODB_URI', 'SESSION_SECRET'];
        const lifted = ['CREATE_INDEXES', 'MONGODB_URI', 'NODE_ENV', 'SESSION_SECRET'];
        expect([name, variables.sort()]).toEqual([name, outside[name] ?? (name === LIFTED ? lifted : inside)]);
      }
    });
  });

  describe('network', () => {
    it('puts functions in the stage’s subnets', () => {
      expect(insideVpc().length).toBeGreaterThan(0);
      for (const name of insideVpc()) {
        expect(named(name).VpcConfig).toEqual({
          SecurityGroupIds: [placeholderFor('LambdaSecurityGroup')],
          SubnetIds: [placeholderFor('PrivateSubnetA'), placeholderFor('PrivateSubnetB')],
        });
      }
    });

    it('makes no NAT gateway, nor anything else of EC2', () => {
      expect(resourcesOf(template, 'AWS::EC2::')).toEqual([]);
    });
  });

  describe('permissions', () => {
    it('are in one role for each function, and in no managed policy', () => {
      const roles = [...functions.values()].map(({ Role }) => referenceOf(Role)?.target);
      expect(new Set(roles).size).toBe(functions.size);
      expect(roles.sort()).toEqual(
        resourcesOf(template, 'AWS::IAM::Role')
          .map(({ id }) => id)
          .sort(),
      );
      expect(managedPoliciesOf(template)).toEqual({});
    });

    const logActions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
    /** Lambda makes network interfaces before they have a name: AWS takes these actions on `*` only. */
    const networkActions = [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ];
    const allowed = () => permissionsOf(template).filter(({ effect }) => effect === 'Allow');

    it('name their resources, but for the network interfaces of functions in the VPC', () => {
      const onAll = allowed().filter(({ resource }) => resource === '*');
      const roleOf = (name: string) => referenceOf(named(name).Role)?.target;
      const expected = insideVpc().flatMap((name) => networkActions.map((action) => `${roleOf(name)} ${action}`));
      expect(onAll.map(({ role, action }) => `${role} ${action}`).sort()).toEqual(expected.sort());
      expect(allowed().filter(({ action }) => action.includes('*'))).toEqual([]);
      const denied = permissionsOf(template).filter(({ effect }) => effect === 'Deny');
      expect(denied.map(({ role, action }) => `${role} ${action}`).sort()).toEqual(expected.sort());
    });

    it('are what each function does, and its own log', () => {
      const arnOf = (name: string) =>
        `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${PREFIX}${name}`;
      const invoke = (name: string) => ({ action: 'lambda:InvokeFunction', resource: arnOf(name) });
      const queue = (action: string) => ({
        action: `sqs:${action}`,
        resource: { 'Fn::GetAtt': ['ReportQueue', 'Arn'] },
      });
      const failures = (action: string) => ({
        action: `sqs:${action}`,
        resource: { 'Fn::GetAtt': ['PhotoFailureQueue', 'Arn'] },
      });
      const inBucket = (action: string, key = '/uploads/*') => ({
        action: `s3:${action}`,
        resource: `arn:\${AWS::Partition}:s3:::banyan-prod-photos${key}`,
      });
      const onTable = (action: string, name: string) => ({
        action: `dynamodb:${action}`,
        resource: `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`,
      });
      const [photos, refused] = ['banyan-prod-photos', 'banyan-prod-refused-uploads'];
      const listOfEvent = onTable('Query', `${photos}/index/byEvent`);
      const processUploads = [
        ...[inBucket('GetObject'), inBucket('DeleteObject'), inBucket('ListBucket', '')],
        ...['GetItem', 'PutItem'].flatMap((action) => [photos, refused].map((name) => onTable(action, name))),
        ...['db-store-photo', 'db-list-photos'].map(invoke),
      ];
      const removePhotos = [
        onTable('DeleteItem', photos),
        ...['/uploads/*', '/migrated/*'].map((key) => inBucket('DeleteObject', key)),
      ];
      const expected: Readonly<Record<string, readonly object[]>> = {
        'delete-event': [listOfEvent, ...removePhotos],
        'remove-orphaned-photos': [onTable('Scan', photos), ...removePhotos, invoke('db-list-photos')],
        'initiate-upload': [inBucket('PutObject'), invoke('db-check-photo-upload')],
        'get-upload-status': [onTable('GetItem', photos), onTable('GetItem', refused), invoke('db-list-photos')],
        'list-photos': [listOfEvent, invoke('db-list-photos')],
        'get-photo': [
          onTable('GetItem', photos),
          ...[inBucket('ListBucket', ''), inBucket('GetObject'), inBucket('GetObject', '/migrated/*')],
          invoke('db-find-photo'),
        ],
        'get-health': [
          ...[onTable('GetItem', photos), inBucket('ListBucket', ''), inBucket('GetObject', '/uploads/health')],
          ...[invoke('db-find-photo'), queue('GetQueueAttributes')],
        ],
        'process-uploaded-photo': [...processUploads, failures('SendMessage')],
        'replay-photo-uploads': [...processUploads, ...['ReceiveMessage', 'DeleteMessage'].map(failures)],
        'db-store-photo': [inBucket('GetObject'), inBucket('ListBucket', '')],
        'create-report': [invoke('db-create-report'), invoke('db-store-report'), queue('SendMessage')],
        'run-daily-report': [invoke('db-get-report-results'), invoke('db-finish-daily-report'), queue('SendMessage')],
        'process-report-job': [
          ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map(queue),
          invoke('db-store-report'),
        ],
      };
      for (const [name, { Role }] of functions) {
        const own = allowed().filter(({ role, resource }) => role === referenceOf(Role)?.target && resource !== '*');
        const logs = own.filter(({ action }) => action.startsWith('logs:'));
        expect(logs.map(({ action }) => action).sort()).toEqual(logActions);
        for (const { resource } of logs)
          expect(resource).toMatch(new RegExp(`:log-group:/aws/lambda/${PREFIX}${name}:`));
        const others = own.filter(({ action }) => !action.startsWith('logs:'));
        const sorted = (permissions: readonly object[]) => permissions.map((one) => JSON.stringify(one)).sort();
        expect([name, sorted(others.map(({ action, resource }) => ({ action, resource })))]).toEqual([
          name,
          sorted(expected[name] ?? []),
        ]);
      }
    });
  });

  describe('alarms', () => {
    it('can sound: their metrics exist, of things that the template creates', () => {
      expect(deafAlarms(template)).toEqual([]);
    });

    it('are there for errors and throttles of each function, the gateway and the queues, and are sent to the topic', () => {
      const alarms = propertiesOf('AWS::CloudWatch::Alarm');
      const expected = [
        ...[...functions.keys()].flatMap((name) => [`${PREFIX}${name}-errors`, `${PREFIX}${name}-throttles`]),
        ...['gateway-5xx', 'report-dead-letters', 'report-queue-age', 'photo-failures'].map((name) => PREFIX + name),
      ];
      expect(alarms.map(({ AlarmName }) => String(AlarmName)).sort()).toEqual(expected.sort());
      for (const alarm of alarms) expect(alarm).toMatchObject({ AlarmActions: [placeholderFor('AlarmTopic')] });
    });

    it('sound for a photo that keeps failing, of which the age of the oldest message says nothing after three receipts', () => {
      const alarm = propertiesOf('AWS::CloudWatch::Alarm').find(
        (one) => one['AlarmName'] === `${PREFIX}photo-failures`,
      );
      expect(alarm).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        ...{ Statistic: 'Maximum', Period: 900, EvaluationPeriods: 5, Threshold: 0 },
      });
    });

    it('take an authorizer’s logged faults for errors, not the visitors it refuses', () => {
      for (const name of ['authorizer', 'optional-authorizer']) {
        const alarm = propertiesOf('AWS::CloudWatch::Alarm').find(
          (one) => one['AlarmName'] === `${PREFIX}${name}-errors`,
        );
        expect(alarm).toMatchObject({ Namespace: 'banyan-prod', MetricName: `${name}-faults` });
      }
    });
  });

  describe('limits', () => {
    it('keep every log for a while', () => {
      const groups = propertiesOf('AWS::Logs::LogGroup');
      // That of the API's accesses as well.
      expect(groups).toHaveLength(functions.size + 1);
      for (const group of groups) expect(group).toMatchObject({ RetentionInDays: 90 });
    });

    it('reserve concurrency for every function but the consumer, which the queue limits', () => {
      const without = [...functions].filter(([, one]) => one.ReservedConcurrentExecutions === undefined);
      expect(without.map(([name]) => name)).toEqual(['process-report-job']);
      expect(propertiesOf('AWS::Lambda::EventSourceMapping')).toEqual([
        expect.objectContaining({ BatchSize: 10, ScalingConfig: { MaximumConcurrency: 3 } }),
      ]);
      // All jobs of a batch are processed at once.
      expect(named('db-store-report').ReservedConcurrentExecutions).toBe(10 * 3);
    });

    it('let a message come again only long after its consumer’s time, and three times', () => {
      const queue = resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) => id === 'ReportQueue');
      expect(queue?.Properties['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * named('process-report-job').Timeout);
      expect(queue?.Properties['RedrivePolicy']).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': ['ReportDeadLetterQueue', 'Arn'] },
        maxReceiveCount: 3,
      });
    });
  });
});

/** Loads a bundle as the runtime does and counts the handler's parameters. */
function arity(code: string): number {
  const module: { exports: object } = { exports: {} };
  const load = compileFunction(code, ['module', 'exports', 'require', '__filename', '__dirname']);
  load.call(module.exports, module, module.exports, createRequire(join(ROOT, 'bundle.js')), 'bundle.js', ROOT);
  const exported: unknown = 'handler' in module.exports ? module.exports.handler : undefined;
  if (typeof exported !== 'function') throw new Error('The bundle exports no handler');
  return exported.length;
}
