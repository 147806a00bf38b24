import { MongoClient } from 'mongodb';
import { testBanyan as banyan } from '../support/test-banyan';
import { completeSession, resolveSession } from '../../shared/session/session-config';
import { sign } from '../../shared/session/unsign';
import type { LocalMongo } from '../../shared/local/mongo';
import { startTestMongo } from '../support/test-mongo';
import { capturedLogger } from '../support/captured-logger';
import { capturedObservations, type CapturedObservations } from '../support/captured-observations';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';

const LONG = 20_000;
const SECRET = 'a-secret';
const routes = `routes:
  - {id: compared, match: GET /api/compared, stage: canary, percent: 100, shadow: {sample: 1}}
  - {id: list, match: GET /api/events, stage: lambda}
  - {id: create, match: POST /api/events, stage: lambda, auth: none}
`;
/** What the hostile client asks for; Lambda answers it as the test says, and everything else well. */
const ODD = 'odd';
const HOSTILE = '203.0.113.66';

/** One client does what it can to return routes to legacy, to empty budgets or to hide; the others must not notice. */
describe('a hostile client', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let mongo: LocalMongo;
  let proxies: RunningProxy[];
  let observed: CapturedObservations;

  beforeAll(async () => (mongo = await startTestMongo({ logger: capturedLogger() })));
  afterAll(() => mongo.stop());
  beforeEach(async () => {
    [legacy, gateway] = await Promise.all([recordingServer(), recordingServer()]);
    legacy.answer((_request, response) => response.end('good'));
    observed = capturedObservations();
    const config = {
      legacyUrl: legacy.url,
      lambdaUrl: gateway.url,
      mongodbUri: mongo.uri,
      session: resolveSession(completeSession({ ...banyan.session, secrets: [SECRET] }), {}),
      trustedHops: 1,
      routes,
      observers: [observed],
    };
    proxies = [await runProxy(config), await runProxy({ ...config, observers: [] })];
  });
  afterEach(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await Promise.all([legacy.close(), gateway.close()]);
    const client = await MongoClient.connect(mongo.uri);
    await client.db().dropDatabase();
    await client.close();
  });

  interface Asked {
    readonly path?: string;
    readonly from?: string;
    readonly session?: string;
    readonly method?: string;
    readonly proxy?: number;
  }
  const ask = async ({ path = '/api/events', from = HOSTILE, session, method = 'GET', proxy = 0 }: Asked = {}) => {
    const cookie = session && `${banyan.session.cookieName}=${encodeURIComponent(`s:${sign(session, SECRET)}`)}`;
    const headers = { 'X-Forwarded-For': from, ...(cookie !== undefined && { Cookie: cookie }) };
    const response = await fetch(`${proxies[proxy]?.url}${path}`, { method, headers });
    return { status: response.status, body: await response.text() };
  };
  const lambdaAnswers = (odd: (response: Parameters<Parameters<RecordingServer['answer']>[0]>[1]) => unknown): void =>
    gateway.answer((request, response) => {
      if (request.url?.includes(ODD) === true) odd(response);
      else response.end('good');
    });
  const onLegacy = (): string[] => proxies.flatMap((proxy) => [...proxy.overrides.current().lowered.keys()]);
  const times = async (count: number, work: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < count; i += 1) await work(i);
  };

  it.each<[string, string, number, Record<string, string>]>([
    ['answers it otherwise', '/api/compared', 200, {}],
    ['is refused by API Gateway', '/api/compared', 403, { 'x-amzn-ErrorType': 'MissingAuthenticationTokenException' }],
    ['is refused by API Gateway', '/api/events', 403, { 'x-amzn-ErrorType': 'IncompleteSignatureException' }],
    ['breaks down', '/api/events', 502, {}],
    ['errs where legacy does not', '/api/events', 500, {}],
    ['refuses where legacy does not', '/api/events', 404, {}],
  ])('that Lambda %s returns no route: %s, %i', async (_what, path, status, headers) => {
    lambdaAnswers((response) => response.writeHead(status, headers).end('odd'));
    await times(100, (i) => ask({ path: `${path}?${ODD}=${i}` }));
    // With sessions that it made up or collected it is not several clients either.
    await times(40, (i) => ask({ path: `${path}?${ODD}=${i}`, session: `dead-${i}` }));
    expect(onLegacy()).toEqual([]);
    expect(await ask({ from: '192.0.2.1' })).toEqual({ status: 200, body: 'good' });
    expect(observed.requests.at(-1)).toMatchObject({ upstream: 'lambda', reason: 'stage' });
  });

  it('returns no route by answers to unsafe requests', async () => {
    lambdaAnswers((response) => response.writeHead(500).end());
    await times(100, (i) => ask({ path: `/api/events?${ODD}=${i}`, method: 'POST' }));
    expect(onLegacy()).toEqual([]);
  });

  it('does not keep a route on Lambda that fails for the others, however many good answers it gets', async () => {
    gateway.answer((request, response) =>
      request.headers['x-forwarded-for'] === HOSTILE ? response.end('good') : response.writeHead(502).end(),
    );
    await times(1_500, () => ask());
    let asked = 0;
    await waitFor(
      'the roll back',
      async () => {
        // By fallback before, by the guard then.
        expect(await ask({ from: `192.0.2.${(asked += 1) % 5}` })).toEqual({ status: 200, body: 'good' });
        return onLegacy().includes('list');
      },
      LONG,
    );
    expect(asked).toBeLessThan(60);
  });

  it('with 900 ended sessions leaves others the check of a refused session by legacy', async () => {
    gateway.answer((_request, response) => response.writeHead(401).end('lambda'));
    legacy.answer((request, response) =>
      request.headers['x-forwarded-for'] === HOSTILE ? response.writeHead(401).end() : response.end('good'),
    );
    await times(900, (i) => ask({ session: `dead-${i}` }));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => ask({ from: `192.0.2.${i}`, session: `alive-${i}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
  });

  it('leaves others the fallback', async () => {
    lambdaAnswers((response) => response.writeHead(502).end());
    const flood = Array.from({ length: 20 }, () => times(60, (i) => ask({ path: `/api/events?${ODD}=${i}` })));
    await Promise.all(flood);
    const others = Array.from({ length: 40 }, (_, i) => ask({ path: `/api/events?${ODD}=1`, from: `192.0.2.${i}` }));
    expect((await Promise.all(others)).filter(({ status }) => status === 200)).toHaveLength(40);
  });

  it('leaves others their comparisons', async () => {
    const waiting: (() => void)[] = [];
    gateway.answer((request, response) => {
      if (request.headers['x-forwarded-for'] === HOSTILE) waiting.push(() => response.end('good'));
      else response.end('good');
    });
    await times(40, () => ask({ path: '/api/compared' }));
    await ask({ path: '/api/compared', from: '192.0.2.1' });
    await waitFor('the comparison', () => observed.comparisons.length === 1, LONG);
    expect(observed.comparisons[0]).toMatchObject({ equal: true });
    for (const end of waiting) end();
  });

  it('several of which see the same do return it, on every proxy', async () => {
    lambdaAnswers((response) => response.writeHead(502).end());
    let asked = 0;
    await waitFor(
      'the roll back',
      async () => {
        expect((await ask({ path: `/api/events?${ODD}=1`, from: `192.0.2.${(asked += 1) % 3}` })).status).toBe(200);
        return onLegacy().length === 2;
      },
      LONG,
    );
    expect(onLegacy()).toEqual(['list', 'list']);
  });
});
