/** Opcode and layout: MongoDB wire protocol, OP_MSG; BSON 1.1. */
const OP_MSG = 2013;
const HEADER = 16;
const STRING = 0x02;
const LONGEST_NAME = 120;

/** Name and collection of the command that a message begins with, such as `insert orders`; undefined for anything else. Pure. */
export function mongoCommand(message: Uint8Array): { readonly name: string; readonly collection: string } | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  // Header, flags, kind of the first section (0: one document), length of the document, type of its first element.
  const type = HEADER + 4 + 1 + 4;
  if (bytes.length < type + 8 || bytes.readInt32LE(12) !== OP_MSG || bytes[HEADER + 4] !== 0) return undefined;
  if (bytes.readInt32LE(0) < type || bytes[type] !== STRING) return undefined;
  const end = bytes.indexOf(0, type + 1);
  if (end < 0 || end - type > LONGEST_NAME || end + 5 > bytes.length) return undefined;
  const name = bytes.toString('latin1', type + 1, end);
  const length = bytes.readInt32LE(end + 1);
  if (!/^[A-Za-z]+$/.test(name) || length < 2 || length > LONGEST_NAME || end + 5 + length > bytes.length)
    return undefined;
  return { name, collection: bytes.toString('utf8', end + 5, end + 4 + length) };
}
