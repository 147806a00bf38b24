import { Double, Int32, ObjectId } from 'bson';
import type { BsonDocument, BsonValue } from './values';
import { isArray, isDocument, typeName } from './values';

/** A value as MongoDB's messages show it; programs parse `dup key: { email: "a@b.c" }`. */
export function shellText(value: BsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Double) return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (isArray(value)) return `[ ${value.map(shellText).join(', ')} ]`;
  return isDocument(value) ? shellDocument(value) : `<${typeName(value)}>`;
}

export const shellDocument = (document: BsonDocument): string =>
  `{ ${Array.from(document, ([name, value]) => `${name}: ${shellText(value)}`).join(', ')} }`;
