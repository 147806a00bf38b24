import type { Documents, Item } from './documents';
import { indexWriteUnits, itemSize, readUnits, tableWriteUnits, type IndexKeys } from './units';

/** What a table has besides its own keys. */
export interface MeteredTable {
  readonly keys: readonly string[];
  readonly indexes: readonly IndexKeys[];
}

/** What was used since the last {@link Meter.take}. */
export interface Usage {
  readonly requests: number;
  /** How often a caller waits: requests at the same time count once. */
  readonly roundTrips: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Bytes of the largest item. */
  readonly largestItem: number;
}

export interface Meter {
  readonly documents: Documents;
  /** The usage since the last call. */
  take(): Usage;
}

/** Calculates what requests cost, which no emulator reports in full. It reads items on its own account, so it is not for production. */
export function meterOf(documents: Documents, tables: ReadonlyMap<string, MeteredTable>): Meter {
  let usage: Usage = NOTHING;
  let underWay = 0;
  const waitFor = async <T>(request: () => Promise<T>): Promise<T> => {
    if (underWay === 0) usage = { ...usage, roundTrips: usage.roundTrips + 1 };
    underWay += 1;
    try {
      return await request();
    } finally {
      underWay -= 1;
    }
  };
  const add = (items: readonly (Item | undefined)[], more: Partial<Usage>): void => {
    usage = {
      ...usage,
      requests: usage.requests + 1,
      readUnits: usage.readUnits + (more.readUnits ?? 0),
      writeUnits: usage.writeUnits + (more.writeUnits ?? 0),
      largestItem: Math.max(usage.largestItem, ...items.map((item) => (item === undefined ? 0 : itemSize(item)))),
    };
  };
  const tableOf = (name: string | undefined): MeteredTable => {
    const table = tables.get(name ?? '');
    if (table === undefined) throw new RangeError(`${name}: no such table`);
    return table;
  };
  const current = (name: string | undefined, key: Item): Promise<Item | undefined> =>
    documents.get({ TableName: name, Key: key, ConsistentRead: true });
  const write = async <T>(name: string | undefined, key: Item, act: () => Promise<T>): Promise<T> => {
    const [before, result, after] = await waitFor(
      async () => [await current(name, key), await act(), await current(name, key)] as const,
    );
    const ofIndexes = tableOf(name).indexes.map((index) => indexWriteUnits(before, after, index));
    const writeUnits = ofIndexes.reduce((sum, units) => sum + units, tableWriteUnits(before, after));
    add([before, after], { writeUnits });
    return result;
  };
  const keyIn = (name: string | undefined, item: Item): Item =>
    Object.fromEntries(tableOf(name).keys.map((key) => [key, item[key]]));
  const metered: Documents = {
    async get(input) {
      const item = await waitFor(() => documents.get(input));
      const sizes = item === undefined ? [] : [itemSize(item)];
      add([item], { readUnits: readUnits(sizes, input.ConsistentRead === true ? 'strong' : 'eventual') });
      return item;
    },
    async query(input) {
      const items = await waitFor(() => documents.query(input));
      add(items, { readUnits: readUnits(items.map(itemSize), 'eventual') });
      return items;
    },
    async scan(input) {
      const page = await waitFor(() => documents.scan(input));
      add(page.items, { readUnits: readUnits(page.items.map(itemSize), 'eventual') });
      return page;
    },
    putNew: (input, hashKey) =>
      write(input.TableName, keyIn(input.TableName, input.Item ?? {}), () => documents.putNew(input, hashKey)),
    update: (input) => write(input.TableName, input.Key ?? {}, () => documents.update(input)),
    remove: (input) => write(input.TableName, input.Key, () => documents.remove(input)),
  };
  return {
    documents: metered,
    take() {
      const taken = usage;
      usage = NOTHING;
      return taken;
    },
  };
}

const NOTHING: Usage = { requests: 0, roundTrips: 0, readUnits: 0, writeUnits: 0, largestItem: 0 };
