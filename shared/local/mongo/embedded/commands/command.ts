import { toDouble, wholeNumber } from '../bson/numbers';
import type { BsonDocument, BsonValue } from '../bson/values';
import { isArray, isDocument, isNullish, isNumeric, typeName } from '../bson/values';
import type { Cursors } from '../cursors';
import { MongoServerFault, notSupported } from '../errors';
import type { Collection } from '../storage/collection';
import type { Databases } from '../storage/databases';

/** What commands work on. */
export interface CommandContext {
  readonly databases: Databases;
  readonly cursors: Cursors;
  readonly connectionId: number;
  /** The instant of the command: `$$NOW` and `$currentDate`. */
  readonly now: Date;
}

/** Runs one command; `ok: 1` is added by the caller. @throws MongoServerFault for a reply with `ok: 0` */
export type CommandHandler = (command: Fields, context: CommandContext) => BsonDocument;

/** Reads the fields of a command, or of one statement in it, with MongoDB's errors for wrong types. */
export class Fields {
  constructor(
    private readonly source: BsonDocument,
    readonly name: string,
    readonly database: string,
  ) {}

  get(field: string): BsonValue | undefined {
    return this.source.get(field);
  }

  /** All fields as they came. */
  get whole(): BsonDocument {
    return this.source;
  }

  document(field: string): BsonDocument | undefined {
    return this.read(field, 'object', (value) => (isDocument(value) ? value : undefined));
  }

  array(field: string): readonly BsonValue[] | undefined {
    return this.read(field, 'array', (value) => (isArray(value) ? value : undefined));
  }

  string(field: string): string | undefined {
    return this.read(field, 'string', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** Numbers count as booleans, as MongoDB's "safe bool" does. */
  flag(field: string, { fallback = false } = {}): boolean {
    const read = (value: BsonValue) =>
      isNumeric(value) ? toDouble(value) !== 0 : typeof value === 'boolean' ? value : undefined;
    return this.read(field, 'bool', read) ?? fallback;
  }

  count(field: string): number | undefined {
    const value = this.read(field, 'long', (found) => wholeNumber(found));
    if (value !== undefined && value < 0)
      throw new MongoServerFault(51_024, `BSON field '${field}' value must be >= 0, actual value '${value}'`);
    return value;
  }

  /** @throws MongoServerFault 40414 when it is missing */
  required<T>(field: string, value: T | undefined): T {
    if (value === undefined)
      throw new MongoServerFault(40_414, `BSON field '${this.name}.${field}' is missing but a required field`);
    return value;
  }

  /** The statements of a write, each a document. */
  statements(field: string): readonly Fields[] {
    const items = this.required(field, this.array(field));
    if (items.length === 0 || items.length > 100_000)
      throw new MongoServerFault(
        'InvalidLength',
        `Write batch sizes must be between 1 and 100000. Got ${items.length} operations.`,
      );
    return items.map((item) => {
      if (!isDocument(item))
        throw new MongoServerFault('TypeMismatch', `BSON field '${this.name}.${field}' must hold objects`);
      return new Fields(item, `${this.name}.${field}`, this.database);
    });
  }

  /** @throws MongoServerFault 40415 for a field that is not listed */
  only(allowed: ReadonlySet<string>): void {
    for (const field of this.source.keys())
      if (!allowed.has(field))
        throw new MongoServerFault(40_415, `BSON field '${this.name}.${field}' is an unknown field.`);
  }

  /** Refuses options that would change the result; absent, false, null and empty ones would not. */
  refuse(...fields: readonly string[]): void {
    for (const field of fields) {
      const value = this.source.get(field);
      const idle =
        isNullish(value) ||
        value === false ||
        (isArray(value) && value.length === 0) ||
        (isDocument(value) && value.size === 0);
      const simple = field === 'collation' && isDocument(value) && value.get('locale') === 'simple';
      if (!idle && !simple) throw notSupported(`${this.name} with ${field}`);
    }
  }

  /** The name in the command's first field. */
  collectionName(): string {
    const value = this.source.get(this.name);
    if (typeof value !== 'string')
      throw new MongoServerFault(
        'InvalidNamespace',
        `collection name has invalid type ${value === undefined ? 'missing' : typeName(value)}`,
      );
    return value;
  }

  /** The collection in the command's first field, if it exists. */
  collection({ databases }: CommandContext): Collection | undefined {
    return databases.find(this.database, this.collectionName());
  }

  get namespace(): string {
    return `${this.database}.${this.collectionName()}`;
  }

  private read<T>(field: string, expected: string, narrow: (value: BsonValue) => T | undefined): T | undefined {
    const value = this.source.get(field);
    if (isNullish(value)) return undefined;
    const narrowed = narrow(value);
    if (narrowed === undefined)
      throw new MongoServerFault(
        'TypeMismatch',
        `BSON field '${this.name}.${field}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
      );
    return narrowed;
  }
}
