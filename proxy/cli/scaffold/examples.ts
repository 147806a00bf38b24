import type { Document } from 'mongodb';
import { withDatabase } from '../with-database';
import { singular } from './route-id';

const TIME_LIMIT_MS = 3_000;

/**
 * Looks for values of a path's parameters in the collections that the segments in front of them name: of `/api/notes/:noteId` the `_id` of a note, of
 * `/shops/:slug` the `slug` of a shop. Reads one document a parameter.
 *
 * @param uri undefined: nothing is looked up
 * @returns what was found; nothing when the database cannot be read, because a placeholder does as well
 */
export async function findExamples(
  path: string,
  params: readonly string[],
  uri: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (uri === undefined || params.length === 0) return new Map();
  try {
    return await withDatabase(uri, async (connect) => {
      const db = await connect();
      const collections = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
      const found = new Map<string, string>();
      for (const param of params) {
        const name = collectionOf(path, param, collections);
        const document = name && (await db.collection(name).findOne({}, { maxTimeMS: TIME_LIMIT_MS }));
        const value = document ? exampleIn(document, param) : undefined;
        if (value !== undefined) found.set(param, value);
      }
      return found;
    });
  } catch {
    return new Map();
  }
}

/** The collection that the segment in front of a parameter names, or the parameter itself: `noteId`. Pure. */
export function collectionOf(path: string, param: string, collections: readonly string[]): string | undefined {
  const segments = path.split('/');
  const segment = segments[segments.indexOf(`:${param}`) - 1] ?? '';
  const essence = (name: string): string => singular(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const names = [segment, param.replace(/_?id$/i, '')].map(essence).filter((name) => name !== '' && name !== ':');
  return collections.find((name) => names.includes(essence(name)));
}

/** What a path says of a document without being private. A `:token` or an `:email` of a real user would be committed with the suite. */
const IS_PLAIN = /(?:id|slug|number)$/i;

/** A field of the parameter's name, if that is an id, a slug or a number; for an id, `_id`. Pure. */
export function exampleIn(document: Document, param: string): string | undefined {
  if (!IS_PLAIN.test(param)) return undefined;
  const own: unknown = Object.hasOwn(document, param) ? document[param] : undefined;
  const value: unknown = own ?? (/id$/i.test(param) ? document['_id'] : undefined);
  const text = typeof value === 'string' || typeof value === 'number' || isObjectId(value) ? String(value) : '';
  return text === '' ? undefined : encodeURIComponent(text);
}

const isObjectId = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '_bsontype' in value && value._bsontype === 'ObjectId';
