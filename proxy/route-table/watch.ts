import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../shared/logger';
import { parseRouteTable, type RouteTable, type RouteTableOptions } from './load';
import { openSource } from './open-source';
import { isS3Location } from './s3-source';
import { positionText, type Route } from './route';
import { describeShadowed } from './shadowed';

/** The route table in force. */
export interface WatchedRouteTable {
  readonly current: () => RouteTable;
  /** Loads now, for SIGHUP. A bad file is logged and refused. */
  readonly reload: () => Promise<void>;
  /** Calls back with every table that comes into force from now on. */
  onChange(listener: (table: RouteTable) => void): void;
  close(): Promise<void>;
}

export interface WatchOptions extends RouteTableOptions {
  /** Nothing named the file: while there is none, everything goes to legacy. */
  readonly isOptional?: boolean;
}

const EMPTY = 'routes: []\n';

/** Loads and follows the table, within a second (S3: 6 s); a bad one is refused and the last good one stays. Throws ConfigError at the start. */
export async function watchRouteTable(options: WatchOptions, logger: Logger): Promise<WatchedRouteTable> {
  const { file } = options;
  const source = openSource(file, options);
  const listeners: ((table: RouteTable) => void)[] = [];
  // One load at a time, so that an older text never replaces a newer one.
  let loading = Promise.resolve();
  /** Why the table in force is not the published one. */
  let unreadable: string | undefined;
  let refused = false;
  const stopping = new AbortController();

  let table: RouteTable;
  try {
    table = parseRouteTable(await readFirst(), options);
  } catch (error) {
    source.close();
    throw error;
  }
  warnOfShadowed(table, file, logger);
  if (isS3Location(file) && !hasVersions(source.version()))
    logger.warn({ file }, 'the bucket keeps no versions; enable versioning, so that a bad table can be restored');

  /** The table at the start. An older one never replaces it: without a readable table the proxy does not start. */
  async function readFirst(): Promise<string> {
    try {
      return await source.read();
    } catch (error) {
      if (options.isOptional !== true || !isAbsence(error)) throw error;
      unreadable = faultsOf(error).join();
      logger.warn({ file }, 'no route table: everything goes to legacy; the file is loaded when it appears');
      return EMPTY;
    }
  }

  const about = () => ({ file, ...(source.version() !== undefined && { version: source.version() }) });

  /** `wanted`: what a caller waits for, even if nothing changed. */
  async function load(wanted: 'changes' | 'everything'): Promise<void> {
    let text: string | undefined;
    try {
      text = wanted === 'everything' ? await source.read() : await source.readIfChanged();
    } catch (error) {
      // An object is asked for every few seconds: once for each reason.
      const faults = faultsOf(error);
      if (wanted === 'everything' || unreadable !== faults.join())
        logger.error({ file, faults }, 'route table cannot be read; keeping the last good one');
      unreadable = faults.join();
      return;
    }
    if (unreadable !== undefined && text === undefined)
      logger.info(about(), 'route table can be read again, nothing changed');
    const wasUnreadable = unreadable !== undefined;
    unreadable = undefined;
    if (text !== undefined) take(text, { isAwaited: wanted === 'everything' || wasUnreadable });
  }

  function take(text: string, { isAwaited }: { readonly isAwaited: boolean }): void {
    let next: RouteTable;
    try {
      next = parseRouteTable(text, options);
    } catch (error) {
      refused = true;
      logger.error({ ...about(), faults: faultsOf(error) }, 'invalid route table; keeping the last good one');
      return;
    }
    const changed = describeChanges(table, next);
    table = next;
    if (changed.length > 0) {
      logger.info({ ...about(), changed }, 'route table reloaded');
      warnOfShadowed(table, file, logger);
      notify(next);
    } else if (isAwaited || refused) logger.info(about(), 'route table reloaded, nothing changed');
    refused = false;
  }

  /** The table is in force, whatever becomes of those who hear of it. */
  function notify(next: RouteTable): void {
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        logger.error({ err: error }, 'route table reloaded, but part of the proxy could not apply it');
      }
    }
  }

  const reload = (wanted: 'changes' | 'everything'): Promise<void> => (loading = loading.then(() => load(wanted)));
  const paused = (): Promise<boolean> => delay(source.pause(), true, { signal: stopping.signal }).catch(() => false);
  const looking = (async () => {
    while (await paused()) await reload('changes');
  })();

  return {
    current: () => table,
    reload: () => reload('everything'),
    onChange: (listener) => void listeners.push(listener),
    async close() {
      stopping.abort();
      source.close();
      await looking;
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
    if (previous === undefined) changes.push(`${route.id}: added on ${positionText(route)}`);
    else if (positionText(previous) !== positionText(route))
      changes.push(`${route.id}: ${positionText(previous)} -> ${positionText(route)}`);
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

/** S3 says `null` of objects that came before the versions. */
function hasVersions(version: string | undefined): boolean {
  return version !== undefined && version !== 'null';
}

/** Of a file; an object in S3 is always named. */
function isAbsence(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof Error && 'faults' in error && Array.isArray(error.faults)) return error.faults.map(String);
  return [String(error)];
}
