import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { decryptKruptein } from '../../../../../shared/session/stores/kruptein';
import { recordShape } from '../../../../../shared/session/stores/record-shape';
import { webCryptoDecrypter } from '../../../../../shared/session/stores/web-crypto';
import { SessionFormatError } from '../../../../../shared/session/session-errors';

const SECRET = 'encryption secret';
const FIELDS = ['ct', 'hmac', 'iv', 'salt', 'at', 'aad'] as const;
type Fields = Record<(typeof FIELDS)[number], Buffer>;

const options = { secret: SECRET, hashing: 'sha512', encodeas: 'base64' } as const;

/** A record by the table of formats: 3.0.x, or with the iterations and HMAC of 3.1.7 to 3.3.0. */
function encrypt(plaintext: string, { later = false, ivLength = 12 } = {}): Fields {
  const salt = randomBytes(128);
  const iv = randomBytes(ivLength);
  const key = pbkdf2Sync(SECRET, salt, later ? 20_000 : 15_000, 32, 'sha512');
  const aad = randomBytes(64).toString('base64');
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad, 'base64'));
  const ct = Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64');
  const hmac = createHmac('sha512', key).update(later ? ct + salt.toString() + iv.toString() : ct);
  return {
    ct: Buffer.from(ct),
    hmac: Buffer.from(hmac.digest('base64')),
    iv,
    salt,
    at: cipher.getAuthTag(),
    aad: Buffer.from(aad),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const bytes = (fields: Fields) => der(0x30, Buffer.concat(FIELDS.map((field) => der(0x04, fields[field]))));
const record = (fields: Fields) => bytes(fields).toString('base64');

describe('decryptKruptein', () => {
  const good = encrypt('"{}"');

  it('decrypts what was encrypted', async () => {
    expect(await decryptKruptein(record(good), options)).toBe('"{}"');
  });

  it.each(FIELDS)('refuses a record with a flipped bit in %s', async (field) => {
    for (const at of [0, good[field].length >> 1]) {
      const changed = Buffer.from(good[field]);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(decryptKruptein(record({ ...good, [field]: changed }), options)).rejects.toThrow(SessionFormatError);
    }
  });

  it.each(FIELDS)('refuses a record with an empty %s', async (field) => {
    const changed = { ...good, [field]: Buffer.alloc(0) };
    await expect(decryptKruptein(record(changed), options)).rejects.toThrow(SessionFormatError);
  });

  it('refuses a shorter authentication tag', async () => {
    const changed = { ...good, at: good.at.subarray(0, 4) };
    await expect(decryptKruptein(record(changed), options)).rejects.toThrow('damaged');
  });

  it.each([0, 1, 2, 10, 200, -1])('refuses DER cut off at %d', async (end) => {
    const cut = bytes(good).subarray(0, end).toString('base64');
    await expect(decryptKruptein(cut, options)).rejects.toThrow(SessionFormatError);
  });

  it('refuses a huge length', async () => {
    const huge = Buffer.concat([Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), bytes(good)]).toString('base64');
    await expect(decryptKruptein(huge, options)).rejects.toThrow(SessionFormatError);
  });

  it('refuses another secret, naming neither secret', async () => {
    const reading = decryptKruptein(record(good), { ...options, secret: 'another' });
    await expect(reading).rejects.toThrow('does not fit the encryption secret, or is damaged');
  });

  it('refuses kruptein 3.1.7 to 3.3.0 by name', async () => {
    const reading = decryptKruptein(record(encrypt('"{}"', { later: true })), options);
    await expect(reading).rejects.toThrow('written by kruptein 3.1.7 to 3.3.0; not supported');
  });

  it('refuses kruptein 3.4 by name', async () => {
    const { ct, hmac, ...others } = encrypt('"{}"', { ivLength: 16, later: true });
    const raw = (field: Buffer) => Buffer.from(field.toString(), 'base64');
    const later = record({ ...others, ct: raw(ct), hmac: raw(hmac) });
    expect(recordShape(later)).toBe('kruptein 3.4');
    await expect(decryptKruptein(later, options)).rejects.toThrow('kruptein 3.4');
  });
});

describe('webCryptoDecrypter', () => {
  const settings = { secret: SECRET, iterations: 1000 };
  const key = pbkdf2Sync(SECRET, 'connect-mongo:webcrypto-default-salt', 1000, 32, 'sha256');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const good = Buffer.concat([iv, cipher.update('{"a":1}'), cipher.final(), cipher.getAuthTag()]);

  it('decrypts what was encrypted, more than once', async () => {
    const decrypt = webCryptoDecrypter(settings);
    expect(await decrypt(good.toString('base64'))).toBe('{"a":1}');
    expect(await decrypt(good.toString('base64'))).toBe('{"a":1}');
  });

  it.each([
    ['in the IV', 0],
    ['in the text', 14],
    ['in the tag', good.length - 1],
  ])('refuses a flipped bit %s', async (_case, at) => {
    const changed = Buffer.from(good);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(webCryptoDecrypter(settings)(changed.toString('base64'))).rejects.toThrow(SessionFormatError);
  });

  it.each([
    [0, 'Expected a record'],
    [12, 'Expected a record'],
    [27, 'Expected a record'],
    [28, 'does not decrypt'],
    [30, 'does not decrypt'],
  ])('refuses %d bytes: %s', async (length, message) => {
    const cut = webCryptoDecrypter(settings)(good.subarray(0, length).toString('base64'));
    await expect(cut).rejects.toThrow(SessionFormatError);
    await expect(cut).rejects.toThrow(message);
  });

  it('refuses another secret or salt', async () => {
    for (const other of [{ secret: 'another' }, { salt: 'another' }])
      await expect(webCryptoDecrypter({ ...settings, ...other })(good.toString('base64'))).rejects.toThrow(
        'does not decrypt',
      );
  });
});
