import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MongoClient } from 'mongodb';
import { noStore, runBatches, type MigrationState } from '../../../lambda/eventsapp/photos/migration/batches';
import type { Stores } from '../../../lambda/eventsapp/photos/migration/stores';
import { documentsOf } from '../../../lambda/eventsapp/photos/repository/documents';
import { multiTableRepository } from '../../../lambda/eventsapp/photos/repository/multi-table';
import { LOCAL_CREDENTIALS } from '../aws/local-dynamodb';
import type { LocalSystem } from '../system';

export interface PhotoStores extends Stores {
  close(): Promise<void>;
}

/** Both stores of a running system's photos. */
export async function photoStoresOf({ mongo, s3, dynamoDb }: LocalSystem): Promise<PhotoStores> {
  const aws = { region: 'eu-west-1', credentials: LOCAL_CREDENTIALS };
  const client = await MongoClient.connect(mongo.uri);
  const dynamoDbClient = new DynamoDBClient({ ...aws, endpoint: dynamoDb.url });
  const s3Client = new S3Client({ ...aws, endpoint: s3.url });
  const documents = await documentsOf(DynamoDBDocumentClient.from(dynamoDbClient));
  const tables = { photos: 'banyan-dev-photos', refusedUploads: 'banyan-dev-refused-uploads' };
  return {
    db: client.db(),
    s3: s3Client,
    bucket: s3.bucket,
    photos: multiTableRepository(documents, tables),
    async close() {
      dynamoDbClient.destroy();
      s3Client.destroy();
      await client.close();
    },
  };
}

/** Runs a migration to its end, at once. */
export function migrate<State extends MigrationState>(
  initial: State,
  step: (state: State) => Promise<{ readonly state: State; readonly handled: number }>,
): Promise<State> {
  const onProgress = (): void => undefined;
  return runBatches({ store: noStore<State>(), initial, step, rate: Infinity, onProgress, isStopped: () => false });
}
