import { setTimeout as delay } from 'node:timers/promises';
import { MongoNetworkError, type Db } from 'mongodb';
import { connectMongo } from '../../shared/mongo';

/** A dead MongoDB is reported within two seconds. */
const OPTIONS = {
  appName: 'banyan',
  maxPoolSize: 2,
  serverSelectionTimeoutMS: 1_500,
  connectTimeoutMS: 1_500,
  socketTimeoutMS: 30_000,
};
/** ms in addition: names of mongodb+srv are looked up before the driver's own limits begin. */
const LOOK_UP = 400;

/** Connects at the first use and closes afterwards, with limits for a tool that is waited for; options in the URI win. Throws driver errors. */
export async function withDatabase<T>(uri: string, work: (db: () => Promise<Db>) => Promise<T>): Promise<T> {
  const given = (name: string) => new RegExp(`[?&]${name}=(\\w*)`, 'i').exec(uri)?.[1];
  const absent = Object.entries(OPTIONS).filter(([name]) => given(name) === undefined);
  const connection = connectMongo(uri, Object.fromEntries(absent));
  const patience = Number(given('serverSelectionTimeoutMS') ?? OPTIONS.serverSelectionTimeoutMS) + LOOK_UP;
  const stuck = new AbortController();
  const expire = async (signal: AbortSignal): Promise<never> => {
    await delay(patience, undefined, { signal });
    stuck.abort();
    throw new MongoNetworkError(`no answer within ${patience} ms`);
  };
  const db = async (): Promise<Db> => {
    const answered = new AbortController();
    const opened = connection.db().finally(() => answered.abort());
    return Promise.race([opened, expire(answered.signal)]);
  };
  try {
    return await work(db);
  } finally {
    const closed = connection.close();
    if (!stuck.signal.aborted) await closed;
  }
}
