import {
  indexWriteUnits,
  itemSize,
  readUnits,
  tableWriteUnits,
} from '../../../../lambda/eventsapp/photos/repository/units';

const KB = 1_024;
/** An item of exactly so many bytes. */
const itemOf = (bytes: number, more: object = {}) => ({ a: 'x'.repeat(bytes - 1 - itemSize({ ...more })), ...more });

// Examples: docs.aws.amazon.com/amazondynamodb/latest/developerguide/ (capacity-unit-calculations, read-write-operations, GSI).
describe('read units, by AWS’s documented examples', () => {
  it('of 8 KB: 2 strongly consistent, 1 eventually consistent, 4 in a transaction', () => {
    expect(readUnits([8 * KB], 'strong')).toBe(2);
    expect(readUnits([8 * KB], 'eventual')).toBe(1);
    expect(readUnits([8 * KB], 'transactional')).toBe(4);
  });

  it.each([
    ['3.5 KB is read as 4 KB', 3.5, 1],
    ['10 KB as 12 KB', 10, 3],
    ['a query of 40.8 KB in ten items as 44 KB', 40.8, 11],
  ])('%s', (_text, size, units) => {
    expect(readUnits([size * KB], 'strong')).toBe(units);
  });

  it('of a query of 1,500 items of 64 bytes: 96 KB', () => {
    expect(readUnits(Array<number>(1_500).fill(64), 'strong')).toBe(24);
  });

  it('of nothing found: the minimum', () => {
    expect(readUnits([], 'strong')).toBe(1);
    expect(readUnits([], 'eventual')).toBe(0.5);
  });
});

describe('write units, by AWS’s documented examples', () => {
  it.each([
    [512, 1],
    [1.5 * KB, 2],
    [500, 1],
    [3.5 * KB, 4],
  ])('of an item of %d bytes: %d', (bytes, units) => {
    expect(tableWriteUnits(undefined, itemOf(bytes))).toBe(units);
  });

  it('of a replacement: the larger of before and after; of a delete: what was there', () => {
    expect(tableWriteUnits(itemOf(3 * KB), itemOf(KB))).toBe(3);
    expect(tableWriteUnits(itemOf(2 * KB), undefined)).toBe(2);
    expect(tableWriteUnits(undefined, undefined)).toBe(1);
  });

  const index = { hash: 'h', range: 'r' };
  const entry = (h: string | undefined, bytes = 500) => itemOf(bytes, h === undefined ? {} : { h, r: '1' });

  it('of an index: one to enter, leave or change, two when the key changes, none when nothing it holds does', () => {
    expect(indexWriteUnits(undefined, entry('a'), index)).toBe(1);
    expect(indexWriteUnits(entry(undefined), entry('a'), index)).toBe(1);
    expect(indexWriteUnits(entry('a'), undefined, index)).toBe(1);
    expect(indexWriteUnits(entry('a'), entry(undefined), index)).toBe(1);
    expect(indexWriteUnits(entry('a'), entry('b'), index)).toBe(2);
    expect(indexWriteUnits(entry('a'), { ...entry('a'), a: 'y' }, index)).toBe(1);
    expect(indexWriteUnits(entry('a'), entry('a'), index)).toBe(0);
    expect(indexWriteUnits(entry(undefined), entry(undefined, 900), index)).toBe(0);
    expect(indexWriteUnits(entry('a', 2_000), entry('b', 500), index)).toBe(3);
  });
});

describe('item sizes', () => {
  it.each([
    ['text by its UTF-8', { é: '港' }, 5],
    ['a number by significant digits', { n: 1_234 }, 4],
    ['zeros at the end do not count', { n: 12_000 }, 3],
    ['nor in front', { n: 0.0012 }, 3],
    ['a minus sign does', { n: -12 }, 4],
    ['zero', { n: 0 }, 3],
    ['null and a boolean', { a: null, b: true }, 4],
    ['binary', { b: new Uint8Array(10) }, 11],
    ['an empty list', { l: [] }, 4],
    ['a map', { m: { a: 'x', b: ['y'] } }, 1 + 3 + (1 + 1 + 1) + (1 + 1 + (3 + 1 + 1))],
    ['undefined is not stored', { a: undefined }, 0],
  ])('%s', (_text, item, size) => {
    expect(itemSize(item)).toBe(size);
  });
});
