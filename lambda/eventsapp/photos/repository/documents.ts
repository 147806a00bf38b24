import type {
  DynamoDBDocumentClient,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Added } from './photo-repository';

/** An item of a table, attributes by name. */
export type Item = Readonly<Record<string, unknown>>;

/** What the repositories ask of the document client, so that a meter can stand in between. */
export interface Documents {
  get(input: GetCommandInput): Promise<Item | undefined>;
  /** Puts an item unless there is one with its key. */
  putNew(input: PutCommandInput, hashKey: string): Promise<Added>;
  /** All pages, or as many as hold `Limit` items. */
  query(input: QueryCommandInput): Promise<readonly Item[]>;
  /** The item afterwards; undefined when the condition failed. */
  update(input: UpdateCommandInput): Promise<Item | undefined>;
  remove(input: { readonly TableName: string; readonly Key: Item }): Promise<void>;
  scan(input: ScanCommandInput): Promise<{ readonly items: readonly Item[]; readonly last: Item | undefined }>;
}

/** The document client of the AWS SDK. The SDK is loaded with the client, not with the module. */
export async function documentsOf(client: Pick<DynamoDBDocumentClient, 'send'>): Promise<Documents> {
  const { DeleteCommand, GetCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } =
    await import('@aws-sdk/lib-dynamodb');
  return {
    async get(input) {
      return (await client.send(new GetCommand(input))).Item;
    },
    async putNew(input, hashKey) {
      const condition = {
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': hashKey },
      };
      const put = await unlessConditionFails(client.send(new PutCommand({ ...input, ...condition })));
      return put === undefined ? 'known' : 'added';
    },
    async query(input) {
      const found: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await client.send(new QueryCommand({ ...input, ...(start && { ExclusiveStartKey: start }) }));
        found.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined && (input.Limit === undefined || found.length < input.Limit));
      return found;
    },
    async update(input) {
      const sent = client.send(new UpdateCommand({ ...input, ReturnValues: 'ALL_NEW' }));
      return (await unlessConditionFails(sent))?.Attributes;
    },
    async remove(input) {
      await client.send(new DeleteCommand(input));
    },
    async scan(input) {
      const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand(input));
      return { items: Items, last: LastEvaluatedKey };
    },
  };
}

async function unlessConditionFails<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
    throw error;
  }
}

/** `SET` of the given attributes, for an item that is there. */
export function setExisting(
  key: Item,
  changes: Item,
): Pick<
  UpdateCommandInput,
  'Key' | 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const [hashKey = ''] = Object.keys(key);
  const names = Object.keys(changes);
  return {
    Key: key,
    UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(#key)',
    ExpressionAttributeNames: {
      '#key': hashKey,
      ...Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
    },
    ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:v${index}`, changes[name]])),
  };
}
