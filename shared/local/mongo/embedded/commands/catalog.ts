import { Binary } from 'bson';
import { encodedSize } from '../bson/encode';
import type { BsonDocument } from '../bson/values';
import { document } from '../bson/values';
import { MongoServerFault } from '../errors';
import { compileMatcher } from '../query/matcher';
import type { Collection } from '../storage/collection';
import { Fields, type CommandContext, type CommandHandler } from './command';

/** Manual: `create`. Only plain collections. */
export const create: CommandHandler = (command, context) => {
  command.refuse(
    ...[
      'capped',
      'timeseries',
      'expireAfterSeconds',
      'clusteredIndex',
      'changeStreamPreAndPostImages',
      'size',
      'max',
      'storageEngine',
    ],
    ...[
      'validator',
      'validationLevel',
      'validationAction',
      'indexOptionDefaults',
      'viewOn',
      'pipeline',
      'collation',
      'encryptedFields',
    ],
  );
  if (command.collection(context) !== undefined)
    throw new MongoServerFault('NamespaceExists', `Collection ${command.namespace} already exists.`);
  context.databases.ensure(command.database, command.collectionName());
  return document({});
};

/** Manual: `drop`. */
export const drop: CommandHandler = (command, context) => {
  const collection = command.collection(context);
  if (collection === undefined) throw new MongoServerFault('NamespaceNotFound', 'ns not found');
  context.databases.drop(command.database, command.collectionName());
  return document({ nIndexesWas: collection.indexSpecifications().length + 1, ns: command.namespace });
};

/** Manual: `dropDatabase`. */
export const dropDatabase: CommandHandler = (command, { databases }) =>
  databases.dropDatabase(command.database) ? document({ dropped: command.database }) : document({});

/** Manual: `listCollections`. */
export const listCollections: CommandHandler = (command, context) => {
  const namespace = `${command.database}.$cmd.listCollections`;
  const nameOnly = command.flag('nameOnly');
  const matches = compileMatcher(command.document('filter') ?? new Map());
  const found = context.databases
    .collections(command.database)
    .map(([name, collection]) => describe(name, collection))
    .filter(matches)
    .map((item) => (nameOnly ? document({ name: item.get('name') ?? null, type: 'collection' }) : item));
  return document({ cursor: firstBatch(command, context, namespace, found) });
};

const describe = (name: string, { uuid }: Collection): BsonDocument =>
  document({
    name,
    type: 'collection',
    options: {},
    info: { readOnly: false, uuid: new Binary(Buffer.from(uuid.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID) },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  });

/** The cursor part of a reply, with the batch size that the command's own `cursor` option names. */
export function firstBatch(
  command: Fields,
  { cursors }: CommandContext,
  namespace: string,
  found: readonly BsonDocument[],
): BsonDocument {
  const options = new Fields(command.document('cursor') ?? new Map(), `${command.name}.cursor`, command.database);
  options.only(new Set(['batchSize']));
  const batchSize = options.count('batchSize');
  const batch = cursors.start(namespace, found, batchSize === undefined ? {} : { batchSize });
  return document({ id: batch.id, ns: namespace, firstBatch: batch.documents });
}

/** Manual: `listDatabases`. Sizes are those of the documents in BSON. */
export const listDatabases: CommandHandler = (command, { databases }) => {
  const matches = compileMatcher(command.document('filter') ?? new Map());
  const nameOnly = command.flag('nameOnly');
  const found = databases
    .databaseNames()
    .map((name) => {
      const size = databases
        .collections(name)
        .flatMap(([, collection]) => collection.all())
        .reduce((sum, item) => sum + encodedSize(item), 0);
      return document(nameOnly ? { name } : { name, sizeOnDisk: BigInt(size), empty: size === 0 });
    })
    .filter(matches);
  const total = found.reduce((sum, item) => sum + Number(item.get('sizeOnDisk') ?? 0), 0);
  return document(nameOnly ? { databases: found } : { databases: found, totalSize: BigInt(total) });
};
