import { ownProperty } from '../own-property';
import { parseJson } from '../parse-json';
import { readOctetStrings } from './der';

/** What the `session` field of a record looks like, by shape alone. */
export type RecordFormat =
  | 'json'
  | 'subdocument'
  | 'kruptein 3.0 to 3.3'
  | 'kruptein 3.4'
  | 'connect-mongo 3 encryption'
  | 'base64 (perhaps WebCrypto)'
  | 'unknown';

/** Names the format of a stored session; used for messages, and to refuse encrypted formats that are not supported. */
export function recordFormat(stored: unknown): RecordFormat {
  if (typeof stored === 'object' && stored !== null && !Array.isArray(stored)) return 'subdocument';
  if (typeof stored !== 'string') return 'unknown';
  const parsed = parseTwice(stored);
  if (parsed !== undefined)
    return ['hmac', 'ct', 'iv'].every((key) => typeof ownProperty(parsed, key) === 'string')
      ? 'connect-mongo 3 encryption'
      : 'json';
  return encryptedFormat(stored);
}

function encryptedFormat(stored: string): RecordFormat {
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

/** The end of a message: what a record looks like, in the words of the configuration. */
export function describeRecord(stored: unknown): string {
  switch (recordFormat(stored)) {
    case 'json':
      return 'it looks like connect-mongo with stringify: true';
    case 'subdocument':
      return 'it looks like connect-mongo with stringify: false, or connect-mongodb-session';
    case 'kruptein 3.0 to 3.3':
      return "it looks like connect-mongo's crypto option (kruptein 3.0 to 3.3)";
    case 'kruptein 3.4':
      return 'it looks like kruptein 3.4, whose records connect-mongo 4 and 5 cannot read themselves; not supported';
    case 'connect-mongo 3 encryption':
      return 'it looks like the encryption of connect-mongo 3; not supported';
    case 'base64 (perhaps WebCrypto)':
      return 'it looks encrypted, perhaps by createWebCryptoAdapter';
    default:
      return 'it looks like no known format';
  }
}
