import { MongoServerFault, notSupported } from '../errors';
import { Collection } from './collection';

/** All databases of one server, in memory. A collection comes into being with its first document or index, as in MongoDB. */
export class Databases {
  private readonly databases = new Map<string, Map<string, Collection>>();

  /** The collection, if there is one. @throws MongoServerFault 73 for an invalid name */
  find(database: string, name: string): Collection | undefined {
    checkNames(database, name);
    return this.databases.get(database)?.get(name);
  }

  /** The collection, created if need be. */
  ensure(database: string, name: string): Collection {
    const existing = this.find(database, name);
    if (existing !== undefined) return existing;
    const created = new Collection(`${database}.${name}`);
    const collections = this.databases.get(database) ?? new Map<string, Collection>();
    collections.set(name, created);
    this.databases.set(database, collections);
    return created;
  }

  /** @returns whether there was one */
  drop(database: string, name: string): boolean {
    const collections = this.databases.get(database);
    const existed = collections?.delete(name) ?? false;
    if (collections?.size === 0) this.databases.delete(database);
    return existed;
  }

  dropDatabase(database: string): boolean {
    return this.databases.delete(database);
  }

  databaseNames(): readonly string[] {
    return [...this.databases.keys()].sort();
  }

  collections(database: string): readonly (readonly [string, Collection])[] {
    return [...(this.databases.get(database) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Every collection of every database. */
  *everything(): Generator<Collection> {
    for (const collections of this.databases.values()) yield* collections.values();
  }
}

/** Naming restrictions of the manual ("MongoDB Limits and Thresholds"). */
function checkNames(database: string, collection: string): void {
  if (database === '' || /[/\\. "$*<>:|?\0]/.test(database) || Buffer.byteLength(database) > 63)
    throw new MongoServerFault('InvalidNamespace', `Invalid database name: ${JSON.stringify(database)}`);
  const namespace = `${database}.${collection}`;
  const malformed = collection === '' || /[$\0]/.test(collection) || /^\.|\.\.|\.$/.test(collection);
  if (malformed || Buffer.byteLength(namespace) > 255)
    throw new MongoServerFault('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
  if (collection.startsWith('system.')) throw notSupported(`the system collection ${namespace}`);
}
