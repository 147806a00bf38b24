import { randomInt } from 'node:crypto';
import { encodedSize } from './bson/encode';
import type { BsonDocument } from './bson/values';
import { MongoServerFault } from './errors';

/** MongoDB ends idle cursors after ten minutes. */
const IDLE_MILLISECONDS = 600_000;
const MOST_CURSORS = 10_000;
/** The first batch when the client names no size; every batch also ends at 16 MB. */
const FIRST_BATCH = 101;
const MOST_BATCH_BYTES = 16 * 1024 * 1024;

interface Cursor {
  readonly namespace: string;
  readonly documents: readonly BsonDocument[];
  position: number;
  usedAt: number;
}

interface Batch {
  /** 0 once everything has been sent. */
  readonly id: bigint;
  readonly documents: readonly BsonDocument[];
}

/** The open cursors of a server. A cursor holds the result as it was when the query ran. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>();

  /** The first batch; a size of 0 sends none and leaves the cursor open. */
  start(
    namespace: string,
    documents: readonly BsonDocument[],
    options: { readonly batchSize?: number; readonly single?: boolean },
  ): Batch {
    const cursor: Cursor = { namespace, documents, position: 0, usedAt: Date.now() };
    const batch = take(cursor, options.batchSize ?? FIRST_BATCH);
    if (options.single === true || (cursor.position >= documents.length && options.batchSize !== 0))
      return { id: 0n, documents: batch };
    return { id: this.keep(cursor), documents: batch };
  }

  /** @throws MongoServerFault 43 for a cursor that is unknown or of another collection */
  next(id: bigint, namespace: string, batchSize: number | undefined): Batch {
    const cursor = this.open.get(id);
    if (cursor?.namespace !== namespace) throw new MongoServerFault('CursorNotFound', `cursor id ${id} not found`);
    cursor.usedAt = Date.now();
    const documents = take(cursor, batchSize === undefined || batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize);
    if (cursor.position < cursor.documents.length) return { id, documents };
    this.open.delete(id);
    return { id: 0n, documents };
  }

  /** @returns whether it was open */
  kill(id: bigint): boolean {
    return this.open.delete(id);
  }

  private keep(cursor: Cursor): bigint {
    this.removeIdle();
    let id: bigint;
    do id = (BigInt(randomInt(2 ** 31)) << 32n) | BigInt(randomInt(1, 2 ** 32));
    while (this.open.has(id));
    this.open.set(id, cursor);
    return id;
  }

  private removeIdle(): void {
    const limit = Date.now() - IDLE_MILLISECONDS;
    for (const [id, { usedAt }] of this.open)
      if (usedAt < limit || this.open.size >= MOST_CURSORS) this.open.delete(id);
  }
}

function take(cursor: Cursor, count: number): readonly BsonDocument[] {
  const batch: BsonDocument[] = [];
  let bytes = 0;
  while (batch.length < count && cursor.position < cursor.documents.length) {
    const document = cursor.documents[cursor.position];
    if (document === undefined) break;
    bytes += encodedSize(document);
    if (bytes > MOST_BATCH_BYTES && batch.length > 0) break;
    batch.push(document);
    cursor.position += 1;
  }
  return batch;
}
