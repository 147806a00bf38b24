import { MongoClient, ObjectId, type Db, type Document } from 'mongodb';
import { copyStep, INITIAL_COPY } from '../../../lambda/eventsapp/photos/migration/copy-photos';
import { DEMO_IDS } from '../seed';
import { migrate, photoStoresOf, type PhotoStores } from '../support/photo-stores';
import { runSystem, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from './identities';

/**
 * What no route writes today, but an older version of the monolith or a hand may have: fields that are missing or of another type.
 * Whatever the monolith makes of such a document, Lambda must make of it.
 */
describe('odd documents', () => {
  const QUIET = DEMO_IDS.event(5).toHexString();
  let system: RunningSystem;
  let client: MongoClient;
  let db: Db;
  let credentials: Credentials;
  let stores: PhotoStores;

  beforeAll(async () => {
    // Express prints what it answers with 500.
    jest.spyOn(console, 'error').mockImplementation();
    system = await runSystem({ stage: 'lambda' });
    credentials = (await logIn(system.legacy.url)).get('organiser') ?? {};
    client = await MongoClient.connect(system.mongo.uri);
    db = client.db();
    stores = await photoStoresOf(system);
  });
  afterAll(async () => {
    await stores.close();
    await client.close();
    await system.close();
    jest.restoreAllMocks();
  });

  const PHOTO_PATHS = (id: string): readonly string[] => [`/api/photos/${id}`, `/api/events/${QUIET}/photos`];
  /** What happens to an odd document before it is asked for. */
  const migratePhotos = async (_id: unknown): Promise<void> => {
    await stores.photos.remove(String(_id));
    await migrate(INITIAL_COPY, copyStep(stores, { batch: 10, dryRun: false }));
  };
  const KINDS: readonly [string, Document, (id: string) => readonly string[], ((id: unknown) => Promise<void>)?][] = [
    [
      'events',
      { _id: DEMO_IDS.event(1) },
      (id) => [
        ...['', '/photos', '/attendees', '/metrics'].map((of) => `/api/events/${id}${of}`),
        ...['/api/events?filter[tags]=odd', '/api/metrics/all'],
      ],
    ],
    ['attendees', { _id: DEMO_IDS.attendee(1) }, () => [`/api/events/${QUIET}/attendees`]],
    ['photos', { _id: DEMO_IDS.photo(1) }, PHOTO_PATHS],
    ['photos', { _id: DEMO_IDS.photo(1) }, PHOTO_PATHS, migratePhotos],
    ['reports', { status: 'done' }, (id) => [`/api/reports/${id}`, '/api/reports']],
    ['customerAccounts', { _id: DEMO_IDS.account }, () => ['/api/account']],
    ['users', { _id: DEMO_IDS.member }, () => ['/api/account/users']],
  ];
  const ODD: readonly [string, unknown][] = [
    ['missing', undefined],
    ['null', null],
    ['a number', 5],
    ['a text', 'text'],
    ['an object', { a: 1 }],
    ['no moment', new Date(NaN)],
  ];
  const KEPT = new Set(['_id', 'customerAccountId', 'eventId']);

  // A test for each oddity: one for all of a kind's fields and oddities asks a thousand times.
  describe.each(KINDS)('of %s', (name, filter, pathsOf, before = () => Promise.resolve()) => {
    it.each(ODD)(
      'with a field %s: both sides answer alike',
      async (kind, value) => {
        const collection = db.collection<Document & { _id: ObjectId | string }>(name);
        const original = await collection.findOne(filter);
        if (original === null) throw new Error(`the demo data has no such document in ${name}`);
        // Accounts and users are changed themselves, of the others a copy.
        const isChanged = name === 'customerAccounts' || name === 'users';
        const _id = isChanged ? original._id : name === 'reports' ? 'odd' : new ObjectId();
        const base = {
          ...original,
          _id,
          ...(name === 'attendees' || name === 'photos' ? { eventId: DEMO_IDS.event(5) } : {}),
        };

        const different: string[] = [];
        let answers = 0;
        for (const field of Object.keys(base).filter((key) => !KEPT.has(key))) {
          const odd: Document & { _id: ObjectId | string } = { ...base, email: `${field}@example.org`, [field]: value };
          if (value === undefined) Reflect.deleteProperty(odd, field);
          await collection.replaceOne({ _id }, odd, { upsert: true });
          await before(_id);
          for (const path of pathsOf(String(_id))) {
            const [control, candidate] = await Promise.all(
              [system.legacy.url, system.gateway.url].map((url) => ask(url + path)),
            );
            answers += 1;
            if (control !== candidate)
              different.push(`${name}.${field} ${kind}, ${path}: ${control ?? ''} != ${candidate ?? ''}`);
          }
        }
        if (isChanged) await collection.replaceOne({ _id }, original);
        else await collection.deleteOne({ _id });
        // Over the six oddities of a kind more than twenty.
        expect(answers).toBeGreaterThan(3);
        expect(different).toEqual([]);
      },
      60_000,
    );
  });

  async function ask(url: string): Promise<string> {
    const response = await fetch(url, { headers: credentials });
    return `${response.status} ${response.headers.get('content-type') ?? ''} ${await response.text()}`;
  }
});
