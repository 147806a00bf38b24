import { Binary, BSONRegExp, Decimal128, Double, Int32, MaxKey, MinKey, ObjectId, Timestamp, serialize } from 'bson';
import fc from 'fast-check';
import { Query } from 'mingo';
import {
  compareValues,
  equalValues,
  identical,
  valueKey,
} from '../../../../../shared/local/mongo/embedded/bson/compare';
import { decodeDocument } from '../../../../../shared/local/mongo/embedded/bson/decode';
import { encodeDocument, encodedSize } from '../../../../../shared/local/mongo/embedded/bson/encode';
import { document, type BsonDocument, type BsonValue } from '../../../../../shared/local/mongo/embedded/bson/values';
import { compileMatcher } from '../../../../../shared/local/mongo/embedded/query/matcher';
import { compileSort } from '../../../../../shared/local/mongo/embedded/query/sort';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const decimal = fc
  .tuple(fc.integer(), fc.integer({ min: -40, max: 40 }))
  .map(([coefficient, exponent]) => Decimal128.fromString(`${coefficient}E${exponent}`));
const scalar: fc.Arbitrary<BsonValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'grapheme' }),
  fc.oneof(int32, fc.constantFrom(0, 1, -1)).map((value) => new Int32(value)),
  fc.oneof(fc.double(), fc.constantFrom(0, 1, 0.1, 2 ** 53, 2 ** 63)).map((value) => new Double(value)),
  fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, 1n, 2n ** 53n + 1n)),
  fc.oneof(
    decimal,
    fc.constantFrom('0', '0.1', '1', 'NaN', 'Infinity').map((text) => Decimal128.fromString(text)),
  ),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc
    .tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(0, 4, 5, 128))
    .map(([bytes, subtype]) => new Binary(bytes, subtype)),
  fc.constantFrom(
    new BSONRegExp('a.b', 'i'),
    new BSONRegExp('a.b', ''),
    new MinKey(),
    new MaxKey(),
    new Timestamp({ t: 5, i: 4_000_000_000 }),
  ),
);
const value = fc.letrec<{ value: BsonValue; document: BsonDocument }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
  document: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', '1', '0', '__proto__', 'é', ''), tie('value')), {
      maxLength: 4,
      selector: ([name]) => name,
    })
    .map((fields) => new Map(fields)),
}));

describe('BSON', () => {
  test('every document survives encoding and decoding, with its types and the order of its fields', () => {
    fc.assert(
      fc.property(value.document, (original) => {
        const bytes = encodeDocument(original);
        expect(bytes.length).toBe(encodedSize(original));
        const decoded = decodeDocument(bytes);
        expect(decoded.end).toBe(bytes.length);
        expect(identical(decoded.document, original)).toBe(true);
      }),
    );
  });

  test('the bytes are those of the bson package', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), scalar), { selector: ([name]) => name }),
        (fields) => {
          expect(encodeDocument(new Map(fields)).equals(Buffer.from(serialize(new Map(fields))))).toBe(true);
        },
      ),
    );
  });

  test('any bytes are decoded or refused, never anything else', () => {
    fc.assert(
      fc.property(value.document, fc.nat(), fc.nat({ max: 255 }), (original, at, byte) => {
        const bytes = encodeDocument(original);
        bytes[at % bytes.length] = byte;
        try {
          decodeDocument(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'MongoServerFault' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('order', () => {
  test('is total: antisymmetric and transitive', () => {
    fc.assert(
      fc.property(value.value, value.value, value.value, (a, b, c) => {
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
        expect(compareValues(a, a)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('equal values have the same key, and others another', () => {
    fc.assert(
      fc.property(value.value, value.value, (a, b) => {
        expect(valueKey(a) === valueKey(b)).toBe(equalValues(a, b));
      }),
      { numRuns: 1_000 },
    );
  });

  test('numbers of different types compare by their exact value', () => {
    const whole = fc.integer({ min: -1_000, max: 1_000 });
    const forms = (n: number): BsonValue[] => [
      new Int32(n),
      new Double(n),
      BigInt(n),
      Decimal128.fromString(String(n)),
    ];
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        for (const x of forms(a)) for (const y of forms(b)) expect(compareValues(x, y)).toBe(Math.sign(a - b));
      }),
    );
  });

  test('sorting is stable', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 3 }), scalar), { maxLength: 30 }), (items) => {
        const documents = items.map(([key], index) => document({ key, index }));
        const sorted = compileSort(document({ key: 1 }))(documents);
        const positions = sorted.map((item) => [item.get('key'), item.get('index')].map(Number));
        for (let i = 1; i < positions.length; i++) {
          const [key = 0, index = 0] = positions[i - 1] ?? [];
          const [nextKey = 0, nextIndex = 0] = positions[i] ?? [];
          expect(key < nextKey || (key === nextKey && index < nextIndex)).toBe(true);
        }
      }),
    );
  });
});

/** mingo is another implementation of the query language. Where it does follow MongoDB (plain values, no null in ranges) the two must agree. */
describe('second opinion of mingo', () => {
  const plain = fc.oneof(fc.nat({ max: 4 }), fc.constantFrom('a', 'b'), fc.boolean());
  const field = fc.oneof({ weight: 3, arbitrary: plain }, fc.array(plain, { maxLength: 3 }));
  const only = <T>(operator: string, operand: fc.Arbitrary<T>) => operand.map((value) => ({ [operator]: value }));
  const item = fc.record(
    { a: field, b: field, c: fc.record({ d: field }, { noNullPrototype: true }) },
    { requiredKeys: [], noNullPrototype: true },
  );
  const condition = fc.oneof(
    plain,
    fc.record({ $gt: fc.nat({ max: 4 }) }),
    fc.record({ $lte: fc.nat({ max: 4 }), $gte: fc.nat({ max: 4 }) }, { noNullPrototype: true }),
    only('$ne', plain),
    fc.record({ $in: fc.array(plain, { maxLength: 3 }) }),
    fc.record({ $nin: fc.array(plain, { maxLength: 3 }) }),
    only('$exists', fc.boolean()),
    fc.record({ $size: fc.nat({ max: 2 }) }),
    fc.record({ $not: fc.record({ $lt: fc.nat({ max: 4 }) }) }),
    fc.record({ $elemMatch: fc.record({ $gt: fc.nat({ max: 4 }) }) }),
  );
  const clause = fc.tuple(fc.constantFrom('a', 'b', 'c.d'), condition).map(([path, test]) => ({ [path]: test }));
  const filter = fc.oneof(
    clause,
    fc
      .tuple(fc.constantFrom('$or', '$and', '$nor'), fc.array(clause, { minLength: 1, maxLength: 3 }))
      .map(([name, clauses]) => ({ [name]: clauses })),
  );

  test('on filters', () => {
    fc.assert(
      fc.property(filter, item, (query, candidate) => {
        expect(compileMatcher(document(query))(document(candidate))).toBe(new Query(query).test(candidate));
      }),
      { numRuns: 2_000 },
    );
  });
});
