import { createRequire } from 'node:module';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';

/** What the tests need of a driver; the three versions agree on it. */
interface DriverCursor {
  toArray(): Promise<object[]>;
  batchSize(size: number): DriverCursor;
  sort(order: object): DriverCursor;
}
interface DriverCollection {
  insertOne(document: object): Promise<unknown>;
  insertMany(documents: readonly object[]): Promise<unknown>;
  findOne(filter: object): Promise<object | null>;
  find(filter: object): DriverCursor;
  updateOne(
    filter: object,
    update: object,
    options?: object,
  ): Promise<{ readonly modifiedCount: number; readonly upsertedCount: number }>;
  findOneAndUpdate(filter: object, update: object, options: object): Promise<unknown>;
  deleteMany(filter: object): Promise<{ readonly deletedCount: number }>;
  aggregate(stages: readonly object[]): DriverCursor;
  createIndex(keys: object, options: object): Promise<string>;
  countDocuments(filter: object): Promise<number>;
  bulkWrite(operations: readonly object[]): Promise<unknown>;
}
interface DriverClient {
  connect(): Promise<unknown>;
  db(): { collection(name: string): DriverCollection; command(command: object): Promise<object> };
  startSession(): { withTransaction(work: () => Promise<unknown>): Promise<unknown>; endSession(): Promise<void> };
  close(): Promise<void>;
}
interface DriverModule {
  readonly MongoClient: new (uri: string, options?: object) => DriverClient;
  readonly ObjectId: new () => { toString(): string };
}

const load = (name: string): DriverModule => createRequire(__filename)(name) as DriverModule;

describe.each([
  ['mongodb-3', '3.7, unified topology', { useUnifiedTopology: true, serverSelectionTimeoutMS: 1_500 }, false],
  // This one holds operations back while it is not connected.
  ['mongodb-3', '3.7, legacy topology', { reconnectInterval: 50 }, true],
  ['mongodb-6', '6', { serverSelectionTimeoutMS: 1_500 }, false],
  ['mongodb', '7', { serverSelectionTimeoutMS: 1_500 }, false],
])('%s (%s)', (name, _version, options, buffers) => {
  const { MongoClient, ObjectId } = load(name);
  let server: EmbeddedMongo;
  let client: DriverClient;
  let collection: DriverCollection;

  // The oldest says at every start that it, or the topology, is deprecated.
  beforeAll(() => void jest.spyOn(process, 'emitWarning').mockImplementation());
  afterAll(() => jest.restoreAllMocks());

  beforeEach(async () => {
    server = await startEmbedded();
    client = new MongoClient(`mongodb://127.0.0.1:${server.port}/drivers`, {
      ...options,
    });
    await client.connect();
    collection = client.db().collection('things');
  });

  afterEach(async () => {
    await client.close();
    await server.stop();
  });

  test('creates, reads, updates and deletes', async () => {
    const _id = new ObjectId();
    await collection.insertOne({ _id, name: 'first', at: new Date(5), nested: { list: [1, 2.5, 'x', null, true] } });
    expect(await collection.findOne({ _id })).toEqual({
      _id,
      name: 'first',
      at: new Date(5),
      nested: { list: [1, 2.5, 'x', null, true] },
    });
    expect(await collection.updateOne({ _id }, { $set: { name: 'second' } })).toMatchObject({ modifiedCount: 1 });
    expect(await collection.updateOne({ name: 'third' }, { $inc: { n: 1 } }, { upsert: true })).toMatchObject({
      upsertedCount: 1,
    });
    await collection.findOneAndUpdate({ _id }, { $push: { tags: 'a' } }, {});
    expect(await collection.findOne({ name: 'second' })).toMatchObject({ tags: ['a'] });
    expect(await collection.countDocuments({})).toBe(2);
    expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 2 });
  });

  test('reads a cursor in several batches', async () => {
    await collection.insertMany(Array.from({ length: 350 }, (_, i) => ({ _id: i })));
    const found = await collection.find({}).sort({ _id: 1 }).batchSize(100).toArray();
    expect(found).toEqual(Array.from({ length: 350 }, (_, i) => ({ _id: i })));
    expect(server.commandCounts()['getMore']).toBe(3);
  });

  test('aggregates', async () => {
    await collection.insertMany([
      { a: 'x', n: 1 },
      { a: 'x', n: 2 },
      { a: 'y', n: 4 },
    ]);
    const groups = await collection
      .aggregate([{ $group: { _id: '$a', n: { $sum: '$n' } } }, { $sort: { _id: 1 } }])
      .toArray();
    expect(groups).toEqual([
      { _id: 'x', n: 3 },
      { _id: 'y', n: 4 },
    ]);
  });

  test('reports duplicate keys as applications expect them', async () => {
    await collection.createIndex({ email: 1 }, { unique: true });
    await collection.insertOne({ email: 'a@example.com' });
    const error = await collection.insertOne({ email: 'a@example.com' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 11_000,
      message: expect.stringContaining(
        'E11000 duplicate key error collection: drivers.things index: email_1 dup key: { email: "a@example.com" }',
      ) as string,
    });
    const bulk = await collection
      .bulkWrite([{ insertOne: { document: { email: 'a@example.com' } } }])
      .catch((reason: unknown) => reason);
    expect(bulk).toMatchObject({ code: 11_000 });
  });

  test('refuses transactions', async () => {
    const session = client.startSession();
    const work = session.withTransaction(() =>
      client.db().command({ find: 'things', startTransaction: true, txnNumber: 1, autocommit: false }),
    );
    await expect(work).rejects.toThrow(/Transaction numbers are only allowed|transactions|Transactions/);
    await session.endSession();
  });

  test('notices that the server is down, and recovers when it is up', async () => {
    await collection.insertOne({ _id: 1 });
    await server.faults.down();
    const during = collection.findOne({ _id: 1 });
    if (buffers) during.catch(() => undefined);
    else await expect(during).rejects.toThrow();
    await server.faults.up();
    expect(await (buffers ? during : collection.findOne({ _id: 1 }))).toEqual({ _id: 1 });
  });
});
