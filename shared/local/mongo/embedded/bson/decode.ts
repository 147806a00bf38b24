import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, MaxKey, MinKey, ObjectId, Timestamp, Long } from 'bson';
import { MongoServerFault, notSupported } from '../errors';
import { checkObjectSize } from './size-limits';
import type { BsonDocument, BsonValue, MutableDocument } from './values';

/** MongoDB refuses documents nested deeper than 100 to 180 levels; the lower figure of its documentation is for storage. */
const MAX_DEPTH = 180;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one BSON document that must fill `bytes` from `start` for exactly the length it states (https://bsonspec.org/spec.html).
 *
 * @returns the document and the offset behind it
 * @throws MongoServerFault on bytes that are not BSON (code 22 in MongoDB), on a size beyond MongoDB's (10334) and on types this
 *   server does not hold
 */
export function decodeDocument(bytes: Buffer, start = 0): { readonly document: BsonDocument; readonly end: number } {
  const decoder = new Decoder(bytes);
  if (start + 4 <= bytes.length) checkObjectSize(bytes.readInt32LE(start));
  return { document: decoder.document(start, bytes.length, 0), end: decoder.offset };
}

class Decoder {
  offset = 0;

  constructor(private readonly bytes: Buffer) {}

  document(start: number, limit: number, depth: number): BsonDocument {
    const result: MutableDocument = new Map();
    this.elements(start, limit, depth, (name, value) => {
      if (result.has(name)) throw notSupported(`a document with two fields of one name (${JSON.stringify(name)})`);
      result.set(name, value);
    });
    return result;
  }

  private array(start: number, limit: number, depth: number): readonly BsonValue[] {
    const result: BsonValue[] = [];
    this.elements(start, limit, depth, (_index, value) => result.push(value));
    return result;
  }

  private elements(start: number, limit: number, depth: number, add: (name: string, value: BsonValue) => void): void {
    if (depth > MAX_DEPTH) throw new MongoServerFault('Overflow', `document exceeds ${MAX_DEPTH} levels of nesting`);
    this.offset = start;
    const length = this.bytes.readInt32LE(this.take(4, limit));
    const end = start + length;
    if (length < 5 || end > limit || this.bytes[end - 1] !== 0) throw invalid(`document length ${length}`);
    while (this.offset < end - 1) {
      const type = this.bytes[this.take(1, end)];
      const name = this.cString(end - 1);
      add(name, this.value(type, end - 1, depth));
    }
    if (this.offset !== end - 1) throw invalid('document that ends in the middle of a field');
    this.offset = end;
  }

  private value(type: number | undefined, limit: number, depth: number): BsonValue {
    const { bytes } = this;
    switch (type) {
      case 0x01:
        return new Double(bytes.readDoubleLE(this.take(8, limit)));
      case 0x02:
        return this.string(limit);
      case 0x03:
        return this.document(this.offset, limit, depth + 1);
      case 0x04:
        return this.array(this.offset, limit, depth + 1);
      case 0x05:
        return this.binary(limit);
      case 0x07:
        return new ObjectId(this.copy(12, limit));
      case 0x08:
        return this.boolean(limit);
      case 0x09:
        return this.date(limit);
      case 0x0a:
        return null;
      case 0x0b:
        return this.regex(limit);
      case 0x0d:
        return new Code(this.string(limit));
      case 0x10:
        return new Int32(bytes.readInt32LE(this.take(4, limit)));
      case 0x11: {
        const at = this.take(8, limit);
        return new Timestamp(new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4), true));
      }
      case 0x12:
        return bytes.readBigInt64LE(this.take(8, limit));
      case 0x13:
        return new Decimal128(this.copy(16, limit));
      case 0xff:
        return new MinKey();
      case 0x7f:
        return new MaxKey();
      case 0x06:
      case 0x0c:
      case 0x0e:
      case 0x0f:
        throw notSupported(`the deprecated BSON type 0x0${type.toString(16)}`);
      default:
        throw invalid(`type 0x${(type ?? 0).toString(16)}`);
    }
  }

  /** Steps over `count` bytes and returns where they began. */
  private take(count: number, limit: number): number {
    const at = this.offset;
    if (count < 0 || at + count > limit) throw invalid('field that ends behind its document');
    this.offset = at + count;
    return at;
  }

  /** A copy, so that a stored value does not keep the whole message alive. */
  private copy(count: number, limit: number): Uint8Array {
    const at = this.take(count, limit);
    return Uint8Array.prototype.slice.call(this.bytes, at, at + count);
  }

  private cString(limit: number): string {
    const end = this.bytes.indexOf(0, this.offset);
    if (end === -1 || end >= limit + 1) throw invalid('unterminated name');
    const text = this.text(this.offset, end);
    this.offset = end + 1;
    return text;
  }

  private string(limit: number): string {
    const length = this.bytes.readInt32LE(this.take(4, limit));
    if (length < 1) throw invalid(`string length ${length}`);
    const at = this.take(length, limit);
    if (this.bytes[at + length - 1] !== 0) throw invalid('unterminated string');
    return this.text(at, at + length - 1);
  }

  private text(from: number, to: number): string {
    try {
      return utf8.decode(this.bytes.subarray(from, to));
    } catch {
      throw invalid('text that is not UTF-8');
    }
  }

  private boolean(limit: number): boolean {
    const byte = this.bytes[this.take(1, limit)];
    if (byte !== 0 && byte !== 1) throw invalid(`boolean ${byte ?? ''}`);
    return byte === 1;
  }

  private binary(limit: number): Binary {
    const length = this.bytes.readInt32LE(this.take(4, limit));
    const subtype = this.bytes[this.take(1, limit)] ?? 0;
    if (subtype === 2) throw notSupported('the deprecated binary subtype 2');
    return new Binary(this.copy(length, limit), subtype);
  }

  private regex(limit: number): BSONRegExp {
    const pattern = this.cString(limit);
    const options = this.cString(limit);
    if (/[^imxlsu]/.test(options)) throw invalid(`regular expression options ${JSON.stringify(options)}`);
    return new BSONRegExp(pattern, options);
  }

  private date(limit: number): Date {
    const date = new Date(Number(this.bytes.readBigInt64LE(this.take(8, limit))));
    if (Number.isNaN(date.getTime())) throw notSupported('a date beyond the years -271821 to 275760');
    return date;
  }
}

const invalid = (what: string) => new MongoServerFault(22, `InvalidBSON: ${what}`);
