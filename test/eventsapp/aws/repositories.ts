import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentsOf, type Documents } from '../../../lambda/eventsapp/photos/repository/documents';
import { meterOf, type Meter, type MeteredTable } from '../../../lambda/eventsapp/photos/repository/meter';
import { multiTableRepository } from '../../../lambda/eventsapp/photos/repository/multi-table';
import type { PhotoRepository } from '../../../lambda/eventsapp/photos/repository/photo-repository';
import { singleTableRepository } from '../../../lambda/eventsapp/photos/repository/single-table';
import { z } from 'zod';
import { LOCAL_CREDENTIALS, startDynamoDb, tablesOf, type TableDefinition } from './local-dynamodb';

export const STAGE = 'test';
export const SINGLE_TABLE = `banyan-${STAGE}-photos-single`;
const TABLES = { photos: `banyan-${STAGE}-photos`, refusedUploads: `banyan-${STAGE}-refused-uploads` };

/** Both repositories on one local DynamoDB, and what measures them. */
export interface Repositories {
  readonly documents: Documents;
  readonly byName: Readonly<
    Record<'multi-table' | 'single-table', { readonly repository: PhotoRepository; readonly meter: Meter }>
  >;
  close(): Promise<void>;
}

export async function startRepositories(): Promise<Repositories> {
  const tables = [...tablesOf('tables.yml', STAGE), ...tablesOf('single-table.yml', STAGE)];
  const dynamoDb = await startDynamoDb({ tables });
  const client = new DynamoDBClient({ endpoint: dynamoDb.url, region: 'eu-west-1', credentials: LOCAL_CREDENTIALS });
  const documents = await documentsOf(DynamoDBDocumentClient.from(client));
  const metered = new Map(tables.map((table) => [table.TableName, meteredTable(table)]));
  const [multi, single] = [meterOf(documents, metered), meterOf(documents, metered)];
  return {
    documents,
    byName: {
      'multi-table': { repository: multiTableRepository(multi.documents, TABLES), meter: multi },
      'single-table': { repository: singleTableRepository(single.documents, { table: SINGLE_TABLE }), meter: single },
    },
    async close() {
      client.destroy();
      await dynamoDb.close();
    },
  };
}

const Keys = z.array(z.object({ AttributeName: z.string() }));

function meteredTable({ KeySchema, GlobalSecondaryIndexes }: TableDefinition): MeteredTable {
  const names = (schema: unknown): readonly string[] => Keys.parse(schema).map(({ AttributeName }) => AttributeName);
  return {
    keys: names(KeySchema),
    indexes: GlobalSecondaryIndexes.map((index) => {
      const [hash = '', range = ''] = names(index['KeySchema']);
      return { hash, range };
    }),
  };
}
