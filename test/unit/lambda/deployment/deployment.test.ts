import { createRequire } from 'node:module';

const load = createRequire(__filename);

/** The files are loaded by the Serverless Framework, as plain JavaScript. */
function call(file: string, self: object, ...args: readonly unknown[]): unknown {
  const exported: unknown = load(`../../../../lambda/deployment/${file}`);
  if (typeof exported !== 'function') throw new TypeError(`${file} exports no function`);
  return Reflect.apply(exported, self, args);
}

describe('roles.js', () => {
  const rolesOf = (functions: object) =>
    call('roles.js', {}, { resolveConfigurationProperty: () => Promise.resolve(functions) });

  it('refuses a function that would share a role with others, and names it', async () => {
    await expect(rolesOf({ 'get-event': { iamRoleStatements: [] }, 'get-thing': {} })).rejects.toThrow(
      'iamRoleStatements is missing at get-thing; write [] when no rights are needed',
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
});

describe('stacks.js', () => {
  const lambda = (handler: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Handler: handler } });
  const method = (id: string) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: { Integration: { Uri: { 'Fn::Join': ['', ['a', { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] }]] } } },
  });
  const service = (queues: number): Readonly<Record<string, object>> => ({
    GetDasheventLambdaFunction: lambda('lambda/events/get-event.handler'),
    GetDasheventLogGroup: { Type: 'AWS::Logs::LogGroup' },
    AuthorizerLambdaFunction: lambda('lambda/authorizer/handler.handler'),
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
    expect(destinations(service(295))).toEqual([]);
  });

  it('sends a larger one’s functions, with what is their own, to the stack of their name, and nothing else', () => {
    // Pinned: a function that changed its stack would be made anew while the old one still has its name.
    const destination = { destination: 'Functions4' };
    expect(destinations(service(296))).toEqual([
      ['GetDasheventLambdaFunction', destination],
      ['GetDasheventLogGroup', destination],
      ['ApiGatewayMethodApiEventsGet', destination],
    ]);
  });
});
