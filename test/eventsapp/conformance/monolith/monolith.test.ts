import { Binary, MongoClient } from 'mongodb';
import { DEMO_IDS, DEMO_PASSWORD } from '../../seed';
import { exchangeRaw } from '../../../support/raw-client';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { demoRoutes, runSystem, type RunningSystem } from '../../support/running-system';
import { head, type ConformanceCase, type Facts, type Way } from '../../../conformance/monolith/case';
import { conformanceCases } from '../../../conformance/monolith/cases';
import { comparable, exchange, withHeadersInOrder } from '../../../conformance/monolith/compare';

const NONE = '';
/** The names are known before anything is started; the facts are not. */
const names = conformanceCases({
  cookie: NONE,
  token: NONE,
  event: NONE,
  photo: NONE,
  largePhoto: NONE,
  etag: NONE,
}).map(({ name }) => name);

/** The same bytes past the proxy and through it; the answers are the same byte by byte. */
describe('the demo monolith, with and without the proxy', () => {
  let system: RunningSystem;
  let unlisted: RunningProxy;
  let listed: RunningProxy;
  let ports: Record<Way, number>;
  let cases: ReadonlyMap<string, ConformanceCase>;

  beforeAll(async () => {
    // Express prints what it answers 400 and 500 to.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    system = await runSystem({ stage: 'lambda' });
    const { legacy, gateway, proxy } = system;
    const legacyUrl = new URL(legacy.url);
    unlisted = await runProxy({ legacyUrl, trustedHops: 1 });
    listed = await runProxy({
      legacyUrl,
      lambdaUrl: new URL(gateway.url),
      trustedHops: 1,
      routes: await demoRoutes('legacy'),
    });
    ports = {
      direct: Number(legacyUrl.port),
      unlisted: unlisted.port,
      listed: listed.port,
      lambda: Number(new URL(proxy.url).port),
    };
    const list = conformanceCases(await prepare(system));
    cases = new Map(list.map((entry) => [entry.name, entry]));
  });
  afterAll(async () => {
    await Promise.all([unlisted.close(), listed.close()]);
    await system.close();
    jest.restoreAllMocks();
  });

  describe.each(['unlisted', 'listed', 'lambda'] as const)('%s', (way) => {
    it.each(names)('%s', async (name) => {
      const entry = cases.get(name);
      if (entry === undefined) throw new Error(`no case ${name}`);
      const answerOf = async (port: number): Promise<string> => {
        const answer = comparable(await exchange(port, entry), entry);
        return way === 'lambda' ? withHeadersInOrder(answer) : answer;
      };
      const direct = await answerOf(ports.direct);
      const through = await answerOf(ports[way]);
      const difference = entry.differs?.[way];
      if (difference === undefined) expect(through).toBe(direct);
      else {
        expect(through).toMatch(difference.answer);
        // What is no longer different need not be listed.
        expect(through).not.toBe(direct);
      }
    });
  });
});

async function prepare({ mongo, legacy }: RunningSystem): Promise<Facts> {
  const answer = await fetch(`${legacy.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'organiser@example.com', password: DEMO_PASSWORD }),
  });
  const { token } = (await answer.json()) as { token: string };
  const client = await MongoClient.connect(mongo.uri);
  const photos = client.db().collection('photos');
  const { _id, ...photo } = (await photos.findOne({ _id: DEMO_IDS.photo(1) })) ?? {};
  const data = Buffer.alloc(3_000_000, 'all the bytes in order ');
  const { insertedId } = await photos.insertOne({ ...photo, data: new Binary(data), size: data.length });
  await client.close();
  const cookie = `eventsapp.sid=${encodeURIComponent(token)}`;
  const event = DEMO_IDS.event(1).toHexString();
  const one = await exchangeRaw(
    Number(new URL(legacy.url).port),
    head(`GET /api/events/${event}`, `Cookie: ${cookie}`),
  );
  const etag = /\r\nETag: (\S+)/.exec(one)?.[1];
  if (etag === undefined) throw new Error('the event has no tag');
  return { cookie, token, event, photo: String(_id), largePhoto: insertedId.toHexString(), etag };
}
