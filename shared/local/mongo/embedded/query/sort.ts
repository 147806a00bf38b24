import { compareValues } from '../bson/compare';
import { wholeNumber } from '../bson/numbers';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isDocument } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { indexValues } from './index-values';

interface SortField {
  readonly path: readonly string[];
  readonly direction: 1 | -1;
}

/**
 * Compiles a sort specification into a stable sort in BSON order (manual: "Comparison and Sort Order"). Of an array, an ascending
 * sort looks at the least and a descending one at the greatest element.
 *
 * @throws MongoServerFault for directions other than 1 and -1, and for `$meta`
 */
export function compileSort(
  specification: BsonDocument,
): (documents: readonly BsonDocument[]) => readonly BsonDocument[] {
  const fields = Array.from(specification, ([name, value]) => sortField(name, value));
  if (fields.length === 0) return (documents) => documents;
  return (documents) =>
    documents
      .map((document) => ({ document, keys: sortKeys(document, fields) }))
      .sort((a, b) => {
        for (const [i, { direction }] of fields.entries()) {
          const order = compareValues(a.keys[i], b.keys[i]);
          if (order !== 0) return order * direction;
        }
        return 0;
      })
      .map(({ document }) => document);
}

function sortField(name: string, value: BsonValue): SortField {
  if (isDocument(value)) throw notSupported(`a sort by an expression (${[...value.keys()].join(', ')})`);
  if (name === '$natural') throw notSupported('a sort by $natural');
  const direction = wholeNumber(value);
  if (direction !== 1 && direction !== -1)
    throw new MongoServerFault(15_975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  if (name === '' || name.startsWith('$'))
    throw new MongoServerFault('BadValue', `FieldPath ${JSON.stringify(name)} is not valid in a sort`);
  return { path: name.split('.'), direction };
}

function sortKeys(document: BsonDocument, fields: readonly SortField[]): readonly (BsonValue | undefined)[] {
  let arrays = 0;
  const keys = fields.map(({ path, direction }) => {
    const values = indexValues(document, path);
    if (values.length > 1) arrays += 1;
    return values.reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best));
  });
  // MongoDB refuses parallel arrays and pairs the fields of one array; neither is worth a wrong order here.
  if (arrays > 1) throw notSupported('a sort by several fields that hold arrays');
  return keys;
}
