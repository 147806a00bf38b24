import { MongoServerError, type Collection, type Document } from 'mongodb';
import { ownProperty } from '../../../shared/session/own-property';
import { sessionCollection } from '../../../shared/session/session-authenticator';
import { similarCollections } from '../similar-collections';
import { examineRecord, type RecordFacts, type RecordLook } from './record-facts';

const LIMIT = { maxTimeMS: 5_000 } as const;
const NAMESPACE_NOT_FOUND = 26;

/** What the store holds, without anything that identifies a session. */
export interface StoreFacts {
  /** `database.collection`. */
  readonly place: string;
  readonly documents: number;
  /** Names of other collections that may hold the sessions; only looked for when this one is empty. */
  readonly similarCollections: readonly string[];
  readonly ttlFields: readonly string[];
  readonly sample: readonly RecordFacts[];
  /** True when time ended before the whole sample was read; encrypted records take 10 to 30 ms each. */
  readonly cutShort: boolean;
}

interface StoreLook extends RecordLook {
  readonly sampleSize: number;
  readonly timeLimit: number;
}

/** Looks at the store; reads only. Ids are random, so the last ones in their order are a fair sample. */
export async function lookAtStore(look: StoreLook): Promise<StoreFacts> {
  const { db, format, sampleSize, timeLimit } = look;
  const collection = sessionCollection(await db(), format);
  const documents = await collection.estimatedDocumentCount(LIMIT);
  const records = await collection.find({}, LIMIT).sort({ _id: -1 }).limit(sampleSize).toArray();
  const sample: RecordFacts[] = [];
  const end = Date.now() + timeLimit;
  for (const record of records) {
    sample.push(await examineRecord(record, look));
    if (Date.now() > end) break;
  }
  return {
    place: collection.namespace,
    documents,
    similarCollections: records.length === 0 ? await similarCollections(collection.db, collection.collectionName) : [],
    ttlFields: await ttlFields(collection),
    sample,
    cutShort: sample.length < records.length,
  };
}

async function ttlFields(collection: Collection): Promise<string[]> {
  let indexes: Document[];
  try {
    indexes = await collection.indexes();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
  return indexes
    .filter((index) => ownProperty(index, 'expireAfterSeconds') !== undefined)
    .flatMap((index) => Object.keys(ownProperty(index, 'key') ?? {}));
}
