import { shellText } from '../bson/shell-text';
import { toDouble } from '../bson/numbers';
import type { BsonValue } from '../bson/values';
import { isDocument, isNumeric } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import type { Fields } from './command';

/**
 * Checks the options every command may carry. A session id, a comment and a time limit change nothing here; a transaction, a
 * majority of several members or a snapshot would, and a standalone server refuses them too.
 */
export function checkCommonOptions(command: Fields): void {
  for (const field of ['startTransaction', 'autocommit', 'txnNumber'])
    if (command.get(field) !== undefined)
      throw new MongoServerFault(
        'IllegalOperation',
        'Transaction numbers are only allowed on a replica set member or mongos',
      );
  if (command.flag('apiStrict')) throw notSupported('apiStrict');
  const api = command.string('apiVersion');
  if (api !== undefined && api !== '1')
    throw new MongoServerFault(322, `API version must be "1", got ${JSON.stringify(api)}`);
  checkReadConcern(command);
  checkWriteConcern(command);
}

/** A standalone server gives all of these the same answer. */
const READ_LEVELS: ReadonlySet<BsonValue> = new Set(['local', 'available', 'majority']);

function checkReadConcern(command: Fields): void {
  const concern = command.document('readConcern');
  const level = concern?.get('level') ?? 'local';
  if (!READ_LEVELS.has(level)) throw notSupported(`read concern ${shellText(level)}`);
  for (const field of concern?.keys() ?? []) if (field !== 'level') throw notSupported(`read concern with ${field}`);
}

function checkWriteConcern(command: Fields): void {
  const concern = command.get('writeConcern');
  const w = isDocument(concern) ? concern.get('w') : undefined;
  if (isNumeric(w) && toDouble(w) > 1)
    throw new MongoServerFault('BadValue', "cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === 'string' && w !== 'majority') throw notSupported(`the write concern ${JSON.stringify(w)}`);
}
