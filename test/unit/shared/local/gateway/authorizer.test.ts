import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { call, closeApis, startApi, type TestHandler } from './harness';

afterEach(closeApis);

const ARN = /^arn:aws:execute-api:eu-west-1:000000000000:localrest1\/dev\/GET\/api\/private$/;
const statement = (Effect: string, Resource: unknown) => ({ Action: 'execute-api:Invoke', Effect, Resource });
const policyDocument = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const allowed = { principalId: 'user', policyDocument: policyDocument(statement('Allow', '*')) };

/** What a client gets when the authorizer behaves so. */
const through = async (authorizer: TestHandler, options: Parameters<typeof startApi>[1] = {}) => {
  let called = false;
  const endpoint: TestHandler = (event) => {
    called = true;
    return { statusCode: 200, body: JSON.stringify(event) };
  };
  const gateway = await startApi({ authorizer, private: endpoint }, options);
  const reply = await call(gateway, '/api/private?a=1&a=2', {
    headers: [
      ['Cookie', 'x=1'],
      ['Origin', 'https://o.example'],
    ],
  });
  return { reply, called };
};

describe('input (developer guide: "Input to a Lambda authorizer", type REQUEST)', () => {
  it('has the request without its body, and empty maps rather than null', async () => {
    let event: APIGatewayRequestAuthorizerEvent | undefined;
    await through((received) => {
      event = received;
      return allowed;
    });
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(ARN) as string,
      resource: '/api/private',
      path: '/api/private',
      httpMethod: 'GET',
      headers: { Cookie: 'x=1' },
      multiValueHeaders: { Cookie: ['x=1'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      pathParameters: {},
      stageVariables: {},
      requestContext: { resourcePath: '/api/private', stage: 'dev', identity: { sourceIp: '127.0.0.1' } },
    });
    expect(Object.keys(event ?? {})).not.toContain('body');
    expect(Object.keys(event?.requestContext ?? {})).not.toContain('authorizer');
  });

  it('is made with TTL 0 and without identity sources even when the request has no headers', async () => {
    const authorizer = jest.fn(() => Promise.reject(new Error('Unauthorized')));
    const gateway = await startApi({ authorizer });
    expect(await call(gateway, '/api/private')).toMatchObject({ status: 401 });
    expect(authorizer).toHaveBeenCalledTimes(1);
  });
});

describe('allow (developer guide: "Output from a Lambda authorizer")', () => {
  it('hands context values over as texts, with the principal and the latency', async () => {
    let time = 1_000;
    const authorizer = () => {
      time += 7;
      return {
        ...allowed,
        context: { userId: 'u1', roles: '["member"]', number: 1, yes: true, float: 0.5, gone: undefined },
      };
    };
    const { reply } = await through(authorizer, { now: () => time });
    const { requestContext } = reply.json() as { requestContext: { authorizer: object } };
    expect(requestContext.authorizer).toStrictEqual({
      userId: 'u1',
      roles: '["member"]',
      number: '1',
      yes: 'true',
      float: '0.5',
      principalId: 'user',
      integrationLatency: 7,
    });
  });

  it.each([
    ['a method wildcard', 'arn:aws:execute-api:*:*:*/dev/*/*'],
    ['its own ARN', 'arn:aws:execute-api:eu-west-1:000000000000:localrest1/dev/GET/api/private'],
    ['a question mark', 'arn:aws:execute-api:eu-west-1:000000000000:localrest1/dev/GET/api/privat?'],
  ])('by %s', async (_name, resource) => {
    const authorizer = () => ({ ...allowed, policyDocument: policyDocument(statement('Allow', resource)) });
    expect((await through(authorizer)).reply.status).toBe(200);
  });

  it('gives functions without an authorizer no requestContext.authorizer', async () => {
    const reply = await call(await startApi(), '/api/events');
    expect(Object.keys((reply.json() as { requestContext: object }).requestContext)).not.toContain('authorizer');
  });
});

describe('401 (knowledge center: "401 Unauthorized errors after creating a Lambda authorizer")', () => {
  it('for an error of exactly this message; the gateway response UNAUTHORIZED applies', async () => {
    const { reply, called } = await through(() => Promise.reject(new TypeError('Unauthorized')));
    expect(called).toBe(false);
    expect(reply).toMatchObject({
      status: 401,
      text: '{"error":"Not authenticated"}',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-powered-by': 'Express',
        'access-control-allow-origin': 'https://o.example',
        'x-amzn-errortype': 'UnauthorizedException',
      },
    });
  });
});

