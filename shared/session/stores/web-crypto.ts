import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { describeStored } from './record-shape';
import { SessionFormatError } from '../session-errors';

interface WebCryptoOptions {
  readonly secret: string;
  readonly encoding?: 'base64' | 'base64url' | 'hex' | undefined;
  readonly salt?: string | undefined;
  readonly iterations?: number | undefined;
  readonly ivLength?: number | undefined;
}

const derive = promisify(pbkdf2);
const TAG_LENGTH = 16;

/**
 * A decrypter for records of connect-mongo 6's `createWebCryptoAdapter` with AES-GCM: IV, ciphertext and tag behind one
 * another. The key (PBKDF2-SHA256, 310,000 iterations, one salt for all records) costs 90 to 140 ms, so it is derived
 * once and kept.
 * @returns a function that throws SessionFormatError when a record cannot be decrypted
 */
export function webCryptoDecrypter(options: WebCryptoOptions): (record: string) => Promise<string> {
  const { secret, encoding = 'base64', iterations = 310_000, ivLength = 12 } = options;
  const salt = options.salt ?? 'connect-mongo:webcrypto-default-salt';
  let key: Promise<Buffer> | undefined;

  return async (record) => {
    const bytes = Buffer.from(record, encoding);
    if (bytes.length < ivLength + TAG_LENGTH)
      throw new SessionFormatError(`Expected a record of createWebCryptoAdapter; ${describeStored(record)}`);
    key ??= derive(secret, salt, iterations, 32, 'sha256');
    try {
      const decipher = createDecipheriv('aes-256-gcm', await key, bytes.subarray(0, ivLength));
      decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
      return Buffer.concat([decipher.update(bytes.subarray(ivLength, -TAG_LENGTH)), decipher.final()]).toString();
    } catch {
      throw new SessionFormatError(
        `A record does not decrypt: another encryption secret or salt, or damage; ${describeStored(record)}`,
      );
    }
  };
}
