import { MongoClient, ObjectId, type Db } from 'mongodb';
import { DEMO_IDS } from '../seed';
import { logIn, type Credentials } from '../parity/identities';
import { runSystem, type RunningSystem } from '../support/running-system';

const EVENT = `/api/events/${DEMO_IDS.event(5).toHexString()}`;

/** While a route moves, both sides answer it, over the same data. */
describe('the monolith and Lambda at the same time', () => {
  let system: RunningSystem;
  let organiser: Credentials;
  let client: MongoClient;
  let db: Db;

  beforeAll(async () => {
    system = await runSystem({ stage: 'lambda' });
    organiser = (await logIn(system.legacy.url)).get('organiser') ?? {};
    client = await MongoClient.connect(system.mongo.uri);
    db = client.db();
  });
  afterAll(async () => {
    await client.close();
    await system.close();
  });

  /** Six times the same request, on either side in turn; the statuses in order. */
  const six = async (method: string, path: string, body?: object): Promise<readonly number[]> => {
    const answers = Array.from({ length: 6 }, (_, index) =>
      fetch((index % 2 === 0 ? system.legacy.url : system.gateway.url) + path, {
        method,
        headers: { ...organiser, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
    return (await Promise.all(answers)).map(({ status }) => status).sort();
  };
  const notifications = (type: string, attendeeId: string) =>
    db.collection('notifications').countDocuments({ type, 'payload.attendeeId': attendeeId });

  it('an email is registered once, and removed once', async () => {
    for (const email of ['ada@example.org', 'İbrahim@Example.org', `${'x'.repeat(240)}@example.org`]) {
      expect(await six('POST', `${EVENT}/attendees`, { name: 'Ada', email })).toEqual([201, 409, 409, 409, 409, 409]);
      const [attendee, ...more] = await db.collection('attendees').find({ email: email.toLowerCase() }).toArray();
      expect(more).toEqual([]);
      const id = attendee?._id.toHexString() ?? '';
      expect(await notifications('attendee.added', id)).toBe(1);
      expect(await six('DELETE', `${EVENT}/attendees/${id}`)).toEqual([204, 404, 404, 404, 404, 404]);
      expect(await notifications('attendee.removed', id)).toBe(1);
    }
  });

  it('an event is deleted once', async () => {
    const _id = new ObjectId();
    const event = await db.collection('events').findOne({ _id: DEMO_IDS.event(5) });
    await db.collection('events').insertOne({ ...event, _id });
    expect(await six('DELETE', `/api/events/${_id.toHexString()}`)).toEqual([204, 404, 404, 404, 404, 404]);
  });

  it('a photo that Lambda cannot answer, because it takes 6 MB and base64 makes more of it, comes from the monolith', async () => {
    const bytes = Buffer.alloc(5 * 1024 * 1024, 7);
    const form = new FormData();
    form.set('photo', new Blob([bytes], { type: 'image/png' }), 'large.png');
    const upload = await fetch(`${system.proxy.url}${EVENT}/photos`, {
      method: 'POST',
      headers: organiser,
      body: form,
    });
    expect(upload.status).toBe(201);
    const path = upload.headers.get('location') ?? '';
    expect((await fetch(system.gateway.url + path, { headers: organiser })).status).toBe(502);
    const photo = await fetch(system.proxy.url + path, { headers: organiser });
    expect(photo.status).toBe(200);
    expect(bytes.equals(Buffer.from(await photo.arrayBuffer()))).toBe(true);
  });
});
