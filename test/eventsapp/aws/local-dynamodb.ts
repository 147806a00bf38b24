import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** DynamoDB on this machine, in memory. */
export interface LocalDynamoDb {
  readonly url: string;
  close(): Promise<void>;
}

const INFRA = path.join(__dirname, '../../../lambda/eventsapp/infra');

/** What DynamoDB's CreateTable takes of a table in CloudFormation. */
const TableProperties = z.object({
  TableName: z.string(),
  BillingMode: z.string(),
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string() }).loose()),
});
const Template = z.object({ Resources: z.record(z.string(), z.object({ Properties: TableProperties })) });

export type TableDefinition = z.infer<typeof TableProperties>;

/** The tables of a file of the infrastructure stack, as `CreateTable` takes them. */
export function tablesOf(file: 'tables.yml' | 'single-table.yml', stage: string): readonly TableDefinition[] {
  const text = readFileSync(path.join(INFRA, file), 'utf8').replaceAll('${sls:stage}', stage);
  return Object.values(Template.parse(parse(text)).Resources).map(({ Properties }) => Properties);
}

/**
 * Starts dynalite with the tables of the infrastructure stack. It listens at once; dynalite itself is loaded by the first request, because
 * most runs of the local system never send one.
 *
 * @param port 0 asks the system for a free one
 */
export async function startDynamoDb({
  port = 0,
  tables,
}: {
  readonly port?: number;
  readonly tables: readonly TableDefinition[];
}): Promise<LocalDynamoDb> {
  let engine: Promise<Dynalite> | undefined;
  const server = createServer((request, response) => {
    engine ??= startEngine(tables);
    engine.then(
      ({ server: dynalite }) => dynalite.emit('request', request, response),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine?.then((started) => started.close());
    },
  };
}

interface Dynalite {
  readonly server: NodeJS.EventEmitter;
  close(): Promise<void>;
}

async function startEngine(tables: readonly TableDefinition[]): Promise<Dynalite> {
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  // Of its own only to make the tables in it.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { CreateTableCommand, DescribeTableCommand, DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: LOCAL_CREDENTIALS });
  for (const table of tables) {
    await client.send(new CreateTableCommand(table as never));
    const described = new DescribeTableCommand({ TableName: table.TableName });
    while ((await client.send(described)).Table?.TableStatus !== 'ACTIVE');
  }
  client.destroy();
  return { server, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
