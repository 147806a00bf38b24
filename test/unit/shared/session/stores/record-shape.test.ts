import { Binary, ObjectId } from 'mongodb';
import { describeRecord, recordShape } from '../../../../../shared/session/stores/record-shape';

const octets = (...bytes: number[]) => [0x04, bytes.length, ...bytes];

/** Six octet strings, as kruptein writes them; the second is the HMAC, as text up to 3.3. */
function kruptein(hmac: readonly number[], last: readonly number[] = []): Buffer {
  const content = [octets(1), octets(...hmac), ...[1, 2, 3].map((byte) => octets(byte)), octets(...last)].flat();
  return Buffer.from([0x30, content.length, ...content]);
}
const TEXT = [...Buffer.from('aGVsbG8=')];
const old = kruptein(TEXT);

describe('the format of a stored session', () => {
  it.each<[string, unknown]>([
    ['json', '{"cookie":{}}'],
    ['json', 'null'],
    ['json', '"text"'],
    ['json', '{"hmac":"x","cookie":{}}'],
    ['json', '{"hmac":"x","ct":"y","iv":7}'],
    ['connect-mongo 3 encryption', '{"hmac":"x","ct":"y","iv":"z"}'],
    ['connect-mongo 3 encryption', JSON.stringify('{"hmac":"x","ct":"y","iv":"z"}')],
    ['subdocument', {}],
    ['subdocument', { _bsontype: 'Binary' }],
    ['binary', new Binary(Buffer.from('a'))],
    ['binary', Buffer.from('a')],
    ['unknown', new ObjectId()],
    ['unknown', new Date()],
    ['unknown', []],
    ['unknown', null],
    ['unknown', undefined],
    ['unknown', 7],
    ['unknown', 'text'],
  ])('is %s: %p', (format, stored) => expect(recordShape(stored)).toBe(format));

  it('is kruptein when it is six octet strings, in hex or base64', () => {
    expect(recordShape(old.toString('hex'))).toBe('kruptein 3.0 to 3.3');
    expect(recordShape(old.toString('hex').toUpperCase())).toBe('kruptein 3.0 to 3.3');
    expect(recordShape(old.toString('base64'))).toBe('kruptein 3.0 to 3.3');
    for (const hmac of ['YQ==', 'YWE=', 'YWFh'])
      expect(recordShape(kruptein([...Buffer.from(hmac)]).toString('base64'))).toBe('kruptein 3.0 to 3.3');
    expect(recordShape(kruptein([0xff, 0x00]).toString('base64'))).toBe('kruptein 3.4');
    expect(recordShape(kruptein([...TEXT, 0x21]).toString('base64'))).toBe('kruptein 3.4');
    // Base64 that ends as hex could.
    const ending = [
      [0x06, 0x9a],
      [0, 0x06, 0x9a],
      [0, 0, 0x06, 0x9a],
    ].map((last) => kruptein(TEXT, last));
    const texts = ending.map((der) => der.toString('base64')).filter((text) => text.endsWith('aa'));
    expect(texts).toHaveLength(1);
    expect(texts.map(recordShape)).toEqual(['kruptein 3.0 to 3.3']);
  });

  it('is not kruptein when something follows', () => {
    for (const behind of ['zz', '0', '00']) expect(recordShape(`${old.toString('hex')}${behind}`)).not.toMatch(/^krup/);
  });

  it('may be encrypted when it is base64 of some length and nothing else', () => {
    const text = `${'aZ0_-+/'.repeat(6)}==`;
    expect(recordShape(text)).toBe('base64 (perhaps WebCrypto)');
    expect(recordShape('z'.repeat(40))).toBe('base64 (perhaps WebCrypto)');
    expect(recordShape('z'.repeat(39))).toBe('unknown');
    expect(recordShape(` ${text}`)).toBe('unknown');
    expect(recordShape(`${text}!`)).toBe('unknown');
    expect(recordShape(`${text}=`)).toBe('unknown');
  });
});

describe('what a message says of a record', () => {
  it.each<[string, object]>([
    ['connect-mongo with stringify: true', { session: '{}' }],
    ['connect-mongo with stringify: false', { session: {} }],
    ['binary data', { session: Buffer.from('a') }],
    ['kruptein 3.0 to 3.3', { session: old.toString('hex') }],
    ['kruptein 3.4', { session: kruptein([0xff]).toString('hex') }],
    ['connect-mongo 3', { session: '{"hmac":"x","ct":"y","iv":"z"}' }],
    ['createWebCryptoAdapter', { session: 'z'.repeat(40) }],
    ['text of no known format', { session: 'text' }],
    ['session is null', { session: null }],
    ['session is a list', { session: [] }],
    ['session is a number', { session: 7 }],
    ['session is a value of BSON', { session: new ObjectId() }],
    ['its cookie at the top', { cookie: {} }],
    ['its session under data instead', { data: {} }],
    ['its session under sess instead', { sess: {} }],
    ['it has no field session, so', {}],
    ['it has no field session, so', Object.create({ session: '{}', cookie: {}, data: {} }) as object],
  ])('%s', (words, record) => expect(describeRecord(record)).toContain(words));
});
