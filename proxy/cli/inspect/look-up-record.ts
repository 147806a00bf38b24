import type { Collection } from 'mongodb';
import { ownProperty } from '../../../shared/session/own-property';
import type { StoreFormat } from '../../../shared/session/stores/store-format';
import { similarCollections } from '../similar-collections';

const LIMIT = { maxTimeMS: 5_000 } as const;
const MOST_COLLECTIONS = 10;

/** What a second look without the expiry rule finds: the authorizer itself never asks this way. */
export interface RecordLook {
  readonly found: boolean;
  readonly expiry: unknown;
  /** Of the whole collection, roughly; only counted when nothing was found. */
  readonly documents: number | undefined;
  /** Names of other collections that hold it; only looked for when nothing was found. */
  readonly elsewhere: readonly string[];
}

/** Looks for a record whether or not it has expired. Reads its expiry only. */
export async function lookUpRecord(collection: Collection, format: StoreFormat, id: string): Promise<RecordLook> {
  const projection = { _id: 0, [format.expiryField]: 1 };
  const record = await collection.findOne(format.identify(id), { projection, ...LIMIT });
  if (record !== null)
    return { found: true, expiry: ownProperty(record, format.expiryField), documents: undefined, elsewhere: [] };
  const documents = await collection.estimatedDocumentCount(LIMIT);
  return { found: false, expiry: undefined, documents, elsewhere: await lookElsewhere(collection, format, id) };
}

async function lookElsewhere({ db, collectionName }: Collection, format: StoreFormat, id: string): Promise<string[]> {
  const names = (await similarCollections(db, collectionName)).slice(0, MOST_COLLECTIONS);
  const found = await Promise.all(
    names.map(async (name) => {
      const record = await db.collection(name).findOne(format.identify(id), { projection: { _id: 1 }, ...LIMIT });
      return record === null ? [] : [name];
    }),
  );
  return found.flat();
}
