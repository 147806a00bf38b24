import { once } from 'node:events';
import { watch as watchFile } from 'chokidar';
import type { Logger } from '../../shared/logger';
import { loadRouteTable, type RouteTable, type RouteTableOptions } from './load';
import type { Route } from './route';
import { describeShadowed } from './shadowed';

/** The route table in force. */
export interface WatchedRouteTable {
  /** The last good table. */
  readonly current: () => RouteTable;
  /** Loads now, for SIGHUP. A bad file is logged and refused. */
  readonly reload: () => Promise<void>;
  /** Calls back with every table that comes into force from now on. */
  onChange(listener: (table: RouteTable) => void): void;
  close(): Promise<void>;
}

/** Saving is often several writes; the file is read once they have ceased for this long (ms). */
const QUIET_TIME = 50;

/**
 * Loads the table and follows the file. A change is in force well within a second, for requests that begin afterwards;
 * a bad file is refused as a whole and the last good table stays.
 *
 * @throws ConfigError when the file is bad at the start
 */
export async function watchRouteTable(options: RouteTableOptions, logger: Logger): Promise<WatchedRouteTable> {
  let table = await loadRouteTable(options);
  warnOfShadowed(table, options.file, logger);
  const listeners: ((table: RouteTable) => void)[] = [];
  let refused = false;
  let timer: NodeJS.Timeout | undefined;
  // One load at a time, so that an older text never replaces a newer one.
  let loading = Promise.resolve();

  /** `asked`: somebody waits for a word, even if nothing changed. */
  const load = async (asked: boolean): Promise<void> => {
    const { file } = options;
    try {
      const next = await loadRouteTable(options);
      const changed = describeChanges(table, next);
      table = next;
      if (changed.length > 0) for (const listener of listeners) listener(next);
      if (changed.length > 0) logger.info({ file, changed }, 'route table reloaded');
      else if (asked || refused) logger.info({ file }, 'route table reloaded, nothing changed');
      refused = false;
      if (changed.length > 0) warnOfShadowed(table, file, logger);
    } catch (error) {
      refused = true;
      logger.error({ file, faults: faultsOf(error) }, 'route table refused; the last good one stays in force');
    }
  };
  const reload = (asked: boolean): Promise<void> => (loading = loading.then(() => load(asked)));

  // Editors replace files and Kubernetes swaps links: `all` covers a new file under the old name.
  const watcher = watchFile(options.file, { ignoreInitial: true });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(false), QUIET_TIME);
  });
  watcher.on('error', (error) =>
    logger.error({ err: error, file: options.file }, 'route table is no longer watched; send SIGHUP to reload it'),
  );
  await once(watcher, 'ready');

  return {
    current: () => table,
    reload: () => reload(true),
    onChange: (listener) => void listeners.push(listener),
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await loading;
    },
  };
}

function warnOfShadowed({ shadowed }: RouteTable, file: string, logger: Logger): void {
  if (shadowed.length === 0) return;
  const faults = shadowed.map((found) => describeShadowed(found, file));
  logger.warn({ file, faults }, 'route table has routes that are never reached');
}

function describeChanges(before: RouteTable, after: RouteTable): string[] {
  const old = new Map(before.routes.map((route) => [route.id, route]));
  const changes: string[] = [];
  for (const route of after.routes) {
    const previous = old.get(route.id);
    old.delete(route.id);
    if (previous === undefined) changes.push(`${route.id}: added on ${route.stage}`);
    else if (previous.stage !== route.stage) changes.push(`${route.id}: ${previous.stage} -> ${route.stage}`);
    else if (JSON.stringify({ ...previous, line: 0 }) !== JSON.stringify({ ...route, line: 0 }))
      changes.push(`${route.id}: changed`);
  }
  // What is left in `old` is gone.
  const stayed = (routes: readonly Route[]): string => routes.flatMap(({ id }) => (both.has(id) ? [id] : [])).join();
  const both = new Set(before.routes.map(({ id }) => id).filter((id) => !old.has(id)));
  if (stayed(before.routes) !== stayed(after.routes)) changes.push('order changed; first listed wins');
  return [...changes, ...[...old.keys()].map((id) => `${id}: removed, answered by legacy`)];
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof Error && 'faults' in error && Array.isArray(error.faults)) return error.faults.map(String);
  return [String(error)];
}
