import { BSON, type Db, type Document } from 'mongodb';
import type { GivenDocument } from '../../shared/parity/case';
import type { Change } from '../../shared/parity/database-effects';
import type { StartedSide } from '../../shared/parity/sides';

/** Types are kept, so that writing a document back changes nothing. */
const AS_STORED = { promoteValues: false, promoteLongs: false } as const;
const ID_IN_TEXT = /\b[0-9a-f]{24}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const TIME_IN_TEXT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A collection by the bytes of its documents: most are never looked into. */
type Collection = ReadonlyMap<string, Buffer>;

type DataOutside = Pick<StartedSide, 'takeMessages' | 'restore'>;

/** The data of one side: knows what a request changed and puts it back. Documents are compared as bytes, decoded only when they differ. */
export class DataCopy {
  private latest: ReadonlyMap<string, Collection> | undefined;

  private constructor(
    private readonly db: Db,
    private original: ReadonlyMap<string, Collection>,
    private readonly outside: DataOutside,
  ) {}

  /** @param outside what the side keeps in queues, whose messages count as documents, and elsewhere */
  static async of(db: Db, outside: DataOutside = {}): Promise<DataCopy> {
    await outside.takeMessages?.();
    return new DataCopy(db, await read(db), outside);
  }

  /** Ids and times that are in the data now: no side can have made them up later. */
  knownValues(): ReadonlySet<string> {
    const known = new Set<string>();
    for (const collection of this.original.values())
      for (const bytes of collection.values()) {
        const text = BSON.EJSON.stringify(BSON.deserialize(bytes), { relaxed: true });
        for (const [id] of text.matchAll(ID_IN_TEXT)) known.add(id);
        for (const [time] of text.matchAll(TIME_IN_TEXT)) {
          const moment = new Date(time);
          // As JSON has it, and as Extended JSON has it without milliseconds; numbers as they stand in canonical form.
          if (!Number.isNaN(moment.getTime()))
            for (const form of [time, moment.toJSON(), String(moment.getTime())]) known.add(form);
        }
      }
    return known;
  }

  /** Changes since the data was first read or last kept. Without `withMessages` queues are left alone, which is far quicker. */
  async changes({ withMessages }: { readonly withMessages: boolean }): Promise<readonly Change[]> {
    const now = await read(this.db);
    this.latest = now;
    const names = [...new Set([...this.original.keys(), ...now.keys()])].sort();
    const changes = names.flatMap((name) => changesOf(name, this.original.get(name), now.get(name)));
    const queues = withMessages ? await this.outside.takeMessages?.() : undefined;
    const messages = [...(queues ?? [])].flatMap(([collection, documents]) =>
      documents.map(({ id, document }): Change => ({
        collection,
        kind: 'inserted',
        id,
        before: undefined,
        after: document,
      })),
    );
    return [...changes, ...messages];
  }

  /** From here on changes are reported against the data as {@link changes} has found it, for the next request of a sequence. */
  keep(): void {
    this.original = this.latest ?? this.original;
  }

  /** Writes documents, or removes them; that counts as changes, which {@link restore} undoes. */
  async give(documents: readonly GivenDocument[]): Promise<void> {
    for (const { collection: name, document, isMissing = false } of documents) {
      const collection = this.db.collection(name);
      const its = { _id: document['_id'] as BSON.ObjectId };
      await (isMissing ? collection.deleteOne(its) : collection.replaceOne(its, document, { upsert: true }));
    }
  }

  /** Undoes changes: new documents go, changed and removed ones come back as they were. */
  async restore(changes: readonly Change[]): Promise<void> {
    for (const { collection, before, after } of changes) {
      if (!this.original.has(collection) && collection.startsWith('queue ')) continue;
      const documents = this.db.collection(collection);
      if (after !== undefined) await documents.deleteOne({ _id: asDocument(after)['_id'] as BSON.ObjectId });
      if (before !== undefined) await documents.insertOne(asDocument(before), AS_IT_WAS);
    }
    if (changes.length > 0) await this.outside.restore?.(changes);
  }
}

/** It may be older than the collection's validator. */
const AS_IT_WAS = { bypassDocumentValidation: true };

/** Makes `target` hold what `source` holds. Indexes stay as they are. */
export async function copyDatabase(source: Db, target: Db): Promise<void> {
  for (const [name, documents] of await read(source)) {
    await target.collection(name).deleteMany({});
    const all = [...documents.values()].map((bytes) => BSON.deserialize(bytes, AS_STORED));
    if (all.length > 0) await target.collection(name).insertMany(all);
  }
}

/** Drops the indexes by which documents expire: what expires would be gone on one side first. */
export async function stopExpiry(db: Db): Promise<void> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  for (const { name } of collections.filter((one) => !one.name.startsWith('system.')))
    for (const index of await db.collection(name).indexes())
      if (index.expireAfterSeconds !== undefined && index.name !== undefined)
        await db.collection(name).dropIndex(index.name);
}

async function read(db: Db): Promise<Map<string, Collection>> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = collections.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, Collection]> => {
        const documents: unknown[] = await db.collection(name).find({}, { raw: true, batchSize: 10_000 }).toArray();
        return [
          name,
          new Map(
            documents.flatMap((bytes): [string, Buffer][] =>
              bytes instanceof Uint8Array ? [[Buffer.from(bytes).toString('latin1'), Buffer.from(bytes)]] : [],
            ),
          ),
        ];
      }),
    ),
  );
}

function changesOf(collection: string, before: Collection = new Map(), after: Collection = new Map()): Change[] {
  const gone = decode([...before].filter(([bytes]) => !after.has(bytes)));
  const come = decode([...after].filter(([bytes]) => !before.has(bytes)));
  return [...new Set([...gone.keys(), ...come.keys()])].map((id): Change => {
    const [earlier, later] = [gone.get(id), come.get(id)];
    const kind = earlier === undefined ? 'inserted' : later === undefined ? 'removed' : 'updated';
    return { collection, id, kind, before: earlier, after: later };
  });
}

/** Canonical Extended JSON by id. */
function decode(documents: readonly (readonly [string, Buffer])[]): Map<string, unknown> {
  return new Map(
    documents.map(([, bytes]) => {
      const document = BSON.deserialize(bytes, AS_STORED);
      const id = BSON.EJSON.stringify({ _id: document['_id'] as unknown }, { relaxed: false });
      return [id, BSON.EJSON.serialize(document, { relaxed: false })];
    }),
  );
}

function asDocument(extended: unknown): Document {
  if (typeof extended !== 'object' || extended === null) throw new TypeError('not a document');
  return BSON.EJSON.deserialize(extended, { relaxed: false }) as Document;
}
