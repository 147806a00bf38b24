import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';

import { handler as authorizer } from '../../../../lambda/eventsapp/authorizer';
import { reportCalculation } from '../../../../legacy/reports/calculate';
import { forgetLambdaConfig } from '../../../../lambda/config';
import { closeMongo } from '../../../../lambda/mongo';
import { calculateReport } from '../../../../lambda/eventsapp/reports/calculate';
import { handler as createReport } from '../../../../lambda/eventsapp/reports/create-report';
import { handler as getReport } from '../../../../lambda/eventsapp/reports/get-report';
import { handler as listReports } from '../../../../lambda/eventsapp/reports/list-reports';
import { forgetOutside } from '../../../../lambda/eventsapp/reports/outside';
import { DAY_MS, formatDay } from '../../../../lambda/eventsapp/contracts/day';
import { startInvokeApi, type InvokeApi } from '../../../../shared/local/invoke/invoke-api';
import { createFunction, requireModule, type LambdaFunction } from '../../../../shared/local/functions';
import { NOW, startEventsapp, type Eventsapp } from '../legacy/support/eventsapp';
import { startSqs, type LocalSqs } from '../legacy/support/sqs';
import { gatewayEvent, type EventParts } from '../../../unit/lambda/http/gateway-event';

const CONTEXT = { awsRequestId: 'request-1', functionName: 'test', getRemainingTimeInMillis: () => 10_000 };
type Handler = (
  event: APIGatewayProxyEvent,
  context: typeof CONTEXT & Context,
) => Promise<{
  statusCode: number;
  headers?: object | undefined;
  multiValueHeaders?: object | undefined;
  body: string;
}>;

