import { MongoClient } from 'mongodb';
import { type LocalMongo } from '../../shared/local/mongo';
import { startTestMongo } from '../support/test-mongo';
import { capturedLogger } from '../support/captured-logger';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';

const routes = `routes:
  - {id: list, match: GET /api/events, stage: lambda, guard: {minRequests: 10}}
  - {id: get, match: "GET /api/events/:eventId", stage: lambda, guard: {minRequests: 10}}
`;

/** Two proxies over one database; Lambda begins to fail for one route. */
describe('guard', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let webhook: RecordingServer;
  let mongo: LocalMongo;
  let proxies: RunningProxy[];

  beforeAll(async () => {
    [legacy, gateway, webhook] = await Promise.all([recordingServer(), recordingServer(), recordingServer()]);
    legacy.answer((_request, response) => response.end('legacy'));
    gateway.answer((_request, response) => response.end('lambda'));
    mongo = await startTestMongo({ logger: capturedLogger() });
    const config = {
      legacyUrl: legacy.url,
      lambdaUrl: gateway.url,
      mongodbUri: mongo.uri,
      guardWebhookUrl: webhook.url,
      trustedHops: 1,
    };
    proxies = [
      await runProxy({ ...config, routes, instanceName: 'one' }),
      await runProxy({ ...config, routes, instanceName: 'two' }),
    ];
  });
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await mongo.stop();
    await Promise.all([legacy, gateway, webhook].map((server) => server.close()));
  });

  let asked = 0;
  /** Four clients, in turns. */
  const ask = async (index: number, path: string): Promise<string> => {
    const headers = { 'X-Forwarded-For': `192.0.2.${(asked += 1) % 4}` };
    return (await fetch(`${proxies[index]?.url}${path}`, { headers })).text();
  };

  it('returns the failing route to legacy on every proxy, tells why, leaves the others, and waits for a person', async () => {
    for (let i = 0; i < 20; i += 1) expect(await ask(0, '/api/events')).toBe('lambda');
    gateway.answer((request, response) => {
      if (request.url === '/api/events') response.writeHead(502);
      response.end('lambda');
    });
    // Every client has legacy's answer meanwhile: the guard counts what Lambda did before the fallback.
    let requests = 0;
    await waitFor('the roll back', async () => {
      expect(await ask(0, '/api/events')).toBe('legacy');
      requests += 1;
      return proxies[0]?.overrides.current().lowered.has('list');
    });
    expect(requests).toBeLessThan(200);
    await waitFor('the other proxy', () => proxies[1]?.overrides.current().lowered.has('list'));
    const { length } = gateway.requests;
    expect(await ask(1, '/api/events')).toBe('legacy');
    expect(gateway.requests).toHaveLength(length);
    expect(await ask(1, '/api/events/1')).toBe('lambda');

    expect(proxies[1]?.overrides.current().lowered.get('list')).toMatchObject({
      kind: 'guard',
      by: 'guard of proxy one',
    });
    await waitFor('the webhook', () => webhook.requests[0]?.body.endsWith('}'));
    expect(JSON.parse(webhook.requests[0]?.body ?? '')).toMatchObject({
      event: 'route-returned-to-legacy',
      routeId: 'list',
    });

    const client = await MongoClient.connect(mongo.uri);
    const entry = await waitFor('the history', async () =>
      client
        .db()
        .collection('banyanStages')
        .findOne({ action: 'lowered' })
        .then((found) => found ?? undefined),
    );
    expect(entry).toMatchObject({ routeId: 'list', by: 'guard of proxy one' });
    await client.close();

    gateway.answer((_request, response) => response.end('lambda'));
    await proxies[1]?.overrides.resume('list', { by: 'ann', why: 'mended' });
    await waitFor('the first proxy', () => !proxies[0]?.overrides.current().lowered.has('list'));
    expect(await ask(0, '/api/events')).toBe('lambda');
  });

  it('tells refusals that clients deserve from those that Lambda makes up', async () => {
    const answer = (server: RecordingServer, status: number) =>
      server.answer((_request, response) => response.writeHead(status).end('{}'));
    answer(gateway, 401);
    answer(legacy, 401);
    for (let i = 0; i < 60; i += 1) await ask(0, '/api/events/1');
    expect(proxies[0]?.overrides.current().lowered.size).toBe(0);
    answer(legacy, 200);
    await waitFor('the roll back', async () => {
      await ask(0, '/api/events/1');
      return proxies[0]?.overrides.current().lowered.has('get');
    });
    expect(proxies[0]?.overrides.current().lowered.get('get')?.why).toMatch(/401 to \d+ of \d+ requests that legacy/);
  });
});
