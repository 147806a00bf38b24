import type { AnyBulkWriteOperation, Db, Document } from 'mongodb';
import { LEDGER_SCHEMA } from './collections';

/** A document of this process's own: its totals so far. Writing it twice does no harm, so a lost reply is no lost or double count. */
export interface OwnDocument {
  readonly collection: string;
  readonly _id: string;
  readonly fields: Document;
  /** Only kept when higher than what is stored. */
  readonly atLeast?: Document;
  /** Only when the document is new. */
  readonly once?: Document;
  /** Added to what lists hold. */
  readonly union?: Readonly<Record<string, readonly unknown[]>>;
}

const BATCH = 500;

export async function writeDocuments(db: Db, documents: readonly OwnDocument[]): Promise<void> {
  const operations = new Map<string, AnyBulkWriteOperation<{ _id: string }>[]>();
  for (const { collection, _id, fields, atLeast, once, union = {} } of documents) {
    const added = Object.entries(union).filter(([, values]) => values.length > 0);
    const list = operations.get(collection) ?? [];
    operations.set(collection, list);
    list.push({
      updateOne: {
        filter: { _id },
        update: {
          ...(Object.keys(fields).length > 0 && { $set: fields }),
          $max: { ...atLeast, schema: LEDGER_SCHEMA },
          ...(once !== undefined && { $setOnInsert: once }),
          ...(added.length > 0 && {
            $addToSet: Object.fromEntries(added.map(([name, values]) => [name, { $each: values }])),
          }),
        },
        upsert: true,
      },
    });
  }
  for (const [collection, list] of operations)
    for (let start = 0; start < list.length; start += BATCH)
      await db.collection<{ _id: string }>(collection).bulkWrite(list.slice(start, start + BATCH), { ordered: false });
}
