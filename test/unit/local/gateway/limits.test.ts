import fc from 'fast-check';
import { createThrottle } from '../../../local/gateway/throttle';
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

describe('headers (REST API quotas: 10,240 bytes of names, values, line ends and white space)', () => {
  /** `Host: api.example.com` and `Connection: close`, which the client of these tests sends, with their separators. */
  const OWN = 'Host: api.example.com\r\n'.length + 'Connection: close\r\n'.length;
  const withHeaders = async (bytes: number) => {
    const padding = 'x'.repeat(bytes - OWN - 'X-Pad: \r\n'.length);
    return call(await startApi(), '/api/events', {
      headers: [
        ['X-Pad', padding],
        ['Connection', 'close'],
      ],
    });
  };

  it('takes 10,240 and refuses 10,241', async () => {
    expect(await withHeaders(10_240)).toMatchObject({ status: 200 });
    expect(await withHeaders(10_241)).toMatchObject({ status: 431, text: 'HTTP header is larger than 10240 bytes.' });
  });
});

describe('request targets (REST API quotas: URL of a regional API; "Output from a Lambda authorizer": ARN)', () => {
  const OPEN = '/files/';
  it('takes 10,240 characters and refuses 10,241', async () => {
    const gateway = await startApi();
    const ofLength = (length: number) => OPEN + 'x'.repeat(length - `/dev${OPEN}`.length);
    expect(await call(gateway, ofLength(10_240))).toMatchObject({ status: 200 });
    expect(await call(gateway, ofLength(10_241))).toMatchObject({ status: 414 });
  });

  it('takes method ARNs of 1,600 bytes and refuses 1,601, where there is an authorizer', async () => {
    const policyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const authorizer = jest.fn(() => ({ principalId: 'user', policyDocument }));
    const gateway = await startApi({ authorizer }, { fixture: 'guarded.yml' });
    const prefix = 'arn:aws:execute-api:us-east-1:000000000000:localrest1/dev/GET/guarded/'.length;
    expect(await call(gateway, `/guarded/${'x'.repeat(1_600 - prefix)}`)).toMatchObject({ status: 200 });
    expect(await call(gateway, `/guarded/${'x'.repeat(1_601 - prefix)}`)).toMatchObject({ status: 414 });
    expect(authorizer).toHaveBeenCalledTimes(1);
    expect(await call(gateway, `/open/${'x'.repeat(1_601)}`)).toMatchObject({ status: 200 });
  });
});

describe('throttling (developer guide: "Throttle requests to your REST APIs"; token bucket)', () => {
  it('429 beyond the burst, until time has passed', async () => {
    let time = 0;
    const gateway = await startApi({}, { now: () => time, throttle: { rate: 2, burst: 3 } });
    const statuses = async (count: number) => {
      const replies = [];
      for (let index = 0; index < count; index += 1) replies.push((await call(gateway, '/api/events')).status);
      return replies;
    };
    expect(await statuses(4)).toStrictEqual([200, 200, 200, 429]);
    time += 500;
    expect(await statuses(2)).toStrictEqual([200, 429]);
    expect(await call(gateway, '/api/events')).toMatchObject({
      status: 429,
      text: '{"message":"Too Many Requests"}',
      headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
    });
  });

  it('never lets more through than burst plus rate times time', () => {
    const options = fc.record({ rate: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(options, fc.array(fc.nat(400), { maxLength: 60 }), (throttle, steps) => {
        let time = 0;
        const allow = createThrottle(throttle, () => time);
        let passed = 0;
        for (const step of steps) {
          time += step;
          if (allow()) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(throttle.burst + (throttle.rate * time) / 1000);
      }),
    );
  });
});
