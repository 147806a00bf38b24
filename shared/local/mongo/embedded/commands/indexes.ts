import { identical } from '../bson/compare';
import { wholeNumber } from '../bson/numbers';
import { shellDocument } from '../bson/shell-text';
import type { BsonDocument, BsonValue } from '../bson/values';
import { document, isArray, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import type { Collection } from '../storage/collection';
import { checkIndexKey, type IndexSpecification } from '../storage/document-index';
import { firstBatch } from './catalog';
import type { CommandHandler, Fields } from './command';

const OPTIONS = new Set([
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'v',
]);
/** Known to MongoDB; each would change what queries return or what may be stored. */
const REFUSED = [
  ...[
    'collation',
    'hidden',
    'weights',
    'default_language',
    'language_override',
    'textIndexVersion',
    '2dsphereIndexVersion',
  ],
  ...[
    'bits',
    'min',
    'max',
    'bucketSize',
    'wildcardProjection',
    'storageEngine',
    'clustered',
    'prepareUnique',
    'dropDups',
  ],
];
/** MongoDB's bound on `expireAfterSeconds`. */
const MOST_SECONDS = 2_147_483_647;

/** Manual: `createIndexes`. All of the indexes are made, or none. */
export const createIndexes: CommandHandler = (command, context) => {
  const specifications = command.statements('indexes').map(readSpecification);
  const existed = command.collection(context) !== undefined;
  const collection = context.databases.ensure(command.database, command.collectionName());
  const before = collection.indexSpecifications().length + 1;
  const made: string[] = [];
  try {
    for (const specification of specifications)
      if (!isIdIndex(specification) && collection.createIndex(specification)) made.push(specification.name);
  } catch (error) {
    for (const name of made) collection.dropIndex(name);
    if (!existed) context.databases.drop(command.database, command.collectionName());
    throw error;
  }
  return document({
    numIndexesBefore: before,
    numIndexesAfter: collection.indexSpecifications().length + 1,
    ...(existed ? {} : { createdCollectionAutomatically: true }),
    ...(made.length === 0 ? { note: 'all indexes already exist' } : {}),
  });
};

const isIdIndex = ({ key }: IndexSpecification): boolean => identical(key, document({ _id: 1 }));

function readSpecification(fields: Fields): IndexSpecification {
  fields.refuse(...REFUSED);
  for (const name of fields.whole.keys())
    if (!OPTIONS.has(name) && !REFUSED.includes(name))
      throw new MongoServerFault(
        'InvalidIndexSpecificationOption',
        `The field '${name}' is not valid for an index specification. Specification: ${shellDocument(fields.whole)}`,
      );
  const key = fields.required('key', fields.document('key'));
  checkIndexKey(key);
  const name = fields.required('name', fields.string('name'));
  if (name === '' || name === '*')
    throw new MongoServerFault('CannotCreateIndex', `Error in specification: the index name '${name}' is not valid`);
  const partial = fields.document('partialFilterExpression');
  const sparse = fields.flag('sparse');
  if (sparse && partial !== undefined)
    throw new MongoServerFault('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  const seconds = fields.get('expireAfterSeconds');
  return {
    name,
    key,
    unique: fields.flag('unique'),
    sparse,
    ...(partial === undefined ? {} : { partialFilterExpression: partial }),
    ...(seconds === undefined ? {} : { expireAfterSeconds: readSeconds(seconds, key) }),
  };
}

function readSeconds(value: BsonValue, key: BsonDocument): number {
  const seconds = wholeNumber(value);
  if (seconds === undefined || seconds < 0 || seconds > MOST_SECONDS)
    throw new MongoServerFault(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, 0 to ${MOST_SECONDS}`,
    );
  if (key.size > 1 || key.has('_id'))
    throw new MongoServerFault(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes, compound indexes and _id do not support TTL',
    );
  return seconds;
}

/** Manual: `listIndexes`. */
export const listIndexes: CommandHandler = (command, context) => {
  const collection = command.collection(context);
  if (collection === undefined)
    throw new MongoServerFault('NamespaceNotFound', `ns does not exist: ${command.namespace}`);
  const all = [document({ v: 2, key: { _id: 1 }, name: '_id_' }), ...collection.indexSpecifications().map(describe)];
  return document({ cursor: firstBatch(command, context, command.namespace, all) });
};

const describe = ({
  key,
  name,
  unique,
  sparse,
  partialFilterExpression,
  expireAfterSeconds,
}: IndexSpecification): BsonDocument =>
  document({
    v: 2,
    key,
    name,
    ...(unique ? { unique } : {}),
    ...(sparse ? { sparse } : {}),
    partialFilterExpression,
    expireAfterSeconds,
  });

/** Manual: `dropIndexes`: by name, by key, several names, or `*` for all but that on `_id`. */
export const dropIndexes: CommandHandler = (command, context) => {
  const collection = command.collection(context);
  if (collection === undefined) throw new MongoServerFault('NamespaceNotFound', `ns not found ${command.namespace}`);
  const before = collection.indexSpecifications().length + 1;
  const names = namesToDrop(command.required('index', command.get('index')), collection);
  for (const name of names) collection.dropIndex(name);
  return document({ nIndexesWas: before });
};

function namesToDrop(target: BsonValue, collection: Collection): readonly string[] {
  const all = collection.indexSpecifications();
  if (target === '*') return all.map(({ name }) => name);
  if (isArray(target)) return target.flatMap((item) => namesToDrop(item, collection));
  if (target === '_id_' || (isDocument(target) && identical(target, document({ _id: 1 }))))
    throw new MongoServerFault('InvalidOptions', 'cannot drop _id index');
  const found = all.filter(({ name, key }) => name === target || (isDocument(target) && identical(key, target)));
  const [only] = found;
  if (only === undefined)
    throw new MongoServerFault(
      'IndexNotFound',
      typeof target === 'string' ? `index not found with name [${target}]` : "can't find index with that key",
    );
  if (found.length > 1) throw notSupported('dropping an index by a key that several have');
  return [only.name];
}
