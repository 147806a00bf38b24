import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, ObjectId, Timestamp } from 'bson';
import { checkObjectSize } from './size-limits';
import type { BsonDocument, BsonValue } from './values';
import { typeName, typeNumber } from './values';

/** Documents never change, and what is stored is read again and again: those that went into a batch keep their bytes. */
const encodings = new WeakMap<BsonDocument, Buffer>();

/** The same as {@link encodeDocument}, remembered for when the document is encoded again, by itself or inside another. */
export function rememberEncoding(document: BsonDocument): Buffer {
  const known = encodings.get(document);
  if (known !== undefined) return known;
  const bytes = encodeDocument(document);
  encodings.set(document, bytes);
  return bytes;
}

/** Bytes that a document takes in BSON. */
export function encodedSize(document: BsonDocument): number {
  const known = encodings.get(document);
  if (known !== undefined) return known.length;
  let size = 5;
  for (const [name, value] of document) size += 2 + Buffer.byteLength(name) + valueSize(value);
  return size;
}

function valueSize(value: BsonValue): number {
  if (value === null) return 0;
  if (typeof value === 'string') return 5 + Buffer.byteLength(value);
  if (typeof value === 'boolean') return 1;
  if (value instanceof Int32) return 4;
  if (value instanceof Map) return encodedSize(value);
  if (Array.isArray(value)) return arraySize(value);
  if (value instanceof ObjectId) return 12;
  if (value instanceof Decimal128) return 16;
  if (value instanceof Binary) return 5 + value.length();
  if (value instanceof BSONRegExp) return 2 + Buffer.byteLength(value.pattern) + Buffer.byteLength(value.options);
  if (value instanceof Code) return 5 + Buffer.byteLength(value.code);
  return isKeyBound(value) ? 0 : 8;
}

function arraySize(items: readonly BsonValue[]): number {
  let size = 5;
  items.forEach((item, index) => (size += 2 + String(index).length + valueSize(item)));
  return size;
}

const isKeyBound = (value: BsonValue): boolean => {
  const type = typeName(value);
  return type === 'minKey' || type === 'maxKey';
};

/** Encodes a document as BSON. @throws MongoServerFault 10334 when it is larger than any BSON object may be */
export function encodeDocument(document: BsonDocument): Buffer {
  const size = encodedSize(document);
  checkObjectSize(size);
  const encoder = new Encoder(Buffer.allocUnsafe(size));
  encoder.document(document);
  return encoder.bytes;
}

class Encoder {
  private offset = 0;

  constructor(readonly bytes: Buffer) {}

  document(fields: Iterable<readonly [string, BsonValue]>): void {
    const start = this.offset;
    this.offset += 4;
    for (const [name, value] of fields) {
      const type = typeNumber(typeName(value));
      this.bytes[this.offset++] = type & 0xff;
      this.cString(name);
      this.value(value);
    }
    this.bytes[this.offset++] = 0;
    this.bytes.writeInt32LE(this.offset - start, start);
  }

  private value(value: BsonValue): void {
    const { bytes } = this;
    if (value === null || isKeyBound(value)) return;
    if (typeof value === 'string') this.string(value);
    else if (typeof value === 'boolean') bytes[this.offset++] = value ? 1 : 0;
    else if (value instanceof Int32) this.offset = bytes.writeInt32LE(value.value, this.offset);
    else if (value instanceof Double) this.offset = bytes.writeDoubleLE(value.value, this.offset);
    else if (typeof value === 'bigint') this.offset = bytes.writeBigInt64LE(value, this.offset);
    else if (value instanceof Map) {
      const known = encodings.get(value);
      if (known === undefined) this.document(value);
      else this.raw(known);
    } else if (Array.isArray(value)) this.document(value.map((item, index) => [String(index), item] as const));
    else if (value instanceof Date) this.offset = bytes.writeBigInt64LE(BigInt(value.getTime()), this.offset);
    else if (value instanceof ObjectId) this.raw(value.id);
    else if (value instanceof Decimal128) this.raw(value.bytes);
    else if (value instanceof Binary) {
      this.offset = bytes.writeInt32LE(value.length(), this.offset);
      bytes[this.offset++] = value.sub_type;
      this.raw(value.value());
    } else if (value instanceof BSONRegExp) {
      this.cString(value.pattern);
      this.cString(value.options);
    } else if (value instanceof Timestamp) {
      this.offset = bytes.writeUInt32LE(value.i, this.offset);
      this.offset = bytes.writeUInt32LE(value.t, this.offset);
    } else if (value instanceof Code) this.string(value.code);
  }

  private raw(source: Uint8Array): void {
    this.bytes.set(source, this.offset);
    this.offset += source.length;
  }

  private cString(text: string): void {
    this.offset += this.bytes.write(text, this.offset);
    this.bytes[this.offset++] = 0;
  }

  private string(text: string): void {
    const at = this.offset;
    this.offset += 4;
    this.cString(text);
    this.bytes.writeInt32LE(this.offset - at - 4, at);
  }
}
