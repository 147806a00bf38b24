import { BSONRegExp } from 'bson';
import { randomUUID } from 'node:crypto';
import { identical, valueKey } from '../bson/compare';
import { encodedSize } from '../bson/encode';
import { checkObjectSize, MAX_DOCUMENT_BYTES } from '../bson/size-limits';
import type { BsonDocument, BsonValue } from '../bson/values';
import { document as toDocument, isArray, isDocument, isNullish, typeName } from '../bson/values';
import { MongoServerFault } from '../errors';
import { hasOperators } from '../query/matcher';
import { DocumentIndex, DuplicateKeyFault, type IndexSpecification } from './document-index';

const ID_PATTERN = toDocument({ _id: 1 });

/** Documents by `_id` in the order of insertion, and the indexes over them. */
export class Collection {
  readonly uuid = randomUUID();
  private readonly documents = new Map<string, BsonDocument>();
  private readonly indexes = new Map<string, DocumentIndex>();

  constructor(readonly namespace: string) {}

  get size(): number {
    return this.documents.size;
  }

  all(): readonly BsonDocument[] {
    return [...this.documents.values()];
  }

  /**
   * Documents that may match the filter, in natural order: one by `_id`, those of an index entry, or all. The matcher still has to
   * be asked.
   */
  candidates(filter: BsonDocument): readonly BsonDocument[] {
    const id = equalityOf(filter.get('_id'));
    if (id !== undefined) {
      const found = this.documents.get(valueKey(id));
      return found === undefined ? [] : [found];
    }
    for (const [field, condition] of filter) {
      const value = equalityOf(condition);
      if (field.startsWith('$') || value === undefined) continue;
      for (const index of this.indexes.values()) {
        const ids = index.lookUp(field, value);
        if (ids?.size === 1 || ids?.size === 0) return [...ids].flatMap((key) => this.documents.get(key) ?? []);
      }
    }
    return this.all();
  }

  /** @throws DuplicateKeyFault, and MongoServerFault for an `_id` or a size that MongoDB does not store */
  insert(document: BsonDocument): void {
    const id = checkedId(document);
    if (this.documents.has(id)) throw new DuplicateKeyFault(this.namespace, '_id_', ID_PATTERN, idOnly(document));
    const size = encodedSize(document);
    if (size > MAX_DOCUMENT_BYTES)
      throw new MongoServerFault(
        'BadValue',
        `object to insert too large. size in bytes: ${size}, max size: ${MAX_DOCUMENT_BYTES}`,
      );
    for (const index of this.indexes.values()) index.check(document, id);
    for (const index of this.indexes.values()) index.add(document, id);
    this.documents.set(id, document);
  }

  /** Puts the new version in the place of the old one. @throws DuplicateKeyFault, and MongoServerFault if it has grown too large */
  replace(before: BsonDocument, after: BsonDocument): void {
    const id = valueKey(before.get('_id'));
    checkWrittenSize(after, 17_419, 'Resulting document after update');
    for (const index of this.indexes.values()) index.check(after, id);
    for (const index of this.indexes.values()) {
      index.remove(before, id);
      index.add(after, id);
    }
    this.documents.set(id, after);
  }

  remove(document: BsonDocument): void {
    const id = valueKey(document.get('_id'));
    for (const index of this.indexes.values()) index.remove(document, id);
    this.documents.delete(id);
  }

  /** All indexes but that on `_id`. */
  indexSpecifications(): readonly IndexSpecification[] {
    return Array.from(this.indexes.values(), ({ specification }) => specification);
  }

  /**
   * @returns whether the index is new
   * @throws MongoServerFault 85 or 86 if one exists that differs, DuplicateKeyFault if the documents violate it
   */
  createIndex(specification: IndexSpecification): boolean {
    for (const existing of this.indexSpecifications()) {
      const equivalent = identical(existing.key, specification.key) && sameFilter(existing, specification);
      const sameName = existing.name === specification.name;
      if (equivalent && sameName && sameOptions(existing, specification)) return false;
      if (equivalent)
        throw new MongoServerFault(
          'IndexOptionsConflict',
          sameName
            ? `An equivalent index already exists with the same name but different options: ${existing.name}`
            : `Index already exists with a different name: ${existing.name}`,
        );
      if (sameName)
        throw new MongoServerFault(
          'IndexKeySpecsConflict',
          `An existing index has the same name as the requested index: ${existing.name}`,
        );
    }
    const index = new DocumentIndex(specification, this.namespace);
    for (const [id, document] of this.documents) {
      index.check(document, id);
      index.add(document, id);
    }
    this.indexes.set(specification.name, index);
    return true;
  }

  dropIndex(name: string): boolean {
    return this.indexes.delete(name);
  }
}

const sameFilter = (a: IndexSpecification, b: IndexSpecification): boolean =>
  identical(a.partialFilterExpression, b.partialFilterExpression);

const sameOptions = (a: IndexSpecification, b: IndexSpecification): boolean =>
  a.unique === b.unique && a.sparse === b.sparse && a.expireAfterSeconds === b.expireAfterSeconds;

/** The value of a condition that is a plain equality an index can answer. */
function equalityOf(condition: BsonValue | undefined): BsonValue | undefined {
  const value = hasOperators(condition ?? null) && isDocument(condition) ? singleEq(condition) : condition;
  return isNullish(value) || isArray(value) || value instanceof BSONRegExp ? undefined : value;
}

const singleEq = (condition: BsonDocument): BsonValue | undefined =>
  condition.size === 1 ? condition.get('$eq') : undefined;

const idOnly = (document: BsonDocument): BsonDocument => new Map([['_id', document.get('_id') ?? null]]);

function checkedId(document: BsonDocument): string {
  const id = document.get('_id');
  const type = id === undefined ? 'missing' : typeName(id);
  if (id === undefined || type === 'array' || type === 'regex')
    throw new MongoServerFault('InvalidIdField', `The '_id' value cannot be of type ${type}`);
  if (isDocument(id))
    for (const name of id.keys())
      if (name.startsWith('$'))
        throw new MongoServerFault(
          'DollarPrefixedFieldName',
          `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
        );
  return valueKey(id);
}

/**
 * What an update makes is built as a BSON object first, so a size beyond any object's is reported as that (10334).
 *
 * @throws MongoServerFault `code` when it is no larger than an object may be, but larger than a stored document
 */
export function checkWrittenSize(document: BsonDocument, code: number, what: string): void {
  const size = encodedSize(document);
  checkObjectSize(size);
  if (size > MAX_DOCUMENT_BYTES) throw new MongoServerFault(code, `${what} is larger than ${MAX_DOCUMENT_BYTES}`);
}
