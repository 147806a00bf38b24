import { compilePipeline } from '../aggregation/pipeline';
import { scopesAt } from '../aggregation/scope';
import { compareValues, valueKey } from '../bson/compare';
import { encodedSize } from '../bson/encode';
import { MAX_DOCUMENT_BYTES } from '../bson/size-limits';
import type { BsonDocument, BsonValue } from '../bson/values';
import { document, isArray, isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { visitPath } from '../query/paths';
import { Fields, type CommandHandler } from './command';
import { matching } from './find';
import { checkHint } from './hint';

/** Manual: `aggregate`. */
export const aggregate: CommandHandler = (command, context) => {
  if (command.get('aggregate') !== undefined && typeof command.get('aggregate') !== 'string')
    throw notSupported('aggregate on a database');
  command.refuse('collation', 'let', 'explain');
  const collection = command.collection(context);
  checkHint(command, collection);
  const options = command.document('cursor');
  if (options === undefined)
    throw new MongoServerFault(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  const cursor = new Fields(options, 'aggregate.cursor', command.database);
  cursor.only(new Set(['batchSize']));
  const pipeline = command.required('pipeline', command.array('pipeline'));
  const run = compilePipeline(pipeline, {
    scopes: scopesAt(context.now),
    documentsOf: (name) => context.databases.find(command.database, name)?.all() ?? [],
  });
  // A first $match sees through an index what it would find by scanning.
  const [first] = pipeline;
  const filter = isDocument(first) ? first.get('$match') : undefined;
  const input = collection === undefined ? [] : isDocument(filter) ? collection.candidates(filter) : collection.all();
  const batchSize = cursor.count('batchSize');
  const batch = context.cursors.start(command.namespace, run(input), batchSize === undefined ? {} : { batchSize });
  return document({ cursor: { firstBatch: batch.documents, id: batch.id, ns: command.namespace } });
};

/** Manual: `count`. */
export const count: CommandHandler = (command, context) => {
  command.refuse('collation');
  checkHint(command, command.collection(context));
  const query = command.document('query') ?? new Map();
  const skip = command.count('skip') ?? 0;
  const limit = command.count('limit') ?? 0;
  const all = query.size === 0 ? (command.collection(context)?.size ?? 0) : matching(command, context, query).length;
  const rest = Math.max(0, all - skip);
  return document({ n: limit === 0 ? rest : Math.min(rest, limit) });
};

/** MongoDB keeps this much of a document's size back from `distinct`. */
const DISTINCT_RESERVE = 4096;

/** Manual: `distinct`. The elements of an array count, not the array. MongoDB collects the values in a set, which it returns in BSON order. */
export const distinct: CommandHandler = (command, context) => {
  command.refuse('collation');
  checkHint(command, command.collection(context));
  const key = command.required('key', command.string('key'));
  const values = new Map<string, BsonValue>();
  for (const item of matching(command, context, command.document('query') ?? new Map()))
    for (const value of distinctValues(item, key.split('.'))) {
      const text = valueKey(value);
      if (!values.has(text)) values.set(text, value);
    }
  const sorted = [...values.values()].sort(compareValues);
  const reply = document({ values: sorted });
  if (encodedSize(reply) >= MAX_DOCUMENT_BYTES - DISTINCT_RESERVE)
    throw new MongoServerFault(17_217, 'distinct too big, 16mb cap');
  return reply;
};

function distinctValues(item: BsonDocument, path: readonly string[]): readonly BsonValue[] {
  const values: BsonValue[] = [];
  visitPath(item, path, (value) => {
    if (isArray(value)) values.push(...value);
    else if (value !== undefined) values.push(value);
    return false;
  });
  return values;
}
