import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ENDPOINT_TYPES, REQUEST_LIMITS } from '../../../../../shared/api-gateway/limits';
import { limitsOf } from '../../../../../shared/local/gateway/limits';
import { call, closeApis, startApi } from './harness';

afterEach(closeApis);

describe('request bodies (REST API quotas: 10 MB; Lambda quotas: 6 MB)', () => {
  const post = async (bytes: number) =>
    call(await startApi({ echo: () => ({ statusCode: 204 }) }), '/api/events', {
      method: 'POST',
      body: Buffer.alloc(bytes, 'x'),
    });

  it('413 in the front’s own words above 10,485,760 bytes', async () => {
    const reply = await post(10_485_761);
    expect(reply).toMatchObject({
      status: 413,
      text: 'HTTP content length exceeded 10485760 bytes.',
      headers: { 'content-type': 'text; charset=utf-8' },
    });
    expect(reply.headers['x-amzn-requestid']).toBeUndefined();
  });

  it.each([10_485_760, 6_291_456])('413 in JSON for %d bytes, which Lambda does not take', async (bytes) => {
    expect(await post(bytes)).toMatchObject({
      status: 413,
      text: '{"message": "Request Too Long"}',
      headers: { 'x-amzn-errortype': 'BadRequestException', 'content-type': 'application/json' },
    });
  });

  it('takes what fits into an event of 6 MB', async () => expect(await post(6_000_000)).toMatchObject({ status: 204 }));
});

describe.each(ENDPOINT_TYPES)('an API that is %s (REST API quotas)', (type) => {
  const { headerBytes, urlCharacters, methodArnBytes } = REQUEST_LIMITS[type];
  const start = (fixture = 'api.yml', handlers = {}) => startApi(handlers, { fixture, limits: limitsOf(type) });

  it('headers: takes names, values, line ends and white space of the whole limit, and refuses a byte more', async () => {
    /** `Host: api.example.com` and `Connection: close`, which the client of these tests sends, with their separators. */
    const own = 'Host: api.example.com\r\n'.length + 'Connection: close\r\n'.length;
    const gateway = await start();
    const withHeaders = async (bytes: number) => {
      const padding = 'x'.repeat(bytes - own - 'X-Pad: \r\n'.length);
      return call(gateway, '/api/events', {
        headers: [
          ['X-Pad', padding],
          ['Connection', 'close'],
        ],
      });
    };
    expect(await withHeaders(headerBytes)).toMatchObject({ status: 200 });
    const refused = await withHeaders(headerBytes + 1);
    expect(refused).toMatchObject({ status: 431, text: `HTTP header is larger than ${headerBytes} bytes.` });
    expect(refused.headers['x-amzn-requestid']).toBeUndefined();
  });

  it('URL: takes scheme, host, path and query of the whole limit, and refuses a character more', async () => {
    const gateway = await start();
    const ofLength = (length: number) => {
      const target = '/api/events?q=';
      return target + 'x'.repeat(length - `https://api.example.com/dev${target}`.length);
    };
    expect(await call(gateway, ofLength(urlCharacters))).toMatchObject({ status: 200 });
    expect(await call(gateway, ofLength(urlCharacters + 1))).toMatchObject({
      status: 414,
      text: '{"message":"Request URI too long"}',
      headers: { 'x-amzn-errortype': 'BadRequestException' },
    });
  });

  it('method ARN ("Output from a Lambda authorizer"): the same, where there is an authorizer', async () => {
    const policyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const authorizer = jest.fn(() => ({ principalId: 'user', policyDocument }));
    const gateway = await start('guarded.yml', { authorizer });
    const prefix = 'arn:aws:execute-api:us-east-1:000000000000:localrest1/dev/GET/guarded/'.length;
    expect(await call(gateway, `/guarded/${'x'.repeat(methodArnBytes - prefix)}`)).toMatchObject({ status: 200 });
    expect(await call(gateway, `/guarded/${'x'.repeat(methodArnBytes + 1 - prefix)}`)).toMatchObject({ status: 414 });
    expect(authorizer).toHaveBeenCalledTimes(1);
    expect(await call(gateway, `/open/${'x'.repeat(methodArnBytes + 1)}`)).toMatchObject({ status: 200 });
  });
});

describe('the endpoint type of serverless.yml', () => {
  const limitOf = async (provider: string) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-endpoint-'));
    const file = path.join(folder, 'serverless.yml');
    const event = '{ http: { path: "open/{id}", method: get } }';
    await writeFile(
      file,
      `service: x\nprovider: { name: aws${provider} }\nfunctions:\n  f: { handler: f.handler, events: [${event}] }\n`,
    );
    try {
      const gateway = await startApi({}, { serverlessFile: file });
      const status = async (length: number) =>
        (await call(gateway, `/open/1?${'x'.repeat(length - 'https://api.example.com/dev/open/1?'.length)}`)).status;
      const longPath = (await call(gateway, `/open/${'x'.repeat(1_600)}`)).status;
      return { 8_193: await status(8_193), 10_241: await status(10_241), longPath };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it.each([
    ['', { 8_193: 414, 10_241: 414, longPath: 200 }],
    [', endpointType: EDGE', { 8_193: 414, 10_241: 414, longPath: 200 }],
    [', endpointType: regional', { 8_193: 200, 10_241: 414, longPath: 200 }],
    [', endpointType: PRIVATE', { 8_193: 414, 10_241: 414, longPath: 414 }],
    [
      ', endpointType: REGIONAL, apiGateway: { resourcePolicy: [{ Effect: Allow }] }',
      { 8_193: 200, 10_241: 414, longPath: 414 },
    ],
  ])('"%s"', async (provider, expected) => expect(await limitOf(provider)).toEqual(expected));

  it('refuses another', async () => {
    await expect(limitOf(', endpointType: GLOBAL')).rejects.toThrow(
      'endpointType must be EDGE, REGIONAL or PRIVATE, found "GLOBAL"',
    );
  });
});
