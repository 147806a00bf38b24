import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

import { handler as authorizer } from '../../../../lambda/eventsapp/authorizer';
import { forgetLambdaConfig } from '../../../../lambda/config';
import { handler as getEvent } from '../../../../lambda/eventsapp/events/get-event';
import { handler as listEvents } from '../../../../lambda/eventsapp/events/list-events';
import type { HttpHandler } from '../../../../lambda/http/create-http-handler';
import { handler as getAllMetrics } from '../../../../lambda/eventsapp/metrics/get-all-metrics';
import { handler as getEventMetrics } from '../../../../lambda/eventsapp/metrics/get-event-metrics';
import { closeMongo } from '../../../../lambda/mongo';
import { handler as getPrivate } from '../../../../lambda/eventsapp/private/get-private';
import { DEMO_IDS } from '../../seed';
import { startEventsapp, type Eventsapp } from '../legacy/support/eventsapp';
import { gatewayEvent, LAMBDA_CONTEXT, type EventParts } from '../../../unit/lambda/http/gateway-event';
import { get, type Answer } from '../../../unit/lambda/http/monolith-oracle';

const own = DEMO_IDS.event(1).toHexString();
const RANGE = 'from=2026-10-01&to=2026-12-01';

/** Authorizer and handler of each route in one process, beside the monolith over the same database. */
describe('handlers answer as the monolith does', () => {
  const before = { ...process.env };
  let app: Eventsapp;
  let cookie: string;

  beforeAll(async () => {
    app = await startEventsapp();
    Object.assign(process.env, {
      MONGODB_URI: app.uri,
      SESSION_SECRET: '["secret-of-the-tests","older-secret-of-the-tests"]',
      LOG_LEVEL: 'silent',
    });
    forgetLambdaConfig();
    const { token } = await app.login('organiser@example.com');
    cookie = `eventsapp.sid=${encodeURIComponent(token)}`;
  });
  afterAll(async () => {
    await closeMongo();
    process.env = before;
    forgetLambdaConfig();
    await app.close();
  });

  const viaLambda = async (handler: HttpHandler, parts: EventParts): Promise<Answer> => {
    const event = gatewayEvent({ ...parts, authorizer: null });
    const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:api/test/GET/';
    const decision = await authorizer({ ...event, type: 'REQUEST', methodArn } as APIGatewayRequestAuthorizerEvent);
    const result = await handler(gatewayEvent({ ...parts, authorizer: decision.context ?? {} }), LAMBDA_CONTEXT);
    const headers = Object.entries({ ...result.headers, ...result.multiValueHeaders });
    const lowerCase = headers.map(
      ([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.map(String) : String(value)] as const,
    );
    return { statusCode: result.statusCode, headers: Object.fromEntries(lowerCase), body: result.body };
  };

  const expectSame = async (handler: HttpHandler, path: string, parts: EventParts = {}): Promise<Answer> => {
    const headers = [['Cookie', cookie] as const, ...(parts.headers ?? [])];
    const query = parts.query === undefined || parts.query === '' ? '' : `?${parts.query}`;
    const expected = comparable(await get(Number(new URL(app.url).port), path + query, headers));
    const actual = comparable(await viaLambda(handler, { ...parts, path, headers }));
    expect(actual).toEqual(expected);
    return actual;
  };

  it.each([
    '',
    'filter[status]=published&filter[tags][]=tech&filter[tags][]=food',
    'filter[tags]=community&sort=title',
    'filter[q]=50%25+off+(members+only)+[beta]',
    'filter[q]=CAF%C3%89',
    'filter[q]=%5C',
    'filter[q]=',
    'sort=-startsAt&page=2&limit=3',
    'sort=-title&limit=100',
    'sort=createdAt&limit=5',
    'page=99',
    'filter[status]=x&filter[q][$ne]=1&sort=x&page=0&limit=1e2',
    'filter=x',
    'filter[status][]=draft',
  ])('GET /api/events?%s', async (query) => {
    const { statusCode } = await expectSame(listEvents, '/api/events', { query });
    expect([200, 400]).toContain(statusCode);
  });

  it.each([
    ['an own event', 200, own],
    ['an own event in upper case', 200, own.toUpperCase()],
    ['an event without optional values', 200, DEMO_IDS.event(10).toHexString()],
    ['an unknown id', 404, 'f'.repeat(24)],
    ['twelve characters', 404, 'abcdefghijkl'],
    ['nonsense', 404, 'nonsense'],
  ])('GET /api/events/:eventId of %s', async (_name, statusCode, eventId) => {
    const answer = await expectSame(getEvent, `/api/events/${eventId}`, { params: { eventId } });
    expect(answer.statusCode).toBe(statusCode);
  });

  it('shows no event of another account', async () => {
    const foreign = await app.db.collection('events').findOne({ customerAccountId: DEMO_IDS.otherAccount });
    const eventId = String(foreign?._id);
    expect((await expectSame(getEvent, `/api/events/${eventId}`, { params: { eventId } })).statusCode).toBe(404);
    const metrics = await expectSame(getEventMetrics, `/api/events/${eventId}/metrics`, { params: { eventId } });
    expect(metrics.statusCode).toBe(404);
  });

  it.each([
    [200, RANGE],
    [200, `${RANGE}&interval=day`],
    [200, `${RANGE}&interval=week`],
    [200, 'from=2020-01-01&to=2020-01-02'],
    [400, 'interval=month&from=2026-02-30'],
    [400, 'from=2026-11-02&to=2026-11-02'],
  ])('metrics: %i for ?%s', async (statusCode, query) => {
    const one = await expectSame(getEventMetrics, `/api/events/${own}/metrics`, { query, params: { eventId: own } });
    const all = await expectSame(getAllMetrics, '/api/metrics/all', { query });
    expect([one.statusCode, all.statusCode]).toEqual([statusCode, statusCode]);
  });

  it('looks for the event before it looks at the query', async () => {
    const { statusCode } = await expectSame(getEventMetrics, '/api/events/nonsense/metrics', {
      query: 'interval=month',
      params: { eventId: 'nonsense' },
    });
    expect(statusCode).toBe(404);
  });

  it('answers 304, cookie included, to a client whose copy is fresh', async () => {
    const { headers } = await expectSame(getEvent, `/api/events/${own}`, { params: { eventId: own } });
    const again = await expectSame(getEvent, `/api/events/${own}`, {
      params: { eventId: own },
      headers: [['If-None-Match', String(headers['etag'])]],
    });
    expect(again.statusCode).toBe(304);
    expect(again.headers['set-cookie']).toHaveLength(1);
  });

  it('GET /api/private says who is logged in, as the monolith says it elsewhere', async () => {
    const { body } = await viaLambda(getPrivate, { path: '/api/private', headers: [['Cookie', cookie]] });
    expect(body).toBe((await get(Number(new URL(app.url).port), '/api/auth/me', [['Cookie', cookie]])).body);
  });
});

/** Less what Node or API Gateway write; the cookie without its expiry, which is the time of the answer. */
function comparable({ statusCode, headers, body }: Answer): Answer {
  const ours = Object.entries(headers).filter(
    ([name]) => !/^(?:date|connection|content-length|keep-alive)$/.test(name),
  );
  const timeless = ours.map(
    ([name, value]) => [name, Array.isArray(value) ? value.map(withoutExpiry) : value] as const,
  );
  return { statusCode, headers: Object.fromEntries(timeless), body };
}

function withoutExpiry(cookie: unknown): string {
  return String(cookie).replace(/Expires=[^;]+; /, '');
}
