import { MongoClient, type Collection, type Db, type Document } from 'mongodb';
import { IMPLEMENTED_ACCUMULATORS } from '../../../local/mongo/embedded/aggregation/accumulators';
import { IMPLEMENTED_EXPRESSIONS } from '../../../local/mongo/embedded/aggregation/expression';
import { IMPLEMENTED_STAGES } from '../../../local/mongo/embedded/aggregation/pipeline';
import { HANDLERS } from '../../../local/mongo/embedded/commands/handlers';
import { COMMANDS, SUPPORTED } from '../../../local/mongo/embedded/supported';
import { IMPLEMENTED_UPDATE_OPERATORS } from '../../../local/mongo/embedded/update/compile-update';
import { startEmbedded, type EmbeddedMongo } from '../../../local/mongo';

let server: EmbeddedMongo;
let client: MongoClient;
let db: Db;
let collection: Collection;

beforeAll(async () => {
  server = await startEmbedded();
  client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/refusals`).connect();
  db = client.db();
  collection = db.collection('things');
  await collection.insertOne({ a: 1, list: [1, 2] });
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

const NOT_SUPPORTED = 115;

describe('what MongoDB has and this server has not is refused by name', () => {
  test.each([...SUPPORTED.query.refused])('query operator %s', async (name) => {
    await expect(collection.find({ [name]: 1 }).toArray()).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining(name) as string,
    });
    await expect(collection.find({ a: { [name]: 1 } }).toArray()).rejects.toMatchObject({ code: NOT_SUPPORTED });
  });

  test.each([...SUPPORTED.update.refused])('update operator %s', async (name) => {
    await expect(collection.updateOne({}, { [name]: { a: 1 } })).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining(name) as string,
    });
  });

  test.each([...SUPPORTED.stages.refused])('stage %s', async (name) => {
    await expect(collection.aggregate([{ [name]: {} }]).toArray()).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining(name) as string,
    });
  });

  test.each([...SUPPORTED.accumulators.refused])('accumulator %s', async (name) => {
    await expect(
      collection.aggregate([{ $group: { _id: null, x: { [name]: '$a' } } }]).toArray(),
    ).rejects.toMatchObject({ code: NOT_SUPPORTED });
  });

  test.each([...SUPPORTED.expressions.refused])('expression operator %s', async (name) => {
    await expect(collection.aggregate([{ $project: { x: { [name]: ['$a'] } } }]).toArray()).rejects.toMatchObject({
      code: NOT_SUPPORTED,
    });
  });

  const operations: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['collation', () => collection.find({}, { collation: { locale: 'de' } }).toArray()],
    ['let', () => collection.aggregate([], { let: { a: 1 } }).toArray()],
    ['tailable', () => collection.find({}, { tailable: true }).toArray()],
    ['arrayFilters', () => collection.updateOne({}, { $set: { a: 1 } }, { arrayFilters: [{ x: 1 }] })],
    ['the positional operator $[]', () => collection.updateOne({}, { $set: { 'list.$[]': 1 } })],
    ['the positional operator $ ', () => collection.updateOne({ list: 1 }, { $set: { 'list.$': 1 } })],
    ['the positional projection $', () => collection.findOne({ list: 1 }, { projection: { 'list.$': 1 } })],
    [
      '$lookup with pipeline',
      () => collection.aggregate([{ $lookup: { from: 'x', as: 'y', pipeline: [] } }]).toArray(),
    ],
    ['the index type text', () => collection.createIndex({ a: 'text' })],
    ['the index type hashed', () => collection.createIndex({ a: 'hashed' })],
    ['wildcard', () => collection.createIndex({ '$**': 1 })],
    ['hidden', () => collection.createIndex({ a: 1 }, { hidden: true }, {})],
    ['capped', () => db.createCollection('capped', { capped: true, size: 1000 })],
    ['validator', () => db.createCollection('validated', { validator: { a: 1 } })],
    ['explain', () => db.command({ aggregate: 'things', pipeline: [], cursor: {}, explain: true })],
    ['aggregate on a database', () => db.aggregate([{ $match: {} }]).toArray()],
    ['read concern', () => collection.find({}, { readConcern: { level: 'linearizable' } }).toArray()],
    [
      'a sort by several fields that hold arrays',
      async () => {
        await collection.insertOne({ p: [1, 2], q: [1, 2] });
        return collection.find().sort({ p: 1, q: 1 }).toArray();
      },
    ],
    ['regular expression option x', () => collection.findOne({ a: { $regex: 'a', $options: 'x' } })],
    ['\\A in a regular expression', () => collection.findOne({ a: { $regex: '\\Aa' } })],
    ['a POSIX character class', () => collection.findOne({ a: { $regex: '[[:alpha:]]' } })],
  ];
  test.each(operations)('%s', async (_name, run) => {
    await expect(run()).rejects.toMatchObject({ code: NOT_SUPPORTED });
  });

  test.each([
    'serverStatus',
    'getParameter',
    'explain',
    'mapReduce',
    'collMod',
    'bulkWrite',
    'saslStart',
    'constructor',
    '__proto__',
  ])('command %s', async (name) => {
    const command: Document = Object.fromEntries([[name, 1]]);
    await expect(db.command(command)).rejects.toMatchObject({ code: 59, codeName: 'CommandNotFound' });
  });

  test('a user and password', async () => {
    const authenticated = new MongoClient(`mongodb://user:secret@127.0.0.1:${server.port}/x`, {
      serverSelectionTimeoutMS: 500,
    });
    await expect(authenticated.connect()).rejects.toThrow(/authentication/);
    await authenticated.close();
  });
});

describe('the lists of supported.ts', () => {
  test.each([
    ['update operators', SUPPORTED.update.allowed, IMPLEMENTED_UPDATE_OPERATORS],
    ['stages', SUPPORTED.stages.allowed, IMPLEMENTED_STAGES],
    ['accumulators', SUPPORTED.accumulators.allowed, IMPLEMENTED_ACCUMULATORS],
    ['expression operators', SUPPORTED.expressions.allowed, IMPLEMENTED_EXPRESSIONS],
    ['commands', new Set(Object.keys(COMMANDS)), Object.keys(HANDLERS)],
  ])('%s: what is listed has code, and the other way round', (_kind, listed, implemented) => {
    expect([...implemented].sort()).toEqual([...listed].sort());
  });

  test.each(Object.keys(SUPPORTED) as (keyof typeof SUPPORTED)[])(
    '%s: nothing is both supported and refused',
    (kind) => {
      const { allowed, refused } = SUPPORTED[kind];
      expect([...allowed].filter((name) => refused.has(name))).toEqual([]);
    },
  );
});
