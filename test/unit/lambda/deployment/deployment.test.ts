import { createRequire } from 'node:module';

const load = createRequire(__filename);

/** The files are loaded by the Serverless Framework, as plain JavaScript. */
function call(file: string, self: object, ...args: readonly unknown[]): unknown {
  const exported: unknown = load(`../../../../lambda/deployment/${file}`);
  if (typeof exported !== 'function') throw new TypeError(`${file} exports no function`);
  return Reflect.apply(exported, self, args);
}

describe('roles.js', () => {
  const rolesOf = (functions: object, stage: object = {}) =>
    call(
      'roles.js',
      {},
      { resolveConfigurationProperty: ([path]: string[]) => Promise.resolve(path === 'functions' ? functions : stage) },
    );

  it('refuses a function that would share a role with others, and names it', async () => {
    await expect(rolesOf({ 'get-event': { iamRoleStatements: [] }, 'get-thing': {} })).rejects.toThrow(
      'iamRoleStatements is missing for get-thing; write [] if no permissions are needed',
    );
  });

  it('takes managed policies from each role, and leaves out the shared one', async () => {
    expect(await rolesOf({ 'get-event': { iamRoleStatements: [] } })).toEqual({
      Conditions: { Never: { 'Fn::Equals': ['', 'never'] } },
      extensions: {
        GetDasheventIamRoleLambdaExecution: { Properties: { ManagedPolicyArns: [] } },
        IamRoleLambdaExecution: { Condition: 'Never', Properties: { Policies: [], ManagedPolicyArns: [] } },
      },
    });
  });

  it('puts each role under the permissions boundary of the stage', async () => {
    const permissionsBoundary = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/limit' };
    expect(await rolesOf({ 'get-event': { iamRoleStatements: [] } }, { permissionsBoundary })).toMatchObject({
      extensions: {
        GetDasheventIamRoleLambdaExecution: {
          Properties: { ManagedPolicyArns: [], PermissionsBoundary: permissionsBoundary },
        },
      },
    });
  });
});

describe('api-stage.js', () => {
  const { bindStage } = load('../../../../lambda/deployment/api-stage.js') as {
    bindStage: (resources: object, options: { hasAccessLog: boolean }) => void;
  };
  const template = () => ({
    Deployment1: { Type: 'AWS::ApiGateway::Deployment', Properties: { StageName: 'dev' }, DependsOn: ['Method'] },
    Unauthorized: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: {} },
    ApiGatewayStage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev', AccessLogSetting: {} } },
    ApiGatewayAccessLog: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  });

  it('gives the stage to the deployment, which waits for the gateway responses', () => {
    const resources = template();
    bindStage(resources, { hasAccessLog: true });
    expect(resources).toEqual({
      ...template(),
      Deployment1: { Type: 'AWS::ApiGateway::Deployment', Properties: {}, DependsOn: ['Method', 'Unauthorized'] },
      ApiGatewayStage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { StageName: 'dev', AccessLogSetting: {}, DeploymentId: { Ref: 'Deployment1' } },
      },
    });
  });

  it('leaves out the access log of a stage that has none', () => {
    const resources = template();
    bindStage(resources, { hasAccessLog: false });
    expect(resources).not.toHaveProperty('ApiGatewayAccessLog');
    expect(resources.ApiGatewayStage.Properties).not.toHaveProperty('AccessLogSetting');
  });

  it('refuses a service without an API', () => {
    expect(() => bindStage({}, { hasAccessLog: true })).toThrow('found none');
  });
});

describe('stacks.js', () => {
  const lambda = (handler: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Handler: handler } });
  const method = (id: string) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: { Integration: { Uri: { 'Fn::Join': ['', ['a', { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] }]] } } },
  });
  const service = (queues: number): Readonly<Record<string, object>> => ({
    GetDasheventLambdaFunction: lambda('functions/get-event.handler'),
    GetDasheventLogGroup: { Type: 'AWS::Logs::LogGroup' },
    AuthorizerLambdaFunction: lambda('functions/authorizer.handler'),
    AuthorizerApiGatewayAuthorizer: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: { AuthorizerUri: { 'Fn::GetAtt': ['AuthorizerLambdaFunction', 'Arn'] } },
    },
    ApiGatewayMethodApiEventsGet: method('GetDashevent'),
    GatewayServerErrorsAlarm: { Type: 'AWS::CloudWatch::Alarm' },
    ...Object.fromEntries(Array.from({ length: queues }, (_, index) => [`Q${index}`, { Type: 'AWS::SQS::Queue' }])),
  });
  const destinations = (resourcesById: Readonly<Record<string, object>>) =>
    Object.entries(resourcesById).flatMap(([id, resource]) => {
      const destination = call('stacks.js', { plugin: { resourcesById } }, resource, id);
      return destination === undefined ? [] : [[id, destination]];
    });

  it('leaves a service of up to 300 resources in one stack', () => {
    expect(destinations(service(294))).toEqual([]);
  });

  it('sends a larger one’s functions, with what is their own, to the stack of their name, and nothing else', () => {
    // Pinned: a function that changed its stack would be made anew while the old one still has its name.
    const destination = { destination: 'Functions4' };
    expect(destinations(service(295))).toEqual([
      ['GetDasheventLambdaFunction', destination],
      ['GetDasheventLogGroup', destination],
      ['ApiGatewayMethodApiEventsGet', destination],
    ]);
  });
});
