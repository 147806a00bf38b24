import { valueKey } from '../bson/compare';
import { wholeNumber } from '../bson/numbers';
import type { BsonDocument, BsonValue } from '../bson/values';
import { MongoServerFault, notSupported } from '../errors';
import { indexValues } from '../query/index-values';
import { compileMatcher, type Matcher } from '../query/matcher';
import { visitPath } from '../query/paths';
import { shellDocument } from '../bson/shell-text';

/** What `createIndexes` was given, as `listIndexes` returns it. */
export interface IndexSpecification {
  readonly name: string;
  readonly key: BsonDocument;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilterExpression?: BsonDocument;
  readonly expireAfterSeconds?: number;
}

/** Error 11000 with what applications read from it. */
export class DuplicateKeyFault extends MongoServerFault {
  constructor(
    namespace: string,
    index: string,
    readonly keyPattern: BsonDocument,
    readonly keyValue: BsonDocument,
  ) {
    super(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: ${shellDocument(keyValue)}`,
    );
  }
}

interface Entry {
  readonly key: string;
  readonly values: readonly (BsonValue | undefined)[];
}

/** One index: a Map from key to the `_id` keys of the documents that hold it (manual: "Indexes", unique, sparse, partial). */
export class DocumentIndex {
  private readonly entries = new Map<string, Set<string>>();
  private readonly paths: readonly (readonly string[])[];
  private readonly partial: Matcher | undefined;

  constructor(
    readonly specification: IndexSpecification,
    private readonly namespace: string,
  ) {
    this.paths = Array.from(specification.key.keys(), (name) => name.split('.'));
    const { partialFilterExpression } = specification;
    this.partial = partialFilterExpression === undefined ? undefined : compileMatcher(partialFilterExpression);
  }

  /** @throws DuplicateKeyFault if another document than `id` holds one of the document's keys in a unique index */
  check(document: BsonDocument, id: string): void {
    const entries = this.entriesOf(document);
    if (!this.specification.unique) return;
    for (const { key, values } of entries) {
      const holders = this.entries.get(key);
      if (holders !== undefined && [...holders].some((holder) => holder !== id)) throw this.duplicate(values);
    }
  }

  add(document: BsonDocument, id: string): void {
    for (const { key } of this.entriesOf(document)) {
      const holders = this.entries.get(key);
      if (holders === undefined) this.entries.set(key, new Set([id]));
      else holders.add(id);
    }
  }

  remove(document: BsonDocument, id: string): void {
    for (const { key } of this.entriesOf(document)) {
      const holders = this.entries.get(key);
      holders?.delete(id);
      if (holders?.size === 0) this.entries.delete(key);
    }
  }

  /** The `_id` keys of all documents with this value, if the index is over one field and holds every document that has it. */
  lookUp(field: string, value: BsonValue): ReadonlySet<string> | undefined {
    if (this.partial !== undefined || this.paths.length !== 1 || !this.specification.key.has(field)) return undefined;
    return this.entries.get(valueKey(value)) ?? new Set();
  }

  private duplicate(values: readonly (BsonValue | undefined)[]): DuplicateKeyFault {
    const names = [...this.specification.key.keys()];
    const keyValue = new Map(names.map((name, i) => [name, values[i] ?? null]));
    return new DuplicateKeyFault(this.namespace, this.specification.name, this.specification.key, keyValue);
  }

  private entriesOf(document: BsonDocument): readonly Entry[] {
    if (this.partial !== undefined && !this.partial(document)) return [];
    const perField = this.paths.map((path) => indexValues(document, path));
    if (perField.filter((values) => values.length > 1).length > 1)
      throw notSupported('an index over several fields that hold arrays in one document');
    if (this.specification.sparse && this.paths.every((path) => isMissing(document, path))) return [];
    const combinations = perField.reduce<readonly (readonly (BsonValue | undefined)[])[]>(
      (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
      [[]],
    );
    return combinations.map((values) => ({ key: values.map(valueKey).join('|'), values }));
  }
}

const isMissing = (document: BsonDocument, path: readonly string[]): boolean =>
  !visitPath(document, path, (value) => value !== undefined);

/** Refuses the kinds of index that change results and are not implemented. */
export function checkIndexKey(key: BsonDocument): void {
  if (key.size === 0) throw new MongoServerFault('CannotCreateIndex', 'Index keys cannot be empty.');
  for (const [field, direction] of key) {
    if (typeof direction === 'string') throw notSupported(`the index type ${direction}`);
    if (field.includes('$')) throw notSupported(`the index field ${field}`);
    const number = wholeNumber(direction);
    if (number === undefined || number === 0)
      throw new MongoServerFault(
        'CannotCreateIndex',
        `Values in the index key pattern must be whole numbers other than 0: ${field}`,
      );
  }
}
