import { EJSON, type Document } from 'bson';
import type { Db, ObjectId } from 'mongodb';
import type { Change, Snapshot } from '../../shared/parity/database-effects';

/** Numbers stay what they are in the database, so that writing them back changes nothing. */
const AS_STORED = { promoteValues: false, promoteLongs: false } as const;

/** A database as it is now; {@link restore} brings it back. */
export interface DatabaseState {
  readonly snapshot: Snapshot;
  readonly documents: ReadonlyMap<string, ReadonlyMap<string, Document>>;
}

/** Reads every document of every collection. */
export async function readDatabase(db: Db): Promise<DatabaseState> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const documents = new Map(
    await Promise.all(
      collections.map(async ({ name }) => {
        const found = await db.collection(name).find({}, AS_STORED).sort({ _id: 1 }).toArray();
        return [name, new Map(found.map((document) => [idOf(document), document]))] as const;
      }),
    ),
  );
  const snapshot = new Map(
    [...documents].map(([name, byId]) => [
      name,
      [...byId].map(([id, document]) => ({ id, document: EJSON.serialize(document, { relaxed: false }) })),
    ]),
  );
  return { snapshot, documents };
}

/** Undoes changes: new documents go, changed and removed ones come back as they were. */
export async function restore(db: Db, { documents }: DatabaseState, changes: readonly Change[]): Promise<void> {
  for (const { collection, id, kind, after } of changes) {
    const original = documents.get(collection)?.get(id);
    const stored = original ?? asDocument(EJSON.deserialize(asDocument(after)));
    const found = db.collection(collection);
    if (kind !== 'removed') await found.deleteOne({ _id: stored['_id'] as ObjectId });
    if (original !== undefined) await found.insertOne(original);
  }
}

/** Makes `target` hold what `source` holds. Indexes stay as they are. */
export async function copyDatabase(source: Db, target: Db): Promise<void> {
  const { documents } = await readDatabase(source);
  for (const [name, byId] of documents) {
    await target.collection(name).deleteMany({});
    if (byId.size > 0) await target.collection(name).insertMany([...byId.values()]);
  }
}

function asDocument(value: unknown): Document {
  if (typeof value === 'object' && value !== null) return value;
  throw new TypeError('not a document');
}

function idOf(document: Document): string {
  return EJSON.stringify({ _id: document['_id'] as unknown }, { relaxed: false });
}
