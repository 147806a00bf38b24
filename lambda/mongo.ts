import { connectMongo, LAMBDA_MONGO_OPTIONS, type MongoConnection } from '../shared/mongo';
import { databaseConfig } from './config';

let connection: MongoConnection | undefined;

/** The instance's one connection, kept between invocations and opened by `db()`. Throws ConfigError without a database. */
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

/** Begins to connect while the module loads. A failure is dropped: the next `mongo().db()` tries again. */
export function connectEarly(): void {
  const connect = async () => mongo().db();
  connect().catch(() => undefined);
}
