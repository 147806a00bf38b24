import { MongoBulkWriteError, MongoServerError, type Collection, type Document } from 'mongodb';
import type { OperationGroup } from './operation-case';

const failure = async (operation: Promise<unknown>): Promise<unknown> => {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof MongoBulkWriteError)
      return {
        code: error.code,
        inserted: error.insertedCount,
        failed: [error.writeErrors].flat().map(({ index, code }) => ({ index, code })),
      };
    if (!(error instanceof MongoServerError)) throw error;
    return { code: error.code, keyPattern: error['keyPattern'] as unknown, keyValue: error['keyValue'] as unknown };
  }
};
const listed = async (collection: Collection): Promise<unknown> =>
  (await collection.indexes()).map(({ name, key, unique, sparse, expireAfterSeconds, partialFilterExpression }) =>
    Object.fromEntries(
      Object.entries({ name, key, unique, sparse, expireAfterSeconds, partialFilterExpression }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  );
const insertAfter =
  (keys: Document, options: Document, document: Document) =>
  async (collection: Collection): Promise<unknown> => {
    await collection.createIndex(keys, options, {});
    return failure(collection.insertOne(document).then(() => 'inserted'));
  };
const PERSON = [{ _id: 1, name: 'Ada', city: 'London', tags: ['a', 'b'] }];

/** Inserting, bulk writes, indexes, collections. */
export const WRITES: readonly OperationGroup[] = [
  {
    group: 'insert and bulk',
    cases: [
      {
        name: 'a second _id',
        manual: 'reference/method/db.collection.insertOne/',
        documents: PERSON,
        run: (collection) => failure(collection.insertOne({ _id: 1 } as Document)),
        expected: { code: 11_000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } },
      },
      {
        name: 'ordered stops at the first error',
        manual: 'reference/method/db.collection.insertMany/',
        documents: PERSON,
        run: async (collection) => [
          await failure(collection.insertMany([{ _id: 2 }, { _id: 1 }, { _id: 3 }] as Document[])),
          await collection.countDocuments(),
        ],
        expected: [{ code: 11_000, inserted: 1, failed: [{ index: 1, code: 11_000 }] }, 2],
      },
      {
        name: 'unordered goes on',
        manual: 'reference/method/db.collection.insertMany/',
        documents: PERSON,
        run: async (collection) => [
          await failure(collection.insertMany([{ _id: 2 }, { _id: 1 }, { _id: 3 }] as Document[], { ordered: false })),
          await collection.countDocuments(),
        ],
        expected: [{ code: 11_000, inserted: 2, failed: [{ index: 1, code: 11_000 }] }, 3],
      },
      {
        name: '_id comes first',
        manual: 'core/document/#the-_id-field',
        run: async (collection) => {
          await collection.insertOne({ a: 1, _id: 5 } as Document);
          return Object.keys((await collection.findOne()) ?? {});
        },
        expected: ['_id', 'a'],
      },
      {
        name: '_id cannot be an array',
        manual: 'core/document/#the-_id-field',
        run: (collection) => collection.insertOne({ _id: [1] } as Document),
        expected: { error: 53 },
      },
      {
        name: 'bulkWrite',
        manual: 'reference/method/db.collection.bulkWrite/',
        documents: PERSON,
        run: async (collection) => {
          const { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount } =
            await collection.bulkWrite([
              { insertOne: { document: { a: 1 } } },
              { updateOne: { filter: { name: 'Ada' }, update: { $set: { city: 'Paris' } } } },
              { updateOne: { filter: { name: 'Bob' }, update: { $set: { city: 'Rome' } }, upsert: true } },
              { deleteOne: { filter: { a: 1 } } },
              { replaceOne: { filter: { name: 'Bob' }, replacement: { name: 'Rob' } } },
            ]);
          return {
            insertedCount,
            matchedCount,
            modifiedCount,
            deletedCount,
            upsertedCount,
            names: await collection.distinct('name'),
          };
        },
        expected: {
          insertedCount: 1,
          matchedCount: 2,
          modifiedCount: 2,
          deletedCount: 1,
          upsertedCount: 1,
          names: ['Ada', 'Rob'],
        },
      },
    ],
  },
  {
    group: 'indexes',
    cases: [
      {
        name: 'unique',
        manual: 'core/index-unique/',
        documents: PERSON,
        run: insertAfter({ name: 1 }, { unique: true }, { name: 'Ada' }),
        expected: { code: 11_000, keyPattern: { name: 1 }, keyValue: { name: 'Ada' } },
      },
      {
        name: 'unique, compound',
        manual: 'core/index-unique/',
        documents: PERSON,
        run: insertAfter({ name: 1, city: 1 }, { unique: true }, { name: 'Ada', city: 'Paris' }),
        expected: 'inserted',
      },
      {
        name: 'unique, compound, the same pair',
        manual: 'core/index-unique/',
        documents: PERSON,
        run: insertAfter({ name: 1, city: 1 }, { unique: true }, { name: 'Ada', city: 'London' }),
        expected: { code: 11_000, keyPattern: { name: 1, city: 1 }, keyValue: { name: 'Ada', city: 'London' } },
      },
      {
        name: 'unique: a missing field is null',
        manual: 'core/index-unique/#missing-document-field-in-a-unique-single-field-index',
        documents: [{ _id: 1 }],
        run: insertAfter({ x: 1 }, { unique: true }, { y: 1 }),
        expected: { code: 11_000, keyPattern: { x: 1 }, keyValue: { x: null } },
      },
      {
        name: 'unique and sparse',
        manual: 'core/index-sparse/',
        documents: [{ _id: 1 }],
        run: insertAfter({ x: 1 }, { unique: true, sparse: true }, { y: 1 }),
        expected: 'inserted',
      },
      {
        name: 'unique and partial',
        manual: 'core/index-partial/#partial-index-with-unique-constraint',
        documents: [{ _id: 1, name: 'x', age: 20 }],
        run: insertAfter(
          { name: 1 },
          { unique: true, partialFilterExpression: { age: { $gte: 21 } } },
          { name: 'x', age: 30 },
        ),
        expected: 'inserted',
      },
      {
        name: 'unique over the elements of an array',
        manual: 'core/indexes/index-types/index-multikey/',
        documents: PERSON,
        run: insertAfter({ tags: 1 }, { unique: true }, { tags: ['c', 'b'] }),
        expected: { code: 11_000, keyPattern: { tags: 1 }, keyValue: { tags: 'b' } },
      },
      {
        name: 'a unique index over duplicates',
        manual: 'core/index-unique/',
        documents: [
          { _id: 1, a: 1 },
          { _id: 2, a: 1 },
        ],
        run: async (collection) => [
          await failure(collection.createIndex({ a: 1 }, { unique: true }, {})),
          await listed(collection),
        ],
        expected: [{ code: 11_000, keyPattern: { a: 1 }, keyValue: { a: 1 } }, [{ name: '_id_', key: { _id: 1 } }]],
      },
      {
        name: 'an update into a duplicate',
        manual: 'core/index-unique/',
        documents: [
          { _id: 1, a: 1 },
          { _id: 2, a: 2 },
        ],
        run: async (collection) => {
          await collection.createIndex({ a: 1 }, { unique: true }, {});
          return [
            await failure(collection.updateOne({ _id: 2 } as Document, { $set: { a: 1 } })),
            await collection.findOne({ a: 2 }),
          ];
        },
        expected: [
          { code: 11_000, keyPattern: { a: 1 }, keyValue: { a: 1 } },
          { _id: 2, a: 2 },
        ],
      },
      {
        name: 'a key is free again after delete',
        manual: 'core/index-unique/',
        documents: [{ _id: 1, a: 1 }],
        run: async (collection) => {
          await collection.createIndex({ a: 1 }, { unique: true }, {});
          await collection.deleteOne({ a: 1 });
          await collection.insertOne({ _id: 2, a: 1 } as Document);
          return collection.find({ a: 1 }).toArray();
        },
        expected: [{ _id: 2, a: 1 }],
      },
      {
        name: 'listing and dropping',
        manual: 'reference/command/listIndexes/',
        documents: PERSON,
        run: async (collection) => {
          await collection.createIndex({ name: 1, city: -1 }, { unique: true }, {});
          await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 }, {});
          await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 }, {});
          const before = await listed(collection);
          await collection.dropIndex('at_1');
          return [before, await listed(collection)];
        },
        expected: [
          [
            { name: '_id_', key: { _id: 1 } },
            { name: 'name_1_city_-1', key: { name: 1, city: -1 }, unique: true },
            { name: 'at_1', key: { at: 1 }, expireAfterSeconds: 0 },
          ],
          [
            { name: '_id_', key: { _id: 1 } },
            { name: 'name_1_city_-1', key: { name: 1, city: -1 }, unique: true },
          ],
        ],
      },
      {
        name: 'the same key with other options',
        manual: 'reference/command/createIndexes/',
        documents: PERSON,
        run: async (collection) => {
          await collection.createIndex({ name: 1 });
          return collection.createIndex({ name: 1 }, { expireAfterSeconds: 5 }, {});
        },
        expected: { error: 85 },
      },
      {
        name: 'the same name with another key',
        manual: 'reference/command/createIndexes/',
        documents: PERSON,
        run: async (collection) => {
          await collection.createIndex({ name: 1 }, { name: 'x' }, {});
          return collection.createIndex({ city: 1 }, { name: 'x' }, {});
        },
        expected: { error: 86 },
      },
      {
        name: 'dropping what is not there',
        manual: 'reference/command/dropIndexes/',
        documents: PERSON,
        run: (collection) => collection.dropIndex('none'),
        expected: { error: 27 },
      },
      {
        name: 'a hint of an unknown index',
        manual: 'reference/method/cursor.hint/',
        documents: PERSON,
        run: (collection) => collection.find().hint('none').toArray(),
        expected: { error: 2 },
      },
    ],
  },
  {
    group: 'collections',
    cases: [
      {
        name: 'create, list, drop',
        manual: 'reference/command/listCollections/',
        run: async (collection, db) => {
          const name = `${collection.collectionName}-made`;
          await db.createCollection(name);
          const found = await db.listCollections({ name }).toArray();
          await db.dropCollection(name);
          return [
            found.map((info) => ({ name: info.name === name, type: info.type })),
            await db.listCollections({ name }, { nameOnly: true }).toArray(),
          ];
        },
        expected: [[{ name: true, type: 'collection' }], []],
      },
      {
        name: 'an update that finds nothing makes no collection, an upsert does',
        manual: 'reference/method/db.collection.updateOne/#upsert',
        run: async (collection, db) => {
          const name = collection.collectionName;
          const names = async () => (await db.listCollections({ name }).toArray()).length;
          await collection.updateOne({ a: 1 }, { $set: { b: 1 } });
          await collection.findOneAndUpdate({ a: 1 }, { $set: { b: 1 } });
          const before = await names();
          await collection.updateOne({ a: 1 }, { $set: { b: 1 } }, { upsert: true });
          return [before, await names()];
        },
        expected: [0, 1],
      },
      {
        name: 'a collection that is there',
        manual: 'reference/command/create/',
        documents: PERSON,
        run: (collection, db) => db.createCollection(collection.collectionName, { capped: false }),
        expected: { error: 48 },
      },
      {
        name: 'the database is listed',
        manual: 'reference/command/listDatabases/',
        documents: PERSON,
        run: async (_collection, db) =>
          (await db.admin().listDatabases()).databases.some(({ name }) => name === db.databaseName),
        expected: true,
      },
      {
        name: 'indexes of a collection that is not there',
        manual: 'reference/command/listIndexes/',
        run: (collection) => collection.listIndexes().toArray(),
        expected: { error: 26 },
      },
      {
        name: 'an unknown command',
        manual: 'reference/command/',
        run: (_collection, db) => db.command({ doesNotExist: 1 }),
        expected: { error: 59 },
      },
      {
        name: 'an unknown option',
        manual: 'reference/command/find/',
        run: (collection, db) => db.command({ find: collection.collectionName, filtre: {} }),
        expected: { error: 40_415 },
      },
    ],
  },
];
