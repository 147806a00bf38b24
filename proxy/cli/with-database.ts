import type { Db } from 'mongodb';
import { connectMongo } from '../../shared/mongo';

const OPTIONS = {
  appName: 'banyan',
  maxPoolSize: 2,
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 30_000,
};

/** Connects at the first use and closes afterwards, with limits for a tool that is waited for; options in the URI win. Throws driver errors. */
export async function withDatabase<T>(uri: string, work: (db: () => Promise<Db>) => Promise<T>): Promise<T> {
  const absent = Object.entries(OPTIONS).filter(([name]) => !new RegExp(`[?&]${name}=`, 'i').test(uri));
  const connection = connectMongo(uri, Object.fromEntries(absent));
  try {
    return await work(() => connection.db());
  } finally {
    await connection.close();
  }
}
