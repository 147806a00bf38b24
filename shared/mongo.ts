import { MongoClient, MongoServerError, type Db, type MongoClientOptions } from 'mongodb';

/** A database connection that opens on first use and recovers from a failed start. */
export interface MongoConnection {
  /** The database that the URI names. Rejects while MongoDB cannot be reached; the next call tries again. */
  db(): Promise<Db>;
  close(): Promise<void>;
}

/** For one Lambda instance, which serves one request at a time: the driver's defaults exhaust the cluster and outlast the gateway's 29 s. */
export const LAMBDA_MONGO_OPTIONS = {
  maxPoolSize: 2,
  minPoolSize: 0,
  maxIdleTimeMS: 60_000,
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 20_000,
} as const satisfies MongoClientOptions;

/** Opens lazily and keeps one client; a failed first connect drops it, because it would fail for ever (`MongoTopologyClosedError`, mongodb 7.9). */
export function connectMongo(uri: string, options: MongoClientOptions = {}): MongoConnection {
  let opening: Promise<MongoClient> | undefined;

  const open = async (): Promise<MongoClient> => {
    const client = new MongoClient(uri, options);
    try {
      return await client.connect();
    } catch (error) {
      opening = undefined;
      await client.close().catch(() => undefined);
      throw error;
    }
  };

  return {
    async db() {
      opening ??= open();
      return (await opening).db();
    },
    async close() {
      const closing = opening;
      opening = undefined;
      await closing?.then((client) => client.close()).catch(() => undefined);
    },
  };
}

/** Whether another document already has what an index wants unique (E11000). */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000;
}

/** The server's own time: clocks of machines are never compared. Throws the driver's error. */
export async function serverTime(db: Db): Promise<Date> {
  const { localTime }: Record<string, unknown> = await db.command({ hello: 1 });
  if (!(localTime instanceof Date)) throw new Error('MongoDB does not report its time');
  return localTime;
}