/** Authorizer, functions on both sides of the VPC and SQS, beside the monolith over the same database and queue. */
describe('report routes answer as the monolith does', () => {
  const before = { ...process.env };
  let app: Eventsapp;
  let url: string;
  let sqs: LocalSqs;
  let api: InvokeApi;
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    // Express writes the error behind its 400 page there.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    sqs = await startSqs();
    app = await startEventsapp();
    ({ url } = await app.startInstance(
      { ...sqs.env, REPORT_CONSUMER: 'lambda', DAILY_REPORT_RUNNER: 'lambda' },
      { clock: () => new Date() },
    ));
    const functions = ['db-create-report', 'db-store-report'].map(deploy);
    api = await startInvokeApi({ functions: () => functions });
    Object.assign(process.env, sqs.env, {
      MONGODB_URI: app.uri,
      SESSION_SECRET: '["secret-of-the-tests","older-secret-of-the-tests"]',
      LOG_LEVEL: 'silent',
      LAMBDA_ENDPOINT: api.url,
      FUNCTION_PREFIX: 'banyan-test-',
    });
    forgetLambdaConfig();
    forgetOutside();
    for (const who of ['organiser', 'member']) {
      cookies.set(who, (await app.login(`${who}@example.com`)).cookie);
    }
  });
  afterAll(async () => {
    await closeMongo();
    forgetOutside();
    process.env = before;
    forgetLambdaConfig();
    await api.close();
    await app.close();
    await sqs.close();
  });

  interface Sent extends EventParts {
    readonly who?: 'organiser' | 'member';
    readonly path?: string;
  }

  const comparable = (statusCode: number, headers: Iterable<readonly [string, unknown]>, body: string) => {
    const unify = (text: string) =>
      text
        .replace(/"createdAt":"[^"]+Z"/g, '"createdAt":"<time>"')
        .replace(/Expires=[^;]+/, 'Expires=<time>')
        .replace(/\b6[0-9a-f]{23}\b/g, '<id>');
    // The length of everything unified is fixed, so ETags differ and lengths must not.
    const dropped = new Set([
      'date',
      'connection',
      'keep-alive',
      'content-length',
      ...(statusCode === 202 ? ['etag'] : []),
    ]);
    const kept = [...headers].map(([name, value]) => [name.toLowerCase(), unify(String(value))] as const);
    return {
      statusCode,
      headers: Object.fromEntries(kept.filter(([name]) => !dropped.has(name))),
      body: unify(body),
      length: Buffer.byteLength(body),
    };
  };

  const onLegacy = async ({ who = 'organiser', method = 'GET', path = '/', body, headers = [] }: Sent) => {
    const response = await fetch(url + path, {
      method,
      headers: [...headers.map((pair): [string, string] => [...pair]), ['Cookie', cookies.get(who) ?? '']],
      ...(body !== undefined && { body }),
    });
    return comparable(response.status, response.headers, await response.text());
  };

  const onLambda = async (handler: Handler, { who = 'organiser', ...parts }: Sent) => {
    const headers = [...(parts.headers ?? []), ['Cookie', cookies.get(who) ?? ''] as const];
    const event = gatewayEvent({ ...parts, headers, authorizer: null });
    const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:api/test/GET/';
    const decision = await authorizer({ ...event, type: 'REQUEST', methodArn } as APIGatewayRequestAuthorizerEvent);
    const given = gatewayEvent({ ...parts, headers, authorizer: decision.context ?? {} });
    const answer = await handler(given, CONTEXT as typeof CONTEXT & Context);
    const named = Object.entries({ ...answer.headers, ...answer.multiValueHeaders });
    return comparable(answer.statusCode, named, answer.body);
  };

  const expectSame = async (handler: Handler, sent: Sent) => {
    const expected = await onLegacy(sent);
    expect(await onLambda(handler, sent)).toEqual(expected);
    return expected;
  };

  const post = (body: string, more: Sent = {}): Sent => ({
    method: 'POST',
    path: '/api/reports',
    headers: [['Content-Type', 'application/json']],
    body,
    ...more,
  });

  it.each([
    ['without a day', '{}', 202],
    ['with a day', '{"day":"2026-02-28"}', 202],
    ['with a day that is none', '{"day":"2026-02-30"}', 400],
    ['with null', '{"day":null}', 400],
    ['with a number', '{"day":20261102}', 400],
    ['with a day to come', '{"day":"2999-01-01"}', 400],
    ['with a list', '["day"]', 202],
    ['with malformed JSON', '{"day":', 400],
  ])('POST %s', async (_name, body, statusCode) => {
    expect((await expectSame(createReport, post(body))).statusCode).toBe(statusCode);
  });

  it('POST by a member', async () => {
    expect((await expectSame(createReport, post('{"day":"nonsense"}', { who: 'member' }))).statusCode).toBe(403);
  });

  it('POST leaves the same documents and messages', async () => {
    await sqs.drain();
    await app.db.collection('reports').deleteMany({});
    await expectSame(createReport, post('{"day":"2026-11-02"}'));
    const [one, two] = await app.db.collection('reports').find().toArray();
    const unified = { _id: '', createdAt: '' };
    expect({ ...two, ...unified }).toEqual({ ...one, ...unified });
    const messages = (await sqs.drain()) as { jobId: string }[];
    expect(messages.map(({ jobId }) => jobId).sort()).toEqual([String(one?._id), String(two?._id)].sort());
    expect(Object.keys(messages[0] ?? {})).toEqual(Object.keys(messages[1] ?? {}));
    expect({ ...messages[0], jobId: '' }).toEqual({ ...messages[1], jobId: '' });
  });

  it('a queue that is away: 500, and the report is failed', async () => {
    await app.db.collection('reports').deleteMany({});
    process.env['SQS_ENDPOINT'] = 'http://127.0.0.1:1';
    forgetOutside();
    try {
      expect((await onLambda(createReport, post('{}'))).statusCode).toBe(500);
    } finally {
      process.env['SQS_ENDPOINT'] = sqs.endpoint;
      forgetOutside();
    }
    expect(await app.db.collection('reports').find().toArray()).toMatchObject([{ status: 'failed', result: null }]);
  });

  it('calculates what the monolith calculates, for every day that the demo data knows', async () => {
    const accounts = await app.db.collection('customerAccounts').find().toArray();
    const monolith = reportCalculation(app.db);
    let busy = 0;
    for (let before = -20; before < 40; before += 1) {
      const day = formatDay(new Date(NOW.getTime() - before * DAY_MS));
      for (const { _id } of accounts) {
        const calculated = await calculateReport(app.db, _id, day);
        expect(calculated).toEqual(await monolith(_id, day));
        busy += Object.values(calculated).some((number) => number > 0) ? 1 : 0;
      }
    }
    expect(busy).toBeGreaterThan(10);
  });

  it('GET: the list, one of it, and what is not there', async () => {
    await app.db.collection('reports').deleteMany({});
    expect((await expectSame(listReports, { path: '/api/reports' })).body).toBe('{"reports":[]}');
    for (let day = 1; day <= 9; day += 1) await onLegacy(post(`{"day":"2026-11-0${day}"}`));
    await app.db.collection('reports').updateOne(
      {},
      {
        $set: {
          status: 'done',
          finishedAt: new Date(),
          result: { events: 1, views: 2, registrations: 3, shares: 4, attendees: 5 },
        },
      },
    );
    await expectSame(listReports, { path: '/api/reports', who: 'member' });
    for (const report of await app.db.collection<{ _id: string }>('reports').find().limit(2).toArray()) {
      await expectSame(getReport, { path: `/api/reports/${report._id}`, params: { reportId: report._id } });
    }
    for (const reportId of ['unknown', '5eedacc00000000000000001']) {
      const { statusCode } = await expectSame(getReport, { path: `/api/reports/${reportId}`, params: { reportId } });
      expect(statusCode).toBe(404);
    }
  });
});

function deploy(name: string): LambdaFunction {
  const functionName = `banyan-test-${name}`;
  return createFunction(
    {
      name,
      functionName,
      handler: `lambda/eventsapp/reports/${name}.handler`,
      root: process.cwd(),
      timeoutMs: 5_000,
      memorySize: 512,
      arn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
    },
    { load: requireModule },
  );
}
