import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
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

/** How often the file is looked at (ms). */
const INTERVAL = 100;

/**
 * Loads the table and follows the file. A change is in force well within a second, for requests that begin afterwards;
 * a bad file is refused as a whole and the last good table stays.
 *
 * @throws ConfigError when the file is bad at the start
 */
export async function watchRouteTable(options: RouteTableOptions, logger: Logger): Promise<WatchedRouteTable> {
  let seen = await versionOf(options.file);
  let loaded = seen;
  let table = await loadRouteTable(options);
  warnOfShadowed(table, options.file, logger);
  const listeners: ((table: RouteTable) => void)[] = [];
  let refused = false;
  // One load at a time, so that an older text never replaces a newer one.
  let loading = Promise.resolve();

  /** `asked`: somebody waits for a word, even if nothing changed. */
  const load = async (asked: boolean): Promise<void> => {
    const { file } = options;
    let next: RouteTable;
    try {
      next = await loadRouteTable(options);
    } catch (error) {
      refused = true;
      logger.error({ file, faults: faultsOf(error) }, 'invalid route table; keeping the last good one');
      return;
    }
    const changed = describeChanges(table, next);
    table = next;
    if (changed.length > 0) {
      logger.info({ file, changed }, 'route table reloaded');
      warnOfShadowed(table, file, logger);
      tell(next);
    } else if (asked || refused) logger.info({ file }, 'route table reloaded, nothing changed');
    refused = false;
  };

  /** The table is in force, whatever becomes of those who are told of it. */
  const tell = (next: RouteTable): void => {
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        logger.error({ err: error }, 'route table reloaded, but part of the proxy could not apply it');
      }
    }
  };
  const reload = (asked: boolean): Promise<void> => (loading = loading.then(() => load(asked)));

  const look = async (): Promise<void> => {
    const version = await versionOf(options.file);
    // Saving is often several writes: the file is read once it is found the same twice.
    if (version === seen && version !== loaded) {
      loaded = version;
      await reload(false);
    }
    seen = version;
  };
  const stopping = new AbortController();
  const paused = (): Promise<boolean> => delay(INTERVAL, true, { signal: stopping.signal }).catch(() => false);
  const looking = (async () => {
    while (await paused()) await look();
  })();

  return {
    current: () => table,
    reload: () => reload(true),
    onChange: (listener) => void listeners.push(listener),
    async close() {
      stopping.abort();
      await looking;
      await loading;
    },
  };
}

/**
 * What changes with the file. It is found by its path each time: editors replace the file, Kubernetes and deploys the links or folders
 * above it, of which a watcher of the file hears nothing; and network disks tell nobody.
 */
async function versionOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return 'absent';
  }
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
    if (previous === undefined) changes.push(`${route.id}: added on ${position(route)}`);
    else if (position(previous) !== position(route))
      changes.push(`${route.id}: ${position(previous)} -> ${position(route)}`);
    else if (!isDeepStrictEqual({ ...previous, line: 0 }, { ...route, line: 0 })) changes.push(`${route.id}: changed`);
  }
  // What is left in `old` is gone.
  const stayed = (routes: readonly Route[]): string => routes.flatMap(({ id }) => (both.has(id) ? [id] : [])).join();
  const both = new Set(before.routes.map(({ id }) => id).filter((id) => !old.has(id)));
  if (stayed(before.routes) !== stayed(after.routes)) changes.push('order changed; first listed wins');
  if (!isDeepStrictEqual(before.assigned, after.assigned))
    changes.push(`cohorts: changed, ${after.assigned.size} users assigned by hand`);
  return [...changes, ...[...old.keys()].map((id) => `${id}: removed, now answered by legacy`)];
}

function position({ stage, percent }: Route): string {
  return stage === 'canary' ? `canary ${percent} %` : stage;
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof Error && 'faults' in error && Array.isArray(error.faults)) return error.faults.map(String);
  return [String(error)];
}