describe('403 (knowledge center: "403 errors with a Lambda authorizer")', () => {
  const denied = ' with an explicit deny in an identity-based policy';
  it.each([
    ['a Deny', policyDocument(statement('Deny', '*')), denied],
    ['a Deny beside an Allow', policyDocument(statement('Allow', '*'), statement('Deny', '*')), denied],
    ['a policy for another route', policyDocument(statement('Allow', 'arn:aws:execute-api:*:*:*/dev/GET/other')), ''],
    ['no statement', policyDocument(), ''],
  ])('for %s', async (_name, document, suffix) => {
    const { reply, called } = await through(() => ({ principalId: 'user', policyDocument: document }));
    expect(called).toBe(false);
    expect(reply).toMatchObject({
      status: 403,
      text: `{"Message":"User is not authorized to access this resource${suffix}"}`,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
    });
  });
});

describe('500 (developer guide: "Gateway response types")', () => {
  it.each([
    ['another error', () => Promise.reject(new Error('database down'))],
    ['an error that only contains the word', () => Promise.reject(new Error('Unauthorized: expired'))],
    ['another case', () => Promise.reject(new Error('unauthorized'))],
    ['no answer in time', () => new Promise(() => undefined)],
  ])('AUTHORIZER_FAILURE for %s', async (_name, authorizer) => {
    const lines: string[] = [];
    const { reply, called } = await through(authorizer, { limits: { functionTimeoutMs: 30 }, lines });
    expect(called).toBe(false);
    expect(reply).toMatchObject({
      status: 500,
      text: '{"message":null}',
      headers: { 'x-amzn-errortype': 'AuthorizerFailureException', 'access-control-allow-origin': '*' },
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'error', type: 'AUTHORIZER_FAILURE' },
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'Allow'],
    ['no principal', { policyDocument: allowed.policyDocument }],
    ['an empty principal', { ...allowed, principalId: '' }],
    ['no policy', { principalId: 'user' }],
    ['a policy as text', { ...allowed, policyDocument: JSON.stringify(allowed.policyDocument) }],
    ['an HTTP response', { statusCode: 401, body: '' }],
    ['a nested context', { ...allowed, context: { user: { id: 1 } } }],
    ['a list in the context', { ...allowed, context: { roles: ['member'] } }],
    ['null in the context', { ...allowed, context: { userId: null } }],
    ['a context that is a text', { ...allowed, context: 'x' }],
  ])('AUTHORIZER_CONFIGURATION_ERROR for a result that is or has %s', async (_name, result) => {
    const { reply, called } = await through(() => result);
    expect(called).toBe(false);
    expect(reply).toMatchObject({
      status: 500,
      text: '{"message":null}',
      headers: { 'x-amzn-errortype': 'AuthorizerConfigurationException' },
    });
  });

  it('also after the gateway’s own limit, however long the function may take', async () => {
    const { reply } = await through(() => new Promise(() => undefined), { limits: { authorizerTimeoutMs: 30 } });
    expect(reply.status).toBe(500);
  });
});

describe('identity sources (developer guide: "Configure a Lambda authorizer")', () => {
  const start = async () => {
    const authorizer = jest.fn(() => allowed);
    return { authorizer, gateway: await startApi({ authorizer }, { fixture: 'identity-source.yml' }) };
  };

  it.each([
    ['all missing', '/private', []],
    ['one missing', '/private?tenant=a', []],
    ['one empty', '/private?tenant=a', [['Authorization', '']]],
  ] as const)('401 without a call: %s', async (_name, target, headers) => {
    const { authorizer, gateway } = await start();
    expect(await call(gateway, target, { headers })).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
    expect(authorizer).not.toHaveBeenCalled();
  });

  it('calls when all are there', async () => {
    const { authorizer, gateway } = await start();
    expect(await call(gateway, '/private?tenant=a', { headers: [['authorization', 'x']] })).toMatchObject({
      status: 200,
    });
    expect(authorizer).toHaveBeenCalledTimes(1);
  });
});

it('never caches: every request is decided anew', async () => {
  let answer: object | Promise<never> = allowed;
  const gateway = await startApi({ authorizer: () => answer });
  expect(await call(gateway, '/api/private')).toMatchObject({ status: 200 });
  answer = { ...allowed, policyDocument: policyDocument(statement('Deny', '*')) };
  expect(await call(gateway, '/api/private')).toMatchObject({ status: 403 });
});
