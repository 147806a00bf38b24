import { randomInt } from 'node:crypto';
import { rememberEncoding } from './bson/encode';
import { MAX_DOCUMENT_BYTES } from './bson/size-limits';
import type { BsonDocument } from './bson/values';
import { MongoServerFault } from './errors';

/** MongoDB ends idle cursors after ten minutes. */
const IDLE_MILLISECONDS = 600_000;
const MOST_CURSORS = 10_000;
/** The first batch when the client names no size. */
const FIRST_BATCH = 101;

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

  /**
   * The first batch; a size of 0 sends none and leaves the cursor open.
   *
   * @throws MongoServerFault 10334 when a document of the result is larger than MongoDB can send
   */
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

  /** @throws MongoServerFault 43 for a cursor that is unknown or of another collection, 10334 as {@link start}, which ends it */
  next(id: bigint, namespace: string, batchSize: number | undefined): Batch {
    const cursor = this.open.get(id);
    if (cursor?.namespace !== namespace) throw new MongoServerFault('CursorNotFound', `cursor id ${id} not found`);
    cursor.usedAt = Date.now();
    this.open.delete(id);
    const documents = take(cursor, batchSize === undefined || batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize);
    if (cursor.position >= cursor.documents.length) return { id: 0n, documents };
    this.open.set(id, cursor);
    return { id, documents };
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

/** As many as asked for, but none that would take the batch past 16 MB; the first always fits, so that a cursor makes progress. */
function take(cursor: Cursor, count: number): readonly BsonDocument[] {
  const batch: BsonDocument[] = [];
  let bytes = 0;
  while (batch.length < count && cursor.position < cursor.documents.length) {
    const document = cursor.documents[cursor.position];
    if (document === undefined) break;
    const size = rememberEncoding(document).length;
    if (bytes + size > MAX_DOCUMENT_BYTES && batch.length > 0) break;
    // In an array each has its type and its position as a name before it.
    bytes += size + 2 + String(batch.length).length;
    batch.push(document);
    cursor.position += 1;
  }
  return batch;
}
