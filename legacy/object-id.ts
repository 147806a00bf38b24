import { ObjectId } from 'mongodb';

/**
 * The id in a path or header, or undefined if it cannot be one. `ObjectId.isValid` alone would also accept any text of 12 bytes.
 */
export function parseObjectId(text: string | undefined): ObjectId | undefined {
  if (text === undefined || !/^[0-9a-f]{24}$/i.test(text) || !ObjectId.isValid(text)) return undefined;
  return new ObjectId(text);
}
