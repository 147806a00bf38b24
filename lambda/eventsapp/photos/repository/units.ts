import type { Item } from './documents';

const READ_UNIT = 4_096;
const WRITE_UNIT = 1_024;

/** A global secondary index that holds whole items (`Projection: ALL`). */
export interface IndexKeys {
  readonly hash: string;
  readonly range: string;
}

/** How a read is made, and what a unit then is. */
export type Consistency = 'eventual' | 'strong' | 'transactional';

const READ_FACTOR: Readonly<Record<Consistency, number>> = { eventual: 0.5, strong: 1, transactional: 2 };

/**
 * The size of an item in bytes: names and values in UTF-8, numbers by their significant digits, three bytes for a list or map and one for
 * each element.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Item): number {
  const stored = Object.entries(item).filter(([, value]) => value !== undefined);
  return stored.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberSize(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + 1 + valueSize(each), 3);
  if (typeof value === 'object')
    return Object.entries(value).reduce((sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + valueSize(each), 3);
  throw new TypeError(`DynamoDB holds no ${typeof value}`);
}

/** One byte for two significant digits, one more, and one for a minus sign; zeros in front and at the end do not count. */
function numberSize(value: number): number {
  const digits = (Math.abs(value).toExponential().split('e')[0] ?? '').replace('.', '');
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
}

/** Read units of one GetItem, or of one Query or Scan, which adds sizes up before it rounds. At least one item's minimum. */
export function readUnits(sizes: readonly number[], consistency: Consistency): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Math.max(1, Math.ceil(total / READ_UNIT)) * READ_FACTOR[consistency];
}

/** Write units of the table itself: the larger of before and after, each KB begun. A refused condition costs as much as the item that is there. */
export function tableWriteUnits(before: Item | undefined, after: Item | undefined): number {
  return Math.max(
    1,
    ...[before, after].map((item) => (item === undefined ? 0 : Math.ceil(itemSize(item) / WRITE_UNIT))),
  );
}

/**
 * Write units of one index. An item enters, leaves or changes in place for one write; a changed key is a delete and a put.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
export function indexWriteUnits(before: Item | undefined, after: Item | undefined, index: IndexKeys): number {
  const [old, current] = [entryOf(before, index), entryOf(after, index)];
  const units = (item: Item): number => Math.ceil(itemSize(item) / WRITE_UNIT);
  if (old === undefined) return current === undefined ? 0 : units(current);
  if (current === undefined) return units(old);
  const moved = old[index.hash] !== current[index.hash] || old[index.range] !== current[index.range];
  if (moved) return units(old) + units(current);
  const isSame = JSON.stringify(sorted(old)) === JSON.stringify(sorted(current));
  return isSame ? 0 : Math.max(units(old), units(current));
}

/** An item without one of the keys is not in the index. */
function entryOf(item: Item | undefined, { hash, range }: IndexKeys): Item | undefined {
  return item?.[hash] === undefined || item[range] === undefined ? undefined : item;
}

const sorted = (item: Item): unknown => Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
