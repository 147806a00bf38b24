import { Double, MongoClient, MongoServerError, type Collection, type Db, type Document } from 'mongodb';
import { encodedSize } from '../../../../../shared/local/mongo/embedded/bson/encode';
import { document, type BsonDocument } from '../../../../../shared/local/mongo/embedded/bson/values';
import { Cursors } from '../../../../../shared/local/mongo/embedded/cursors';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';

/**
 * MongoDB's limits: 16 MB of a stored document, of a batch and of a result, and 16 KB more around it (manual: "MongoDB Limits and
 * Thresholds"). Codes and sizes as MongoDB 6.0 has them.
 */
const MB = 1024 * 1024;
const MAX_DOCUMENT = 16 * MB;
const MAX_OBJECT = MAX_DOCUMENT + 16 * 1024;
/** Bytes of `{ _id: <int>, s: '' }`. */
const AROUND_TEXT = 22;

type Item = Document & { readonly _id: number };

let server: EmbeddedMongo;
let client: MongoClient;
let db: Db;
let collection: Collection<Item>;

beforeAll(async () => {
  server = await startEmbedded();
  client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/limits`).connect();
  db = client.db();
});
beforeEach(() => {
  collection = db.collection<Item>(`c${Math.random()}`.replace('.', ''));
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const sized = (_id: number, bytes: number): Item => ({ _id, s: 'x'.repeat(bytes - AROUND_TEXT) });
const codeOf = async (running: Promise<unknown>): Promise<unknown> => {
  try {
    await running;
    return undefined;
  } catch (error) {
    if (error instanceof MongoServerError) return error.code;
    throw error;
  }
};

describe('what is written', () => {
  test.each([
    [MAX_DOCUMENT, undefined],
    [MAX_DOCUMENT + 1, 2],
  ])('an insert of %d bytes', async (bytes, code) => {
    const reply = await db.command({ insert: collection.collectionName, documents: [sized(1, bytes)] });
    expect((reply['writeErrors'] as readonly Document[] | undefined)?.[0]?.['code']).toBe(code);
    expect(await collection.countDocuments()).toBe(code === undefined ? 1 : 0);
  });

  test('a document beyond the limit of any object fails the command', async () => {
    const insert = db.command({ insert: collection.collectionName, documents: [sized(1, MAX_OBJECT + 1)] });
    await expect(insert).rejects.toMatchObject({ code: 10_334, codeName: 'BSONObjectTooLarge' });
  });

  test.each([
    [MAX_DOCUMENT, undefined],
    [MAX_DOCUMENT + 1, 17_419],
    [MAX_OBJECT, 17_419],
    [MAX_OBJECT + 1, 10_334],
  ])('an update whose result has %d bytes', async (bytes, code) => {
    await collection.insertOne(sized(1, 9 * MB));
    // The name, the type and the length of a second text.
    const grow = { $set: { t: 'y'.repeat(bytes - 9 * MB - 8) } };
    expect(await codeOf(collection.updateOne({ _id: 1 }, grow))).toBe(code);
    expect(await collection.countDocuments({ t: { $exists: true } })).toBe(code === undefined ? 1 : 0);
  });

  test('an upsert of more than 16 MB', async () => {
    const update = { $set: { a: 'x'.repeat(9 * MB), b: 'x'.repeat(7 * MB) } };
    expect(await codeOf(collection.updateOne({ _id: 1 }, update, { upsert: true }))).toBe(17_420);
    expect(await collection.countDocuments()).toBe(0);
  });

  test.each([{ remove: true }, { update: { $set: { n: 2 } } }, { update: { $set: { n: 2 } }, new: true }])(
    'findAndModify %j with a result that cannot be sent changes nothing',
    async (change) => {
      await collection.insertOne({ ...sized(1, 9 * MB), n: 1 });
      const command = { findAndModify: collection.collectionName, query: {}, ...change };
      const fields = { a: '$s', b: '$s' };
      expect(await codeOf(db.command({ ...command, fields }))).toBe(10_334);
      expect(await collection.findOne({}, { projection: { n: 1 } })).toEqual({ _id: 1, n: 1 });
    },
  );
});

describe('what is read', () => {
  test('a result document beyond the limit', async () => {
    await collection.insertMany([1, 2].map((_id) => sized(_id, 9 * MB)));
    const push = [{ $group: { _id: null, all: { $push: '$s' } } }];
    await expect(collection.aggregate(push).toArray()).rejects.toMatchObject({
      code: 10_334,
      message: 'BSONObj size: 18874360 (0x11FFFF8) is invalid. Size must be between 0 and 16793600(16MB)',
    });
    expect(await codeOf(collection.find({}, { projection: { a: '$s', b: '$s' } }).toArray())).toBe(10_334);
    // Between stages there is no such limit.
    await expect(collection.aggregate([...push, { $project: { n: { $size: '$all' } } }]).toArray()).resolves.toEqual([
      { _id: null, n: 2 },
    ]);
  });

  test('one that only getMore meets ends the cursor', async () => {
    await collection.insertMany([{ _id: 0 }, sized(1, 9 * MB)]);
    const found = await db.command({
      find: collection.collectionName,
      projection: { a: '$s', b: '$s' },
      batchSize: 1,
    });
    const { id } = found['cursor'] as { readonly id: unknown };
    const getMore = { getMore: id, collection: collection.collectionName };
    const options = { useBigInt64: true };
    const more = { ...getMore, getMore: BigInt(String(id)) };
    expect(await codeOf(db.command(more, options))).toBe(10_334);
    expect(await codeOf(db.command(more, options))).toBe(43);
  });

  test('batches end at 16 MB, whatever size was asked for', async () => {
    await collection.insertMany([1, 2, 3, 4, 5].map((_id) => sized(_id, 5 * MB)));
    const batches: number[] = [];
    const counting = db.collection(collection.collectionName).find({}, { batchSize: 1000 });
    while (await counting.hasNext()) batches.push(counting.readBufferedDocuments().length);
    expect(batches).toEqual([3, 2]);
  });

  test('what many small documents take in an array counts too', () => {
    // Twelve bytes each, and up to nine more as an element of an array.
    const small = document({ n: 1 });
    const { documents } = new Cursors().start('a.b', new Array<BsonDocument>(900_000).fill(small), {
      batchSize: 900_000,
    });
    expect(documents.length).toBeGreaterThan(750_000);
    expect(encodedSize(document({ documents }))).toBeLessThanOrEqual(MAX_OBJECT);
  });

  test('distinct beyond 16 MB', async () => {
    await collection.insertMany([1, 2, 3].map((_id) => ({ _id, s: String(_id).repeat(6 * MB) })));
    await expect(collection.distinct('s')).rejects.toMatchObject({
      code: 17_217,
      message: 'distinct too big, 16mb cap',
    });
    await expect(collection.distinct('s', { _id: { $lt: 3 } })).resolves.toHaveLength(2);
  });
});

test('ok is a double in every reply', async () => {
  const raw = { promoteValues: false };
  expect((await db.command({ ping: 1 }, raw))['ok']).toStrictEqual(new Double(1));
  const refused: unknown = await db.command({ nonsense: 1 }, raw).catch((error: unknown) => error);
  const { errorResponse } = refused as MongoServerError;
  expect(errorResponse.ok).toStrictEqual(new Double(0));
});
