import { setTimeout as delay } from 'node:timers/promises';
import { BSON, type Db, type Document } from 'mongodb';
import type { BanyanConfig } from '../../../shared/config';
import { BanyanError } from '../../../shared/errors';
import { parseJsonPath } from '../../../shared/json-path';
import { collectionOf } from '../../../shared/session/session-config';
import { chooseOddest, type Chosen } from './choose-oddest';
import { Pseudonyms } from './pseudonyms';
import { redactDocument } from './redact-document';

const LIMITS = { documents: 10_000, bytes: 32 * 1024 * 1024, ms: 20_000 };
/** Keeps BSON types, and spares the primary where there are secondaries. */
const READING = { promoteValues: false, promoteLongs: false, readPreference: 'secondaryPreferred' } as const;
const BATCH = 200;

export interface SampledCollection extends Pick<Chosen<Document>, 'shapes' | 'kinds'> {
  readonly name: string;
  readonly documents: readonly Document[];
  readonly read: number;
  /** Estimated number of documents in the collection. */
  readonly known: number;
  readonly redacted: readonly string[];
}

export interface SampleOptions {
  readonly banyan: Pick<BanyanConfig, 'parity' | 'session'>;
  /** Most documents to choose from each collection. */
  readonly most: number;
  /** Most to read from a collection, half of it from each end; the byte limit may be exceeded by one document. */
  readonly limits?: typeof LIMITS;
}

/** Reads the oldest and newest documents of the collections in `parity.sample` and redacts the oddest. Throws BanyanError for collections that cannot be sampled. */
export async function takeSample(
  db: Db,
  { banyan, most, limits = LIMITS }: SampleOptions,
): Promise<readonly SampledCollection[]> {
  const { sample, redact } = banyan.parity;
  const wanted = Object.entries(sample?.collections ?? {});
  const example = "parity: { sample: { collections: { events: ['status', 'tags'] } } }";
  if (wanted.length === 0) throw unusable(`parity.sample names no collection; add, for example, ${example}`);
  const sessions = collectionOf(banyan.session.store);
  const present = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  for (const [name] of wanted) {
    if (name === sessions || name.startsWith('system.'))
      throw unusable(
        `parity.sample.collections.${name}: sessions and system collections are not sampled; leave it out`,
      );
    if (!present.has(name)) throw unusable(`parity.sample.collections.${name}: the database has no such collection`);
  }
  const pseudonyms = new Pseudonyms();
  const paths = (redact?.paths ?? []).map(parseJsonPath).filter((path) => path !== undefined);
  const sampled: SampledCollection[] = [];
  for (const [name, kept] of wanted) {
    const all = await readEnds(db, name, limits);
    const { chosen, shapes, kinds } = chooseOddest(all, most);
    const rules = { kept: new Set(kept), paths, pseudonyms };
    const redacted = chosen.map((document) => redactDocument(document, rules));
    sampled.push({
      ...{ name, shapes, kinds, read: all.length },
      known: await db.collection(name, READING).estimatedDocumentCount(),
      documents: redacted.map(({ document }) => document),
      redacted: [...new Set(redacted.flatMap(({ fields }) => [...fields]))].sort(),
    });
  }
  return sampled;
}

async function readEnds(db: Db, name: string, limits: typeof LIMITS): Promise<readonly Document[]> {
  const found = new Map<string, Document>();
  for (const end of [1, -1] as const) {
    const cursor = db
      .collection(name, READING)
      .find(
        {},
        { ...READING, sort: { _id: end }, limit: limits.documents / 2, batchSize: BATCH, maxTimeMS: limits.ms / 2 },
      );
    const began = performance.now();
    let [bytes, busy] = [0, began];
    try {
      for await (const document of cursor) {
        found.set(BSON.EJSON.stringify({ _id: document._id }, { relaxed: false }), document);
        bytes += BSON.calculateObjectSize(document);
        if (bytes > limits.bytes / 2 || performance.now() - began > limits.ms / 2) break;
        // Leave room for other readers: pause as long as the last batch took.
        if (found.size % BATCH === 0) {
          await delay(performance.now() - busy);
          busy = performance.now();
        }
      }
    } finally {
      await cursor.close();
    }
  }
  return [...found.values()];
}

const unusable = (message: string): BanyanError => new BanyanError(message, { code: 'no_sample' });
