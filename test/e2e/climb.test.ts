import { MongoClient } from 'mongodb';
import { bucketOf } from '../../proxy/cohort/bucket';
import { completeSession, resolveSession } from '../../shared/session/session-config';
import { sign } from '../../shared/session/unsign';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { testBanyan } from '../support/test-banyan';
import { startTestMongo, type TestMongo } from '../support/test-mongo';
import { waitFor } from '../support/wait-for';

const SECRET = 'a-secret';
const routes = `routes:
  - {id: list, match: GET /api/events, stage: canary, canary: {steps: [40, 100], every: 1d}}
`;
const userBetween = (from: number, to: number): string =>
  Array.from({ length: 100 }, (_, index) => `user-${index}`).find((id) => bucketOf(id) >= from && bucketOf(id) < to) ??
  '';
const EARLY = userBetween(0, 40);
const LATE = userBetween(40, 100);

/** Whole proxies; that they go on through all steps is `npm run soak -- climb`. */
describe('a route that climbs', () => {
  let mongo: TestMongo;
  let client: MongoClient;
  let sides: readonly [RecordingServer, RecordingServer];
  let proxies: RunningProxy[];

  beforeAll(async () => {
    mongo = await startTestMongo();
    client = await MongoClient.connect(mongo.uri);
    sides = await Promise.all([recordingServer(), recordingServer()]);
    const [legacy, lambda] = sides;
    legacy.answer((_request, response) => response.end('legacy'));
    lambda.answer((_request, response) => response.end('lambda'));
    for (const userId of [EARLY, LATE])
      await client
        .db()
        .collection<{ _id: string }>('sessions')
        .insertOne({
          _id: userId,
          session: JSON.stringify({ cookie: {}, passport: { user: { userId } } }),
          expires: new Date(Date.now() + 600_000),
        } as { _id: string });
    const config = {
      ...{ legacyUrl: legacy.url, lambdaUrl: lambda.url, mongodbUri: mongo.uri, routes },
      session: resolveSession(completeSession({ ...testBanyan.session, secrets: [SECRET] }), {}),
    };
    proxies = await Promise.all([runProxy(config), runProxy(config)]);
  });
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await Promise.all(sides.map((side) => side.close()));
    await client.close();
    await mongo.stop();
  });

  const sidesOf = (userId: string): Promise<string[]> =>
    Promise.all(
      proxies.map(async ({ url }) => {
        const cookie = `${testBanyan.session.cookieName}=${encodeURIComponent(`s:${sign(userId, SECRET)}`)}`;
        return (await fetch(`${url}/api/events`, { headers: { cookie } })).text();
      }),
    );
  const both = (side: string): string[] => [side, side];
  const begins = () =>
    waitFor('the first step', async () => (await sidesOf(EARLY)).every((side) => side === 'lambda'), 40_000);

  it('has its users on legacy until its first step is stored, and returns them together', async () => {
    expect(await sidesOf(EARLY)).toEqual(both('legacy'));
    await begins();
    expect(await sidesOf(LATE)).toEqual(both('legacy'));
    await proxies[0]?.overrides.lower('list', { by: 'ann', why: 'errors' });
    await waitFor('legacy', async () => (await sidesOf(EARLY)).every((side) => side === 'legacy'));
    await proxies[1]?.overrides.resume('list', { by: 'ann', why: 'fixed' });
    await begins();
    expect(await sidesOf(LATE)).toEqual(both('legacy'));
    expect(await client.db().collection('banyanStages').countDocuments({ action: 'climbed' })).toBeGreaterThan(0);
  }, 100_000);
});
