import { valueKey } from '../../bson/compare';
import type { BsonDocument, BsonValue } from '../../bson/values';
import { isArray, isDocument } from '../../bson/values';
import { MongoServerFault, notSupported } from '../../errors';
import { visitPath, visitPathAndElements } from '../../query/paths';
import type { PipelineContext, Stage } from '../stage';
import { replaceAt } from './unwind';

/**
 * `$lookup` with a single equality (manual: "Equality Match with a Single Join Condition"): an array joins with each of its
 * elements, and where there is no value at all (a missing field, an empty array) null and missing fields join.
 */
export function compileLookup(operand: BsonValue, { documentsOf }: PipelineContext): Stage {
  if (!isDocument(operand)) throw new MongoServerFault('FailedToParse', 'the $lookup specification must be an object');
  const option = (name: string): string => {
    const value = operand.get(name);
    if (typeof value !== 'string' || value === '' || value.startsWith('$'))
      throw new MongoServerFault('FailedToParse', `$lookup argument '${name}' must be a non-empty string`);
    return value;
  };
  for (const name of operand.keys()) {
    if (name === 'let' || name === 'pipeline') throw notSupported(`$lookup with ${name}`);
    if (!['from', 'localField', 'foreignField', 'as'].includes(name))
      throw new MongoServerFault('FailedToParse', `unknown argument to $lookup: ${name}`);
  }
  if (isDocument(operand.get('from'))) throw notSupported('$lookup from another database');
  const [from, as] = [option('from'), option('as').split('.')];
  const [local, foreign] = [option('localField').split('.'), option('foreignField').split('.')];

  return (documents) => {
    const candidates = documentsOf(from);
    const index = indexBy(candidates, foreign);
    return documents.map((item) => {
      const found = new Set(localKeys(item, local).flatMap((key) => index.get(key) ?? []));
      const joined = [...found].sort((a, b) => a - b).flatMap((at) => candidates[at] ?? []);
      return replaceAt(item, as, joined);
    });
  };
}

function indexBy(candidates: readonly BsonDocument[], path: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [position, candidate] of candidates.entries()) {
    visitPathAndElements(candidate, path, (value) => {
      const key = valueKey(value ?? null);
      const positions = index.get(key);
      if (positions === undefined) index.set(key, [position]);
      else positions.push(position);
      return false;
    });
  }
  return index;
}

function localKeys(item: BsonDocument, path: readonly string[]): readonly string[] {
  const keys: string[] = [];
  visitPath(item, path, (value) => {
    if (isArray(value)) keys.push(...value.map(valueKey));
    else if (value !== undefined) keys.push(valueKey(value));
    return false;
  });
  return keys.length === 0 ? [valueKey(null)] : keys;
}
