import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { readOctetStrings } from './der';
import { describeStored, recordShape } from './record-shape';
import { SessionFormatError } from '../session-errors';

interface KrupteinOptions {
  readonly secret: string;
  readonly hashing: string;
  readonly encodeas: 'base64' | 'hex';
}

const derive = promisify(pbkdf2);
const KEY_LENGTH = 32;
/** 3.1.7 to 3.3.0 use this many and another HMAC; only computed to name them in the message. */
const LATER_ITERATIONS = 20_000;
const ITERATIONS = 15_000;

/**
 * Decrypts a record of kruptein 3.0.x, which connect-mongo 6 pins for its `crypto` option: DER of `ct, hmac, iv, salt,
 * at, aad`, AES-256-GCM, key by PBKDF2 with a salt per record (10 to 28 ms a read). `ct`, `hmac` and `aad` hold encoded
 * text; the HMAC covers the text of `ct`.
 * @throws SessionFormatError when the record is not of this format, is damaged, or another secret encrypted it
 */
export async function decryptKruptein(record: string, options: KrupteinOptions): Promise<string> {
  const { secret, hashing, encodeas } = options;
  const fields = readOctetStrings(Buffer.from(record, encodeas));
  if (fields?.length !== 6) throw new SessionFormatError(`Expected a kruptein 3.0 record; ${describeStored(record)}`);
  const [ct, hmac, iv, salt, tag, aad] = fields as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];

  const key = await derive(secret, salt, ITERATIONS, KEY_LENGTH, hashing);
  const expected = createHmac(hashing, key).update(ct.toString()).digest(encodeas);
  if (!sameText(hmac, expected)) throw new SessionFormatError(await explain(record, fields, options));
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    decipher.setAAD(Buffer.from(aad.toString(), encodeas));
    return Buffer.concat([decipher.update(ct.toString(), encodeas), decipher.final()]).toString();
  } catch {
    throw new SessionFormatError('A kruptein 3.0 record is damaged');
  }
}

/** Why the HMAC did not fit: a later kruptein, or a wrong secret. */
async function explain(record: string, fields: readonly Buffer[], options: KrupteinOptions): Promise<string> {
  const [ct, hmac, iv, salt] = fields as [Buffer, Buffer, Buffer, Buffer];
  if (recordShape(record) === 'kruptein 3.4') return `Expected a kruptein 3.0 record; ${describeStored(record)}`;
  const key = await derive(options.secret, salt, LATER_ITERATIONS, KEY_LENGTH, options.hashing);
  const later = createHmac(options.hashing, key)
    .update(ct.toString() + salt.toString() + iv.toString())
    .digest(options.encodeas);
  return sameText(hmac, later)
    ? 'Expected a kruptein 3.0 record; this one was written by kruptein 3.1.7 to 3.3.0; not supported'
    : 'A kruptein 3.0 record does not fit the encryption secret, or is damaged';
}

function sameText(given: Buffer, expected: string): boolean {
  const bytes = Buffer.from(expected);
  return given.length === bytes.length && timingSafeEqual(given, bytes);
}
