import { MongoServerFault } from '../errors';

/** The largest document that is stored; `hello` reports the same figure. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** The largest BSON object at all: MongoDB leaves 16 KB for what a command or a reply adds around a document of full size. */
export const MAX_OBJECT_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

/** @throws MongoServerFault 10334 for a size that MongoDB can neither read nor send */
export function checkObjectSize(size: number): void {
  if (size > MAX_OBJECT_BYTES)
    throw new MongoServerFault(
      'BSONObjectTooLarge',
      `BSONObj size: ${size} (0x${size.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MAX_OBJECT_BYTES}(16MB)`,
    );
}
