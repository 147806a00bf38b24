import {
  BSON,
  type Binary,
  Decimal128,
  Double,
  Int32,
  Long,
  MongoClient,
  ObjectId,
  UUID,
  type Db,
  type Document,
} from 'mongodb';
import { chooseOddest } from '../../../../../proxy/parity/sample/choose-oddest';
import { Pseudonyms } from '../../../../../proxy/parity/sample/pseudonyms';
import { redactDocument } from '../../../../../proxy/parity/sample/redact-document';
import { loadSample, readSample, sampleText } from '../../../../../proxy/parity/sample/sample-file';
import { takeSample } from '../../../../../proxy/parity/sample/take-sample';
import { parseJsonPath } from '../../../../../shared/json-path';
import { parseJson } from '../../../../../shared/session/parse-json';
import { startTestMongo, type TestMongo } from '../../../../support/test-mongo';

const ID = new ObjectId('5eede0e00000000000000001');

describe('a redacted document', () => {
  const redact = (document: Document, kept: readonly string[] = [], paths: readonly string[] = []) =>
    redactDocument(document, {
      kept: new Set(kept),
      paths: paths.map(parseJsonPath).filter((path) => path !== undefined),
      pseudonyms: new Pseudonyms(),
    });

  it.each<[string, unknown, (value: never) => unknown]>([
    [
      'text',
      ' Ann-Marie \u{1F333} caf\u00E9 cafe\u0301 \u6F22\u5B57 ',
      (text: string) =>
        text
          .replaceAll(/\p{Lu}/gu, 'U')
          .replaceAll(/\p{Ll}/gu, 'l')
          .replaceAll(/\p{Lo}/gu, 'o')
          .concat(String(Buffer.byteLength(text))),
    ],
    [
      'address',
      'https://shop.example/a?b=12',
      (text: string) =>
        text
          .replaceAll(/(?<!^http|^https|^h|^ht|^htt)[a-z](?!ttp|tp:|p:|s:)/g, 'l')
          .replaceAll(/\d/g, '9')
          .slice(8),
    ],
    ['digits', '00417', (text: string) => `${text.length} ${text.slice(0, 2)}`],
    ['day as text', '2026-03-01', (text: string) => Number.isNaN(Date.parse(text))],
    ['midnight', new Date('2026-03-01T00:00:00Z'), (date: Date) => date.toISOString().slice(10)],
    [
      'last moment',
      new Date('1969-12-31T23:59:59.999Z'),
      (date: Date) => [date.toISOString().slice(4), date.getTime() < 0],
    ],
    ['whole hour', new Date('1930-03-01T12:00:00Z'), (date: Date) => [date.getTime() % 3_600_000, date.getTime() < 0]],
    ['first year', new Date('0001-01-01T00:00:00Z'), (date: Date) => date.toISOString().slice(4)],
    ['int', new Int32(-1999999999), (one: Int32) => [one._bsontype, String(one.value).length, one.value < 0]],
    ['long', Long.MAX_VALUE, (one: Long) => [one._bsontype, one.toString().length]],
    ['fraction', new Double(0.125), (one: Double) => [one._bsontype, String(one.value).startsWith('0.')]],
    ['decimal', Decimal128.fromString('12.50'), (one: Decimal128) => [one._bsontype, one.toString().length]],
    ['id', ID, (one: ObjectId) => one._bsontype],
    [
      'UUID',
      new UUID('8f7a1f6e-7a3e-4b5c-9d2e-1a2b3c4d5e6f'),
      (one: Binary) => [one.sub_type, one.length(), (one.buffer[6] ?? 0) >> 4],
    ],
  ])('has another value of the same form: %s', (_what, value, form) => {
    const { document, fields } = redact({ a: { b: [value] } });
    const [made] = (document as { a: { b: unknown[] } }).a.b;
    expect(made).not.toEqual(value);
    expect(form(made as never)).toEqual(form(value as never));
    expect([...fields]).toEqual(['a.b']);
  });

  it('keeps what has no content, and loses what it does not know', () => {
    const bare = { a: null, b: [], c: {}, d: '', e: new Double(NaN), f: new Double(-0), g: new Int32(0) };
    expect(redact(bare).document).toEqual(bare);
    expect(redact({ a: /secret/ }).document).toEqual({ a: null });
    expect(redact({ a: new BSON.Code('secret') }).document).toEqual({ a: null });
  });

  it('keeps listed fields alone, and never a secret', () => {
    const token = `ghp_${'a1'.repeat(20)}`;
    const given = {
      status: 'open',
      venue: { city: 'Bern', owner: 'Ann' },
      tags: ['x', token],
      password: 'pppppp',
      note: 'Zoe',
    };
    const { document, fields } = redact(
      given,
      ['status', 'venue', 'venue.city', 'tags', 'password', 'note'],
      ['$..note'],
    );
    expect(document).toMatchObject({ status: 'open', venue: { city: 'Bern' } });
    expect((document['tags'] as string[])[0]).toBe('x');
    expect([...fields].sort()).toEqual(['note', 'password', 'tags', 'venue.owner']);
    const text = JSON.stringify(document);
    for (const gone of ['Ann', token, 'pppppp', 'Zoe']) expect(text).not.toContain(gone);
  });

  it('replaces names that are data', () => {
    const { document } = redact({ votes: { 'ann@example.com': new Int32(7) } });
    expect(Object.keys((document as { votes: object }).votes)[0]).toMatch(/^[a-z]{3}@[a-z]{7}\.[a-z]{3}$/);
    expect(JSON.stringify(document)).not.toContain('ann@example.com');
  });

  it('is the same for the same value wherever it stands, and for an id as text', () => {
    const pseudonyms = new Pseudonyms();
    const rules = { kept: new Set<string>(), paths: [], pseudonyms };
    const first = redactDocument({ _id: ID, name: 'Ann' }, rules).document as { _id: ObjectId; name: string };
    const second = redactDocument({ of: ID.toHexString(), by: 'Ann', to: 'Bob' }, rules).document;
    expect(second).toMatchObject({ of: first._id.toHexString(), by: first.name });
    const many = Array.from({ length: 200 }, (_, i) => pseudonyms.text(`x${String(i).padStart(4, '0')}`));
    expect(new Set(many).size).toBe(200);
  });
});

