import { scopesAt } from '../aggregation/scope';
import type { BsonDocument } from '../bson/values';
import { document } from '../bson/values';
import { MongoServerFault } from '../errors';
import { compileMatcher } from '../query/matcher';
import { compileProjection } from '../query/projection';
import { compileSort } from '../query/sort';
import type { CommandContext, CommandHandler, Fields } from './command';
import { checkHint } from './hint';

/** The documents that match a filter, in natural order. */
export function matching(command: Fields, context: CommandContext, filter: BsonDocument): readonly BsonDocument[] {
  const matches = compileMatcher(filter, scopesAt(context.now));
  const collection = command.collection(context);
  return collection === undefined ? [] : collection.candidates(filter).filter(matches);
}

/** Manual: `find`. */
export const find: CommandHandler = (command, context) => {
  command.refuse('collation', 'let', 'returnKey', 'showRecordId', 'tailable', 'awaitData', 'oplogReplay', 'min', 'max');
  checkHint(command, command.collection(context));
  const sort = compileSort(command.document('sort') ?? new Map());
  const projection = command.document('projection') ?? new Map();
  const project =
    projection.size === 0
      ? undefined
      : compileProjection(projection, { scopes: scopesAt(context.now), dialect: 'find' });
  const skip = command.count('skip') ?? 0;
  const limit = command.count('limit') ?? 0;
  const batchSize = command.count('batchSize');

  const sorted = sort(matching(command, context, command.document('filter') ?? new Map()));
  const page = sorted.slice(skip, limit === 0 ? undefined : skip + limit);
  const result = project === undefined ? page : page.map(project);
  const batch = context.cursors.start(command.namespace, result, {
    ...(batchSize === undefined ? {} : { batchSize }),
    single: command.flag('singleBatch'),
  });
  return document({ cursor: { firstBatch: batch.documents, id: batch.id, ns: command.namespace } });
};

/** Manual: `getMore`. */
export const getMore: CommandHandler = (command, { cursors }) => {
  const id = command.get('getMore');
  if (typeof id !== 'bigint') throw new MongoServerFault('TypeMismatch', "BSON field 'getMore.getMore' must be a long");
  const namespace = `${command.database}.${command.required('collection', command.string('collection'))}`;
  const batch = cursors.next(id, namespace, command.count('batchSize'));
  return document({ cursor: { nextBatch: batch.documents, id: batch.id, ns: namespace } });
};

/** Manual: `killCursors`. */
export const killCursors: CommandHandler = (command, { cursors }) => {
  const ids = command.required('cursors', command.array('cursors')).filter((id) => typeof id === 'bigint');
  const killed = ids.filter((id) => cursors.kill(id));
  const missing = ids.filter((id) => !killed.includes(id));
  return document({ cursorsKilled: killed, cursorsNotFound: missing, cursorsAlive: [], cursorsUnknown: [] });
};
