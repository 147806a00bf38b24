import type { Collection, Db } from 'mongodb';
import { z } from 'zod';
import { serverTime } from '../../shared/mongo';

/** One document for each running proxy. */
export const PROXIES_COLLECTION = 'banyanProxies';
const SCHEMA = 1;
const TEXT = 200;

const text = z.string().max(TEXT).catch('unknown');

/** A proxy as stored. Every field has a fallback: a document of another version still says that a proxy is there. */
const heartbeatSchema = z.object({
  /** Of this process: a restarted proxy is another one. */
  _id: z.string().catch('unknown'),
  schema: z.number().catch(SCHEMA),
  /** `INSTANCE_NAME`; several may have the same. */
  name: text,
  host: text,
  port: z.number().catch(0),
  version: text,
  /** Seconds since the start of its process. */
  uptime: z.number().nonnegative().catch(0),
  /** By the server's clock. */
  seenAt: z.date().catch(new Date(0)),
  /** Of the overrides in force there; null: unknown to it. */
  revision: z.number().nullable().catch(null),
  routes: text,
  /** `LEGACY_VERSION` and `LAMBDA_VERSION`. */
  builds: z.object({ legacy: text, lambda: text }).catch({ legacy: 'unknown', lambda: 'unknown' }),
});

type StoredHeartbeat = z.infer<typeof heartbeatSchema>;

export type Heartbeat = Omit<StoredHeartbeat, 'schema' | 'seenAt'>;

export interface SeenProxy extends Heartbeat {
  /** ms since its last heartbeat, by the server's clock alone. */
  readonly age: number;
}

/** Writes a heartbeat at the server's time, and removes those of earlier processes at the same address. Throws the driver's error. */
export async function writeHeartbeat(
  db: Db,
  heartbeat: Heartbeat,
  options: { readonly first: boolean },
): Promise<void> {
  const { _id, ...fields } = heartbeat;
  const { host, port } = heartbeat;
  await proxies(db).updateOne(
    { _id },
    { $set: fields, $max: { schema: SCHEMA }, $currentDate: { seenAt: true } },
    { upsert: true },
  );
  if (options.first) await proxies(db).deleteMany({ host, port, _id: { $ne: _id } });
}

/** A proxy that ends in order is no longer expected to follow. */
export async function removeHeartbeat(db: Db, id: string): Promise<void> {
  await proxies(db).deleteOne({ _id: id });
}

/** Every proxy with a heartbeat within a day, by name. Ages are differences of the server's own times. Throws the driver's error. */
export async function readProxies(db: Db): Promise<readonly SeenProxy[]> {
  const documents = await proxies(db).find({}, { readPreference: 'primary' }).limit(MOST).toArray();
  // Later than the read: no age is negative.
  const now = await serverTime(db);
  return documents
    .flatMap((document): SeenProxy[] => {
      const parsed = heartbeatSchema.safeParse(document);
      if (!parsed.success) return [];
      const { seenAt, ...heartbeat } = parsed.data;
      return [{ ...heartbeat, age: Math.max(0, now.getTime() - seenAt.getTime()) }];
    })
    .sort((a, b) => (`${a.name} ${a._id}` < `${b.name} ${b._id}` ? -1 : 1));
}

/** More than anyone runs; what is read is bounded all the same. */
const MOST = 1_000;

/** Removes heartbeats of a day ago: of proxies that were killed. */
export async function createHeartbeatIndex(db: Db): Promise<void> {
  await proxies(db).createIndex({ seenAt: 1 }, { name: 'expires_after_1_day', expireAfterSeconds: 86_400 }, {});
}

function proxies(db: Db): Collection<{ _id: string }> {
  return db.collection<{ _id: string }>(PROXIES_COLLECTION);
}
