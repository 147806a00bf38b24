import type { Db } from 'mongodb';
import { connectMongo } from '../../shared/mongo';

const OPTIONS = {
  appName: 'banyan',
  maxPoolSize: 2,
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 30_000,
};

/**
 * Works with a database that is connected at the first use and closed afterwards. Options in the URI win over those for a
 * tool that somebody waits for. Errors are the driver's own.
 */
export async function withDatabase<T>(uri: string, work: (db: () => Promise<Db>) => Promise<T>): Promise<T> {
  const absent = Object.entries(OPTIONS).filter(([name]) => !new RegExp(`[?&]${name}=`, 'i').test(uri));
  const connection = connectMongo(uri, Object.fromEntries(absent));
  try {
    return await work(() => connection.db());
  } finally {
    await connection.close();
  }
}
