import { Long, MongoClient, UUID, type Collection, type Db, type Document } from 'mongodb';
import { IMPLEMENTED_ACCUMULATORS } from '../../../../../shared/local/mongo/embedded/aggregation/accumulators';
import { IMPLEMENTED_EXPRESSIONS } from '../../../../../shared/local/mongo/embedded/aggregation/expression';
import { IMPLEMENTED_STAGES } from '../../../../../shared/local/mongo/embedded/aggregation/pipeline';
import { HANDLERS } from '../../../../../shared/local/mongo/embedded/commands/handlers';
import { COMMANDS, REFUSED_COMMANDS, SUPPORTED } from '../../../../../shared/local/mongo/embedded/supported';
import { IMPLEMENTED_UPDATE_OPERATORS } from '../../../../../shared/local/mongo/embedded/update/compile-update';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';

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

/** Faults of single statements come in a reply that has succeeded. */
const thrown = (reply: Document): never => {
  const [error] = reply['writeErrors'] as readonly [Document];
  throw Object.assign(new Error(String(error['errmsg'])), { code: error['code'] as unknown });
};

const ONLY_PCRE = [
  ...[
    'a++',
    'a?+',
    'a{2}+',
    'a{2}{3}',
    '(?>a)',
    '(?i)a',
    '(?i:a)',
    '(?#c)a',
    '(?P<n>a)',
    '(?R)',
    '(?(1)a|b)',
    '(*SKIP)a',
  ],
  ...[
    '\\Qa\\E',
    '\\a',
    '\\e',
    '\\x{41}',
    '\\o{101}',
    '\\g1',
    '\\p{L}',
    '\\012',
    '\\10',
    'a{',
    'a{,3}',
    'a}',
    'a]',
    '[a-\\d]',
    '(?=a)*',
  ],
];

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
    ['the index field $**', () => collection.createIndex({ '$**': 1 })],
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
    ['the $-prefixed field name "$price"', () => collection.insertOne({ $price: 1 })],
    ['the $-prefixed field name "$price"', () => collection.updateOne({ a: 1 }, { $set: { 'b.$price': 1 } })],
    [
      'the $-prefixed field name "$price"',
      () => collection.updateOne({ a: 'none' }, { $set: { $price: 1 } }, { upsert: true }),
    ],
    [
      'the $-prefixed field name "$price"',
      () =>
        db
          .command({ update: 'things', updates: [{ q: { a: 'none' }, u: { b: 1, $price: 1 }, upsert: true }] })
          .then(thrown),
    ],
    ['the DBRef field $id', () => collection.findOne({ list: { $elemMatch: { $id: 1 } } })],
    ['the DBRef field $ref', () => collection.findOne({ $ref: 'x' })],
    ['a sort by $natural', () => collection.find().sort({ $natural: -1 }).toArray()],
    ['a sort by $natural', () => collection.findOneAndDelete({}, { sort: { $natural: 1 } })],
    ['a hint of $natural', () => collection.find().hint({ $natural: -1 }).toArray()],
    ['the expression $slice', () => collection.findOne({}, { projection: { list: { $slice: ['$list', 1] } } })],
    ['$mod with numbers beyond', () => collection.findOne({ a: { $mod: [Long.fromString('9007199254740993'), 0] } })],
    ['the variable $$CLUSTER_TIME', () => collection.aggregate([{ $set: { t: '$$CLUSTER_TIME' } }]).toArray()],
    ['to a double', () => collection.aggregate([{ $set: { t: { $toDouble: 'Infinity' } } }]).toArray()],
    ['find with collectionUUID', () => db.command({ find: 'things', collectionUUID: new UUID() })],
  ];
  test.each(operations)('%s', async (name, run) => {
    await expect(run()).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining(name) as string,
    });
    await expect(run()).rejects.toThrow(/not supported by the embedded MongoDB/);
  });

  test.each(ONLY_PCRE)('%s, which only PCRE knows', async (pattern) => {
    await expect(collection.findOne({ a: { $regex: pattern } })).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining('regular expression') as string,
    });
  });

  test.each(['*a', 'a|*', '(?:a', 'a)', '[a', '[z-a]', 'a{3,2}', 'a\\'])(
    '%s is a pattern that PCRE does not know either',
    async (pattern) => {
      await expect(collection.findOne({ a: { $regex: pattern } })).rejects.toMatchObject({ code: 51_091 });
    },
  );

  test.each([...REFUSED_COMMANDS])('command %s', async (name) => {
    await expect(db.command({ [name]: 1 })).rejects.toMatchObject({
      code: NOT_SUPPORTED,
      message: expect.stringContaining(`the command ${name} is not supported by the embedded MongoDB`) as string,
    });
  });

  test.each(['bulkWrite', 'nonsense', 'constructor', '__proto__'])('%s is no command of MongoDB 6.0', async (name) => {
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

describe('unknown fields fail the command, before any of its statements has run', () => {
  const good = { q: {}, u: { $set: { touched: true } } };
  const statements: readonly (readonly [string, Document, number])[] = [
    ['updates[]', { update: 'things', updates: [good, { ...good, nonsense: 1 }] }, 40_415],
    ['updates[], a comment of its own', { update: 'things', updates: [good, { ...good, comment: 'x' }] }, 40_415],
    ['updates[] without q', { update: 'things', updates: [good, { u: good.u }] }, 40_414],
    ['updates[] without u', { update: 'things', updates: [good, { q: {} }] }, 40_414],
    ['updates[] with a multi of the wrong type', { update: 'things', updates: [good, { ...good, multi: 'x' }] }, 14],
    [
      'deletes[]',
      {
        delete: 'things',
        deletes: [
          { q: {}, limit: 1 },
          { q: {}, limit: 1, nonsense: 1 },
        ],
      },
      40_415,
    ],
    ['deletes[] without limit', { delete: 'things', deletes: [{ q: {}, limit: 1 }, { q: {} }] }, 40_414],
    [
      'deletes[] with a limit of 2',
      {
        delete: 'things',
        deletes: [
          { q: {}, limit: 1 },
          { q: {}, limit: 2 },
        ],
      },
      9,
    ],
    [
      'indexes[]',
      {
        createIndexes: 'things',
        indexes: [
          { key: { x: 1 }, name: 'x' },
          { key: { y: 1 }, name: 'y', nonsense: 1 },
        ],
      },
      197,
    ],
    ['cursor', { aggregate: 'things', pipeline: [], cursor: { nonsense: 1 } }, 40_415],
    ['the command', { find: 'things', nonsense: 1 }, 40_415],
  ];
  test.each(statements)('%s', async (_name, command, code) => {
    const before = await collection.find().toArray();
    const indexes = await collection.indexes();
    await expect(db.command(command)).rejects.toMatchObject({ code });
    expect(await collection.find().toArray()).toEqual(before);
    expect(await collection.indexes()).toEqual(indexes);
  });
});

describe('the lists of supported.ts', () => {
  test('no command is both supported and refused', () => {
    expect([...REFUSED_COMMANDS].filter((name) => Object.hasOwn(COMMANDS, name))).toEqual([]);
  });

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
