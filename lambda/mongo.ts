import { connectMongo, LAMBDA_MONGO_OPTIONS, type MongoConnection } from '../shared/mongo';
import { databaseConfig } from './config';

let connection: MongoConnection | undefined;

/**
 * The instance's one connection, made outside the handler and kept between invocations. Nothing is opened before `db()`;
 * a start that failed is tried again by the next invocation.
 *
 * @throws ConfigError when the environment names no database
 */
export function mongo(): MongoConnection {
  connection ??= connectMongo(databaseConfig().mongodbUri, LAMBDA_MONGO_OPTIONS);
  return connection;
}

/** Closes the connection, for tests and local shutdown; Lambda itself just ends the process. */
export async function closeMongo(): Promise<void> {
  const closing = connection;
  connection = undefined;
  await closing?.close();
}

/**
 * Begins to connect while a function's module loads, so that the first invocation (and with provisioned concurrency every
 * one) finds the connection open. Nobody waits here, and a failure is dropped: the next `mongo().db()` tries again.
 */
export function connectEarly(): void {
  const connect = async () => mongo().db();
  connect().catch(() => undefined);
}
