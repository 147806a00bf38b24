import { once } from 'node:events';
import { watch as watchFile } from 'chokidar';
import type { Logger } from '../../shared/logger';
import { loadRouteTable, type RouteTable, type RouteTableOptions } from './load';

/** The route table in force. */
export interface WatchedRouteTable {
  /** The last good table. */
  readonly current: () => RouteTable;
  /** Loads now, for SIGHUP. A bad file is logged and refused. */
  readonly reload: () => Promise<void>;
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
  let timer: NodeJS.Timeout | undefined;
  // One load at a time, so that an older text never replaces a newer one.
  let loading = Promise.resolve();

  const load = async (): Promise<void> => {
    try {
      const next = await loadRouteTable(options);
      const changed = describeChanges(table, next);
      table = next;
      if (changed.length > 0) logger.info({ file: options.file, changed }, 'route table reloaded');
    } catch (error) {
      logger.error(
        { file: options.file, faults: faultsOf(error) },
        'route table refused; the last good one stays in force',
      );
    }
  };
  const reload = (): Promise<void> => (loading = loading.then(load));

  // Editors replace files and Kubernetes swaps links: `all` covers a new file under the old name.
  const watcher = watchFile(options.file, { ignoreInitial: true });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), QUIET_TIME);
  });
  watcher.on('error', (error) =>
    logger.error({ err: error, file: options.file }, 'route table is no longer watched; send SIGHUP to reload it'),
  );
  await once(watcher, 'ready');

  return {
    current: () => table,
    reload,
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await loading;
    },
  };
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
  return [...changes, ...[...old.keys()].map((id) => `${id}: removed, answered by legacy`)];
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof Error && 'faults' in error && Array.isArray(error.faults)) return error.faults.map(String);
  return [String(error)];
}