it('the oddest documents come first, until every kind of value is there', () => {
  const plain = Array.from({ length: 100 }, (_, i) => ({
    _id: i,
    name: 'Ann',
    at: new Date(1_700_000_000_001),
    tags: ['a'],
  }));
  const odd = [
    { _id: 1000, name: 'Ann', tags: ['a'] },
    { _id: 1001, name: null, at: new Date(0), tags: [] },
    { _id: 1002, name: 'A'.repeat(90), at: new Date(-1), tags: ['a'] },
    { _id: 1003, name: 'Zo\u00EB', at: 'yesterday', tags: ['a'] },
  ];
  const { chosen, kinds } = chooseOddest([...plain.slice(0, 50), ...odd, ...plain.slice(50)], 50);
  expect(new Set(chosen.slice(0, 4).map(({ _id }) => _id))).toEqual(new Set([1000, 1001, 1002, 1003]));
  expect(chosen.length).toBeLessThan(8);
  expect(kinds.tried).toBe(kinds.known);
  const few = chooseOddest([...plain, ...odd], 2);
  expect(few.chosen).toHaveLength(2);
  expect(few.kinds.tried).toBeLessThan(few.kinds.known);
});

describe('a sample of a database', () => {
  let mongo: TestMongo;
  let client: MongoClient;
  let db: Db;
  const config = (collections: Readonly<Record<string, readonly string[]>>) =>
    ({ session: { store: { format: 'connect-mongo' } }, parity: { identities: {}, sample: { collections } } }) as never;

  beforeAll(async () => {
    mongo = await startTestMongo();
    client = await MongoClient.connect(mongo.uri);
    db = client.db();
    const people = Array.from({ length: 30 }, (_, i) => ({
      _id: new ObjectId(),
      name: `Person Number ${i}`,
      role: 'member',
    }));
    await db.collection('people').insertMany(people);
    await db
      .collection('visits')
      .insertOne({ personId: people[0]?._id, note: null, at: new Date('1969-01-01T00:00:00Z') });
    await db.collection<Document & { _id: string }>('sessions').insertOne({ _id: 's', session: '{}' });
  });
  afterAll(async () => {
    await client.close();
    await mongo.stop();
  });

  it('reads what is named, writes nothing, and holds together', async () => {
    const dump = async () =>
      Promise.all(['people', 'visits', 'sessions'].map((name) => db.collection(name).find().toArray()));
    const before = await dump();
    const [people, visits] = await takeSample(db, { banyan: config({ people: ['role'], visits: [] }), most: 100 });
    expect(await dump()).toEqual(before);
    expect(people).toMatchObject({ read: 30, known: 30, redacted: ['_id', 'name'], shapes: 1 });
    expect(visits).toMatchObject({ read: 1, redacted: ['_id', 'at', 'personId'] });
    expect(JSON.stringify([people, visits])).not.toMatch(/Person|Number/);
    expect(people?.documents[0]).toMatchObject({ role: 'member' });
  });

  it('reads no more than it may, from both ends', async () => {
    const limits = { documents: 4, bytes: 1_000_000, ms: 20_000 };
    const read = async (less: Partial<typeof limits>): Promise<number | undefined> =>
      (await takeSample(db, { banyan: config({ people: ['name'] }), most: 5, limits: { ...limits, ...less } }))[0]
        ?.read;
    expect(await read({})).toBe(4);
    expect(await read({ documents: 20, bytes: 300 })).toBe(6);
  });

  it('is of no sessions, and of nothing that is not there', async () => {
    await expect(takeSample(db, { banyan: config({ sessions: [] }), most: 5 })).rejects.toThrow('sessions and system');
    await expect(takeSample(db, { banyan: config({ nothing: [] }), most: 5 })).rejects.toThrow('no such collection');
    await expect(takeSample(db, { banyan: config({}), most: 5 })).rejects.toThrow('names no collection');
  });

  it('is loaded as it was written, without what the database refuses', async () => {
    const documents = [
      { _id: ID, n: new Long(5), d: new Double(1), at: new Date(5) },
      { _id: ID, n: new Int32(1) },
    ];
    const text = sampleText(new Map([['things', documents]]));
    const sample = new Map([['things', documents]]);
    expect(parseJson(text)).toBeDefined();
    const left = await loadSample(db, sample);
    expect(left).toEqual([
      { what: 'sample: 1 of 2 documents of things', reason: expect.stringContaining('refuses') as string },
    ]);
    const [stored] = await db.collection('things').find({}, { promoteValues: false, promoteLongs: false }).toArray();
    expect(BSON.EJSON.stringify(stored, { relaxed: false })).toBe(
      BSON.EJSON.stringify(documents[0], { relaxed: false }),
    );
    expect(readSample({ path: '/nowhere/sample.json', isDefault: true }).size).toBe(0);
  });
});
