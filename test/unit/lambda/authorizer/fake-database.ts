import { Query } from 'mingo';
import { Collection, MongoClient, type Db, type Document } from 'mongodb';

/** Collections in memory behind the driver's own `Db`; only what the authorizer may call, everything else would connect. */
export interface FakeDatabase {
  readonly db: Db;
  readonly collections: Readonly<Record<string, readonly Document[]>>;
  /** `sessions.findOne` and the like, in order. */
  readonly calls: string[];
  /** Thrown by the next calls. */
  fault: Error | undefined;
  restore(): void;
}

/** Replaces the driver's `findOne` and `updateOne` until `restore()`. Filters are evaluated by mingo. */
export function fakeDatabase(collections: Readonly<Record<string, readonly Document[]>>): FakeDatabase {
  const db = new MongoClient('mongodb://127.0.0.1:1/eventsapp').db();
  const fake: FakeDatabase = { db, collections, calls: [], fault: undefined, restore };

  const find = (collection: Collection, call: string, filter: unknown): Document | null => {
    fake.calls.push(`${collection.collectionName}.${call}`);
    if (fake.fault !== undefined) throw fake.fault;
    const query = new Query(filter as Document);
    return collections[collection.collectionName]?.find((document) => query.test(document)) ?? null;
  };
  const findOne = jest.spyOn(Collection.prototype, 'findOne').mockImplementation(function (this: Collection, filter) {
    return Promise.resolve().then(() => find(this, 'findOne', filter));
  });
  const updateOne = jest.spyOn(Collection.prototype, 'updateOne').mockImplementation(function (
    this: Collection,
    filter,
    update,
    options,
  ) {
    return Promise.resolve().then(() => {
      if (options?.upsert === true) throw new Error('an upsert');
      const document = find(this, 'updateOne', filter);
      if (document) Object.assign(document, (update as Document)['$set']);
      const count = document ? 1 : 0;
      return { acknowledged: true, matchedCount: count, modifiedCount: count, upsertedCount: 0, upsertedId: null };
    });
  });

  function restore(): void {
    findOne.mockRestore();
    updateOne.mockRestore();
  }
  return fake;
}
