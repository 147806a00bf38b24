import { copyStep, INITIAL_COPY } from '../../../lambda/eventsapp/photos/migration/copy-photos';
import { startS3 } from '../aws/local-s3';
import { DEMO_IDS } from '../seed';
import { EVENT, initiated, photoClient, PNG, putFile, registerMember, type PhotoClient } from '../support/photo-client';
import { migrate, photoStoresOf, type PhotoStores } from '../support/photo-stores';
import { runSystem, type RunningSystem } from '../support/running-system';

/** The route table's photo routes on `retired`. */
const retire = (routes: string): string =>
  routes.replaceAll(/(- id: (?:event-photos|photo)\n[^]*?stage: )\w+/g, '$1retired');
const SEEN = ['content-type', 'content-disposition', 'content-length', 'etag', 'x-content-type-options'];

/** What is left when the monolith's photos are: DynamoDB and S3, and events in MongoDB. */
describe('photos once the monolith’s photo routes are retired', () => {
  let system: RunningSystem;
  let stores: PhotoStores;
  let member: PhotoClient;
  let organiser: PhotoClient;
  const eventId = (number: number): string => DEMO_IDS.event(number).toHexString();

  beforeAll(async () => {
    system = await runSystem({
      ...{ stage: 'lambda', routes: retire, monolithPhotos: 'retired' },
      objectEvents: { deliveries: () => 2, pausesMs: [] },
    });
    stores = await photoStoresOf(system);
    member = await photoClient(system.proxy.url, 'member@example.com');
    organiser = await photoClient(system.proxy.url, 'organiser@example.com');
    await registerMember(system.proxy.url);
  });
  afterAll(async () => {
    await stores.close();
    await system.close();
  });

  async function upload(title: string, bytes = PNG, event = EVENT): Promise<string> {
    const about = { title, contentType: 'image/png', size: bytes.length };
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about, event));
    expect((await putFile(s3PutObjectUrl, bytes)).status).toBe(200);
    await system.objectEvents.settled();
    return photoId;
  }
  const photosInMongo = (): Promise<number> => stores.db.collection('photos').countDocuments();

  it('look as they did in the monolith, which has none left and is not asked', async () => {
    const login = await fetch(`${system.legacy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'member@example.com', password: 'correct horse battery staple' }),
    });
    const { token } = (await login.json()) as { readonly token: string };
    const seen = async (base: string): Promise<unknown> => {
      const paths = [1, 2, 5].map((number) => `/api/events/${eventId(number)}/photos`);
      const photos = [1, 2, 3, 4].map((number) => `/api/photos/${DEMO_IDS.photo(number).toHexString()}`);
      const answers = [];
      for (const path of [...paths, ...photos]) {
        const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } });
        const body = Buffer.from(await answer.arrayBuffer()).toString('base64');
        answers.push([path, answer.status, body, ...SEEN.map((name) => answer.headers.get(name))]);
      }
      return answers;
    };
    const before = await seen(system.legacy.url);
    const state = await migrate(INITIAL_COPY, copyStep(stores, { batch: 2, dryRun: false }));
    expect(state).toMatchObject({ verified: 5, different: [], mongoHash: state.s3Hash });
    await stores.db.collection('photos').deleteMany({});
    system.logger.lines.length = 0;
    expect(await seen(system.proxy.url)).toEqual(before);
    const requests = system.logger.lines.filter(({ message }) => message === 'request');
    expect(new Set(requests.map(({ fields }) => fields['upstream']))).toEqual(new Set(['lambda']));
  });

  it('are stored without MongoDB, and listed and served', async () => {
    const id = await upload('Keynote');
    expect(await member.statusOf(id)).toEqual({ status: 'stored' });
    expect((await member.list()).map(({ fileName }) => fileName)).toEqual(['Keynote.png']);
    expect((await member.fetchPhoto(id)).equals(PNG)).toBe(true);
    expect(await photosInMongo()).toBe(0);
  });

  it('come from S3 itself when they do not fit into an answer of Lambda', async () => {
    const large = Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024 - PNG.length, 7)]);
    const id = await upload('港 "large"', large);
    expect((await member.fetchPhoto(id)).equals(large)).toBe(true);
    const answer = await member.askFor(`/api/photos/${id}`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    const picture = await fetch(answer.headers.get('location') ?? '');
    expect(SEEN.slice(0, 3).map((name) => picture.headers.get(name))).toEqual([
      'image/png',
      "inline; filename*=UTF-8''%E6%B8%AF%20%22large%22.png",
      String(large.length),
    ]);
  });

  it('may be uploaded by whom the event’s list no longer has, until the URL expires', async () => {
    const about = { title: 'Late', contentType: 'image/png', size: PNG.length };
    await registerMember(system.proxy.url, eventId(7));
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about, eventId(7)));
    await stores.db.collection('attendees').deleteMany({ eventId: DEMO_IDS.event(7) });
    expect((await member.initiate(about, eventId(7))).status).toBe(403);
    await putFile(s3PutObjectUrl, PNG);
    await system.objectEvents.settled();
    expect((await member.list(eventId(7))).map(({ id }) => id)).toEqual([photoId]);
  });

  it('go with their event, and one that is uploaded afterwards is not kept', async () => {
    await registerMember(system.proxy.url, eventId(6));
    const ids = [await upload('One', PNG, eventId(6)), await upload('Two', PNG, eventId(6))];
    const about = { title: 'Three', contentType: 'image/png', size: PNG.length };
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about, eventId(6)));
    const others = system.s3.objects.size - ids.length;

    expect((await organiser.ask('DELETE', `/api/events/${eventId(6)}`)).status).toBe(204);
    expect((await putFile(s3PutObjectUrl, PNG)).status).toBe(200);
    await system.objectEvents.settled();
    for (const id of [...ids, photoId]) {
      expect((await member.ask('GET', `/api/photos/${id}`)).status).toBe(404);
      expect(await stores.photos.find(id)).toBeUndefined();
    }
    expect(system.s3.objects.size).toBe(others);
    expect((await organiser.ask('DELETE', `/api/events/${eventId(6)}`)).status).toBe(404);
  });

  it('of an event that the monolith deletes are removed by a schedule, and no others', async () => {
    const { removed } = await removeOrphans();
    const legacy = await photoClient(system.legacy.url, 'organiser@example.com');
    expect((await legacy.ask('DELETE', `/api/events/${eventId(1)}`)).status).toBe(204);
    const objects = system.s3.objects.size;
    expect([removed, await removeOrphans(), await removeOrphans()]).toEqual([0, { removed: 3 }, { removed: 0 }]);
    expect(system.s3.objects.size).toBe(objects - 3);
    for (const number of [1, 2, 3])
      expect((await member.ask('GET', `/api/photos/${DEMO_IDS.photo(number).toHexString()}`)).status).toBe(404);
    expect((await member.list()).length).toBe(2);
  });

  it('of another account are neither listed with an event nor removed with it', async () => {
    const [own] = await stores.photos.listOfEvent(eventId(7));
    if (own === undefined) throw new Error('event 7 has no photo');
    const id = DEMO_IDS.photo(99).toHexString();
    const customerAccountId = DEMO_IDS.otherAccount.toHexString();
    await stores.photos.add({ ...own, ...{ id, customerAccountId, key: `uploads/${id}` } });
    expect((await member.list(eventId(7))).map((photo) => photo.id)).toEqual([own.id]);
    expect((await organiser.ask('DELETE', `/api/events/${eventId(7)}`)).status).toBe(204);
    expect((await stores.photos.listOfEvent(eventId(7))).map((photo) => photo.id)).toEqual([id]);
  });

  it('are not removed by halves: a deletion that fails can be asked for again', async () => {
    const event = `/api/events/${eventId(2)}`;
    const port = Number(new URL(system.s3.url).port);
    await system.s3.close();
    expect((await organiser.ask('DELETE', event)).status).toBe(500);
    expect((await organiser.ask('GET', event)).status).toBe(200);
    expect(await stores.photos.listOfEvent(eventId(2))).toHaveLength(1);
    const again = await startS3({ port, bucket: system.s3.bucket, region: 'eu-west-1', allowedOrigins: () => [] });
    try {
      expect((await organiser.ask('DELETE', event)).status).toBe(204);
    } finally {
      await again.close();
    }
    expect(await stores.photos.listOfEvent(eventId(2))).toEqual([]);
    expect((await organiser.ask('GET', event)).status).toBe(404);
  });

  async function removeOrphans(): Promise<{ readonly removed: number }> {
    const run = await system.gateway.functions.get('remove-orphaned-photos')?.invoke({});
    if (run?.ok !== true) throw new Error('the schedule failed');
    return JSON.parse(run.payload) as { readonly removed: number };
  }
});
