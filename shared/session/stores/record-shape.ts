import type { Document } from 'mongodb';
import { ownProperty } from '../own-property';
import { parseJson } from '../parse-json';
import { readOctetStrings } from './der';

/** What the `session` field of a record looks like, by shape alone. */
export type RecordShape =
  | 'json'
  | 'subdocument'
  | 'binary'
  | 'kruptein 3.0 to 3.3'
  | 'kruptein 3.4'
  | 'connect-mongo 3 encryption'
  | 'base64 (perhaps WebCrypto)'
  | 'unknown';

/** Names the format of a stored session; used for messages, and to refuse encrypted formats that are not supported. */
export function recordShape(stored: unknown): RecordShape {
  if (isBinary(stored)) return 'binary';
  if (isSubdocument(stored)) return 'subdocument';
  if (typeof stored !== 'string') return 'unknown';
  const parsed = parseTwice(stored);
  if (parsed !== undefined)
    return ['hmac', 'ct', 'iv'].every((key) => typeof ownProperty(parsed, key) === 'string')
      ? 'connect-mongo 3 encryption'
      : 'json';
  return encryptedFormat(stored);
}

function encryptedFormat(stored: string): RecordShape {
  const hex = /^(?:[0-9a-f]{2})+$/i.test(stored);
  const fields = readOctetStrings(Buffer.from(stored, hex ? 'hex' : 'base64'));
  // Up to 3.3 the HMAC (the second field) is kept as text, since 3.4 as bytes.
  const hmac = fields?.length === 6 ? fields[1]?.toString('latin1') : undefined;
  if (hmac !== undefined) return /^[\w+/]*={0,2}$/.test(hmac) ? 'kruptein 3.0 to 3.3' : 'kruptein 3.4';
  // 12 bytes IV, 16 bytes tag and at least `{}`.
  return /^[\w+/-]{40,}={0,2}$/.test(stored) ? 'base64 (perhaps WebCrypto)' : 'unknown';
}

/** connect-mongo 3 stringifies its encrypted object twice. */
function parseTwice(text: string): unknown {
  const once = parseJson(text);
  return typeof once === 'string' ? (parseJson(once) ?? once) : once;
}

/** By what BSON says of itself: a stored document's fields are own properties, so it cannot pretend. */
function bsonType(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, '_bsontype')) return undefined;
  return Reflect.get(value, '_bsontype');
}

const isBinary = (value: unknown): boolean => bsonType(value) === 'Binary' || value instanceof Uint8Array;

const isSubdocument = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  bsonType(value) === undefined;

/** Where other stores keep what is under `session` here; to be part of a projection, so that a message can name it. */
export const OTHER_FIELDS = { data: 1, sess: 1, cookie: 1 } as const;

const OWN_AUTHENTICATOR = 'no store.format reads it: write an authenticator of your own (shared/README.md)';

/** The end of a message: what a record looks like, in the words of the configuration, and which of it would fit. */
export function describeRecord(record: Document): string {
  const stored = ownProperty(record, 'session');
  if (stored !== undefined) return describeStored(stored);
  if (ownProperty(record, 'cookie') !== undefined)
    return `it has no field session and looks like a session itself, with its cookie at the top; ${OWN_AUTHENTICATOR}`;
  const field = ['data', 'sess'].find((name) => ownProperty(record, name) !== undefined);
  return field === undefined
    ? `it has no field session, so no session store of Express that is known here wrote it; ${OWN_AUTHENTICATOR}`
    : `it keeps its session under ${field} instead of session, as other stores do; ${OWN_AUTHENTICATOR}`;
}

/** The same for what is under `session`. */
export function describeStored(stored: unknown): string {
  switch (recordShape(stored)) {
    case 'json':
      return "it looks like connect-mongo with stringify: true; store: { format: 'connect-mongo' } would fit";
    case 'subdocument':
      return "it looks like connect-mongo with stringify: false, or connect-mongodb-session; store: { format: 'connect-mongo', stringify: false } or { format: 'connect-mongodb-session' } would fit";
    case 'binary':
      return 'it looks like binary data, which neither store writes by default; connect-mongo with your own unserialize would fit';
    case 'kruptein 3.0 to 3.3':
      return "it looks like connect-mongo's crypto option (kruptein 3.0 to 3.3); encryption: { scheme: 'kruptein', ... } would fit";
    case 'kruptein 3.4':
      return 'it looks like kruptein 3.4, whose records connect-mongo 4 and 5 cannot read themselves; not supported';
    case 'connect-mongo 3 encryption':
      return 'it looks like the encryption of connect-mongo 3; not supported';
    case 'base64 (perhaps WebCrypto)':
      return "it looks encrypted, perhaps by createWebCryptoAdapter; encryption: { scheme: 'webcrypto', ... } would fit";
    default:
      return typeof stored === 'string'
        ? 'it looks like text of no known format; connect-mongo with your own unserialize would fit if the monolith has a serialize'
        : `it looks like no known format: session is ${kindOf(stored)}`;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a value of BSON' : `a ${typeof value}`;
}
