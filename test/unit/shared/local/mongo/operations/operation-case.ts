import type { Collection, Db, Document } from 'mongodb';

/** One operation with the result that the manual gives, or that follows from a rule it states. */
export interface OperationCase {
  readonly name: string;
  /** The page, below https://www.mongodb.com/docs/manual/ */
  readonly manual: string;
  readonly documents?: readonly Document[];
  /** What to do with a collection that holds the documents. An error of the server becomes `{ error: code }`. */
  readonly run: (collection: Collection, db: Db) => Promise<unknown>;
  readonly expected: unknown;
}

export interface OperationGroup {
  readonly group: string;
  readonly cases: readonly OperationCase[];
}

/** The ids that a filter finds, in ascending order. */
export const idsOf =
  (filter: Document) =>
  async (collection: Collection): Promise<unknown[]> => {
    const found = await collection.find(filter).sort({ _id: 1 }).project<{ _id: unknown }>({ _id: 1 }).toArray();
    return found.map(({ _id }) => _id);
  };

/** The documents that a pipeline gives. */
export const pipeline =
  (...stages: readonly Document[]) =>
  (collection: Collection): Promise<Document[]> =>
    collection.aggregate([...stages]).toArray();

/** The one document after an update of it. */
export const afterUpdate =
  (update: Document | Document[], filter: Document = {}) =>
  async (collection: Collection): Promise<Document | null> => {
    await collection.updateOne(filter, update);
    return collection.findOne({});
  };

/** The value of an expression, evaluated on the one document. */
export const expression =
  (value: unknown) =>
  async (collection: Collection): Promise<unknown> => {
    const [result] = await collection
      .aggregate<{ result?: unknown }>([{ $project: { _id: 0, result: value } }])
      .toArray();
    return result;
  };
