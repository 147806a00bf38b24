import type { Collection } from 'mongodb';
import { ownProperty } from '../../../shared/session/own-property';
import type { SessionFormat } from '../../../shared/session/session-format';

const LIMIT = { maxTimeMS: 5_000 } as const;

/** What a second look without the expiry rule finds: the authorizer itself never asks this way. */
export interface RecordLook {
  readonly found: boolean;
  /** As stored; undefined when missing. */
  readonly expiry: unknown;
  /** Of the whole collection, roughly; only counted when nothing was found. */
  readonly documents: number | undefined;
}

/** Looks for a record whether or not it has expired. Reads its expiry only. */
export async function lookUpRecord(collection: Collection, format: SessionFormat, id: string): Promise<RecordLook> {
  const projection = { _id: 0, [format.expiryField]: 1 };
  const record = await collection.findOne(format.identify(id), { projection, ...LIMIT });
  if (record !== null) return { found: true, expiry: ownProperty(record, format.expiryField), documents: undefined };
  return { found: false, expiry: undefined, documents: await collection.estimatedDocumentCount(LIMIT) };
}
