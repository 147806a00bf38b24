import { decodeDocument } from './bson/decode';
import type { BsonDocument, BsonValue, MutableDocument } from './bson/values';
import { crc32c } from './crc32c';
import { MongoServerFault } from './errors';

/** The largest message a server takes; `hello` reports the same figure. */
export const MAX_MESSAGE_BYTES = 48_000_000;
const HEADER = 16;

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_COMPRESSED = 2012;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits 0 to 15 are required: a server that does not know one must refuse the message. */
const REQUIRED_BITS = 0xffff;

/** A message that breaks the protocol. There is nothing to answer; the connection is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** One request of a driver. */
export interface Request {
  readonly requestId: number;
  /** OP_QUERY is what drivers greet a server with whose abilities they do not know yet. */
  readonly kind: 'message' | 'query';
  readonly command: BsonDocument | MongoServerFault;
  /** The client waits for no reply (write concern 0). */
  readonly noReply: boolean;
}

/** Cuts the byte stream of one connection into messages, however the packets fall. */
export class MessageReader {
  private chunks: Buffer[] = [];
  private size = 0;

  /** @throws ProtocolError as soon as a header states an impossible length */
  push(chunk: Buffer): readonly Buffer[] {
    this.chunks.push(chunk);
    this.size += chunk.length;
    const messages: Buffer[] = [];
    for (let length = this.nextLength(); length !== undefined && length <= this.size; length = this.nextLength()) {
      const bytes = this.joined();
      messages.push(bytes.subarray(0, length));
      this.chunks = [bytes.subarray(length)];
      this.size -= length;
    }
    return messages;
  }

  private nextLength(): number | undefined {
    if (this.size < HEADER) return undefined;
    const first = this.chunks[0];
    const length = (first !== undefined && first.length >= 4 ? first : this.joined()).readInt32LE(0);
    if (length < HEADER || length > MAX_MESSAGE_BYTES) throw new ProtocolError(`message length ${length}`);
    return length;
  }

  private joined(): Buffer {
    const bytes =
      this.chunks.length === 1 && this.chunks[0] !== undefined ? this.chunks[0] : Buffer.concat(this.chunks);
    this.chunks = [bytes];
    return bytes;
  }
}

/**
 * Reads one whole message (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/).
 *
 * @throws ProtocolError for other opcodes (OP_COMPRESSED is never offered to clients), unknown required flags and broken sections
 */
export function parseMessage(bytes: Buffer): Request {
  const requestId = bytes.readInt32LE(4);
  const opcode = bytes.readInt32LE(12);
  if (opcode === OP_MSG) return parseOpMsg(bytes, requestId);
  if (opcode === OP_QUERY) return parseOpQuery(bytes, requestId);
  throw new ProtocolError(opcode === OP_COMPRESSED ? 'OP_COMPRESSED was not negotiated' : `opcode ${opcode}`);
}

function parseOpMsg(bytes: Buffer, requestId: number): Request {
  if (bytes.length < HEADER + 5) throw new ProtocolError('OP_MSG without a section');
  const flags = bytes.readUInt32LE(HEADER);
  if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0)
    throw new ProtocolError(`OP_MSG flags ${flags}`);
  const end = (flags & CHECKSUM_PRESENT) === 0 ? bytes.length : withoutChecksum(bytes);
  return {
    requestId,
    kind: 'message',
    command: orFault(() => parseSections(bytes.subarray(0, end))),
    noReply: (flags & MORE_TO_COME) !== 0,
  };
}

function withoutChecksum(bytes: Buffer): number {
  const end = bytes.length - 4;
  if (end < HEADER + 5 || crc32c(bytes.subarray(0, end)) !== bytes.readUInt32LE(end))
    throw new ProtocolError('OP_MSG checksum');
  return end;
}

/** One body (kind 0) and any number of document sequences (kind 1), which stand for array fields of the body. */
function parseSections(bytes: Buffer): BsonDocument {
  let body: BsonDocument | undefined;
  const sequences = new Map<string, BsonValue>();
  let offset = HEADER + 4;
  while (offset < bytes.length) {
    const kind = bytes[offset++];
    if (kind === 0 && body === undefined) {
      ({ document: body, end: offset } = decodeDocument(bytes, offset));
    } else if (kind === 1) {
      const sequence = parseSequence(bytes, offset);
      if (sequences.has(sequence.name)) throw new ProtocolError(`two sequences named ${sequence.name}`);
      sequences.set(sequence.name, sequence.documents);
      offset = sequence.end;
    } else throw new ProtocolError(`OP_MSG section of kind ${kind ?? ''}`);
  }
  if (body === undefined) throw new ProtocolError('OP_MSG without a body');
  const command: MutableDocument = new Map(body);
  for (const [name, documents] of sequences) {
    if (command.has(name)) throw new ProtocolError(`${name} is both in the body and in a sequence`);
    command.set(name, documents);
  }
  return command;
}

function parseSequence(bytes: Buffer, start: number) {
  const size = start + 4 <= bytes.length ? bytes.readInt32LE(start) : -1;
  const end = start + size;
  const nameEnd = bytes.indexOf(0, start + 4);
  if (size < 5 || end > bytes.length || nameEnd === -1 || nameEnd >= end)
    throw new ProtocolError('OP_MSG sequence length');
  const section = bytes.subarray(0, end);
  const documents: BsonDocument[] = [];
  let offset = nameEnd + 1;
  while (offset < end) {
    const { document, end: next } = decodeDocument(section, offset);
    documents.push(document);
    offset = next;
  }
  return { name: bytes.toString('utf8', start + 4, nameEnd), documents, end };
}

function parseOpQuery(bytes: Buffer, requestId: number): Request {
  const nameEnd = bytes.indexOf(0, HEADER + 4);
  if (nameEnd === -1 || nameEnd + 9 > bytes.length) throw new ProtocolError('OP_QUERY without a query');
  const namespace = bytes.toString('utf8', HEADER + 4, nameEnd);
  if (!namespace.endsWith('.$cmd')) throw new ProtocolError(`OP_QUERY on ${namespace}`);
  const command = orFault(() => {
    const { document } = decodeDocument(bytes, nameEnd + 9);
    return new Map([...document, ['$db', namespace.slice(0, -'.$cmd'.length)]]);
  });
  return { requestId, kind: 'query', command, noReply: false };
}

/** BSON that cannot be read spoils one command; the message itself was delimited, so the connection can go on. */
function orFault(parse: () => BsonDocument): BsonDocument | MongoServerFault {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MongoServerFault) return error;
    throw error;
  }
}

/** Builds the reply to a request, as OP_MSG or, to an OP_QUERY, as OP_REPLY. */
export function buildReply({ requestId, kind }: Request, body: Buffer, ownId: number): Buffer {
  // OP_REPLY: flags (await capable), cursor id, starting from, number returned. OP_MSG: flags, section of kind 0.
  const prefix = Buffer.alloc(kind === 'query' ? 20 : 5);
  if (kind === 'query') {
    prefix.writeInt32LE(8, 0);
    prefix.writeInt32LE(1, 16);
  }
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + prefix.length + body.length, 0);
  header.writeInt32LE(ownId, 4);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(kind === 'query' ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, prefix, body]);
}
