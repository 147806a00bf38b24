import type { BsonDocument, BsonValue } from '../../bson/values';
import { document, isArray, isDocument, isNullish } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import type { Stage } from '../stage';

/** `$unwind`: a value that is no array counts as an array of that one element (manual: `$unwind`). */
export function compileUnwind(operand: BsonValue): Stage {
  const options = isDocument(operand) ? operand : document({ path: operand });
  for (const name of options.keys())
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name))
      throw new MongoServerFault(28_811, `unrecognized option to $unwind stage: ${name}`);
  const text = options.get('path');
  if (typeof text !== 'string' || !text.startsWith('$') || text.length < 2)
    throw new MongoServerFault(28_818, "path option to $unwind stage should be prefixed with a '$'");
  const index = options.get('includeArrayIndex');
  if (index !== undefined && (typeof index !== 'string' || index === '' || index.startsWith('$')))
    throw new MongoServerFault(28_810, 'includeArrayIndex must be a non-empty string without a $ at the start');
  const preserve = options.get('preserveNullAndEmptyArrays') ?? false;
  if (typeof preserve !== 'boolean')
    throw new MongoServerFault(28_809, 'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage');
  const path = text.slice(1).split('.');
  const indexPath = index?.split('.');
  const withIndex = (item: BsonDocument, value: BsonValue): BsonDocument =>
    indexPath === undefined ? item : replaceAt(item, indexPath, value);

  return (documents) =>
    documents.flatMap((item) => {
      const value = documentPath(item, path);
      if (isArray(value) && value.length > 0)
        return value.map((element, i) => withIndex(replaceAt(item, path, element), BigInt(i)));
      if (!isArray(value) && !isNullish(value)) return [withIndex(item, null)];
      if (!preserve) return [];
      return [withIndex(isArray(value) ? replaceAt(item, path, undefined) : item, null)];
    });
}

/** The value of a path through documents alone. */
function documentPath(value: BsonValue | undefined, path: readonly string[]): BsonValue | undefined {
  return path.reduce<BsonValue | undefined>((at, name) => (isDocument(at) ? at.get(name) : undefined), value);
}

/** A copy with the value at the path set, or removed if it is undefined. */
export function replaceAt(
  item: BsonDocument,
  [name = '', ...rest]: readonly string[],
  value: BsonValue | undefined,
): BsonDocument {
  const copy = new Map(item);
  const current = item.get(name);
  if (rest.length > 0) copy.set(name, replaceAt(isDocument(current) ? current : new Map(), rest, value));
  else if (value === undefined) copy.delete(name);
  else copy.set(name, value);
  return copy;
}
