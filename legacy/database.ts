import { MongoClient, type Db } from 'mongodb';
import { createAttendeeStore } from './attendees/store';
import { createLoginAttemptStore } from './auth/login-limiter';
import { createApiKeyStore, createUserStore } from './auth/store';
import { createEventStore } from './events/store';
import { createMetricsStore } from './metrics/store';
import { createNotificationStore } from './notifications/store';
import { createPhotoStore } from './photos/store';
import { createReportStore } from './reports/store';

const DEFAULT_DATABASE = 'eventsapp';

/** How long a query waits for a database that is not there before the request fails, unless the URI says otherwise. */
const SERVER_SELECTION_TIMEOUT_MS = 5_000;

export interface Database {
  readonly client: MongoClient;
  readonly db: Db;
}

/**
 * Connects to the database that the URI's path names, `eventsapp` if it names none.
 *
 * @throws MongoServerSelectionError and other driver errors if MongoDB cannot be reached
 */
export async function connectDatabase(uri: string): Promise<Database> {
  const ownTimeout = /[?&]serverSelectionTimeoutMS=/i.test(uri);
  const client = new MongoClient(uri, ownTimeout ? {} : { serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS });
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
  return { client, db: client.db(databaseName(uri)) };
}

function databaseName(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1] ?? '';
  return path === '' ? DEFAULT_DATABASE : decodeURIComponent(path);
}

/** Creates every index that the queries of this application need; existing ones stay. */
export async function ensureIndexes(db: Db): Promise<void> {
  await createUserStore(db).ensureIndexes();
  await createApiKeyStore(db).ensureIndexes();
  await createEventStore(db).ensureIndexes();
  await createAttendeeStore(db).ensureIndexes();
  await createPhotoStore(db).ensureIndexes();
  await createMetricsStore(db).ensureIndexes();
  await createReportStore(db).ensureIndexes();
  await createNotificationStore(db).ensureIndexes();
  await createLoginAttemptStore(db).ensureIndexes();
}
