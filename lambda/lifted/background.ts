import { AsyncLocalStorage } from 'node:async_hooks';
import net from 'node:net';
import path from 'node:path';
import timers from 'node:timers';
import { promisify } from 'node:util';

import { connectAddress } from '../../shared/app-entry/connect-address';
import { callingFiles } from './calling-files';

/** What to do with work that an app starts outside a request: let it run in every instance, or never start it. */
export type BackgroundChoice = 'wanted' | 'stopped';

/** Work that runs without a request. */
export interface BackgroundWork {
  /** Who started it, as it is listed: a package (`node-cron`), a file of the app (`jobs/clean-up.js`), or `node` for what Node does alone. */
  readonly startedBy: string;
  /** `runs every 60000 ms`, `runs after 5000 ms`, `connects to 127.0.0.1:6379`. */
  readonly what: string;
}

export interface BackgroundWatch {
  /** What the app has started and is not listed. */
  unlisted(): readonly BackgroundWork[];
  /** Runs what belongs to a request: what it starts is the request's own. */
  inRequest<T>(run: () => T): T;
}

interface WatchOptions {
  /** Folder that names of the app's files are relative to. */
  readonly root: string;
  readonly listed: Readonly<Record<string, BackgroundChoice>>;
}

type Run = (...args: unknown[]) => void;
type StartTimer = (run: Run, delay?: number, ...args: unknown[]) => NodeJS.Timeout;
type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;

/** A shorter timeout is over before the app has started. */
const SHORTEST_TIMEOUT_MS = 1_000;
const DRIVER = /[\\/]node_modules[\\/](?:mongodb|mongodb-core)[\\/]/;
const PACKAGE = /^.*[\\/]node_modules[\\/](?<name>(?:@[^\\/]+[\\/])?[^\\/]+)/;

/**
 * Watches the timers and connections that an app starts outside requests, and keeps those from starting that are listed as stopped. The
 * MongoDB driver's own do not count. To be called before the app is loaded.
 */
export function watchBackground({ root, listed }: WatchOptions): BackgroundWatch {
  const requests = new AsyncLocalStorage<true>();
  const found = new Map<object, BackgroundWork>();
  const choices = new Map(Object.entries(listed));

  /** Undefined: the driver's, or a request's. */
  const starterOf = (started: (...args: never[]) => unknown): string | undefined => {
    if (requests.getStore() === true) return undefined;
    const files = callingFiles(started);
    return files.some((file) => DRIVER.test(file)) ? undefined : nameOf(files[0], root);
  };

  const watchTimer = (name: 'setTimeout' | 'setInterval', shortest: number, what: (delay: number) => string): void => {
    const start = globalThis[name] as StartTimer;
    const watched: StartTimer = (run, delay = 1, ...args) => {
      const startedBy = delay < shortest ? undefined : starterOf(watched);
      if (startedBy === undefined) return start(run, delay, ...args);
      const choice = choices.get(startedBy);
      if (choice === 'stopped') return neverRuns(start);
      const timer = start(run, delay, ...args);
      if (choice === undefined) found.set(timer, { startedBy, what: what(delay) });
      return timer;
    };
    const promised: unknown = Reflect.get(start, promisify.custom);
    if (promised !== undefined) Object.assign(watched, { [promisify.custom]: promised });
    Object.assign(globalThis, { [name]: watched });
    Object.assign(timers, { [name]: watched });
  };
  watchTimer('setInterval', 0, (delay) => `runs every ${delay} ms`);
  watchTimer('setTimeout', SHORTEST_TIMEOUT_MS, (delay) => `runs after ${delay} ms`);

  const sockets = net.Socket.prototype as { connect: Connect };
  const { connect } = sockets;
  const watchedConnect: Connect = function (...args) {
    const startedBy = starterOf(watchedConnect);
    const choice = startedBy === undefined ? 'wanted' : choices.get(startedBy);
    // It waits for a connection that never comes, which is what apps are used to.
    if (choice === 'stopped') return this;
    if (startedBy !== undefined && choice === undefined)
      found.set(this, { startedBy, what: `connects to ${connectAddress(args)}` });
    return connect.apply(this, args);
  };
  sockets.connect = watchedConnect;

  return {
    unlisted() {
      const running = [...found].filter(([key]) => !isOver(key)).map(([, work]) => work);
      return [...new Map(running.map((work) => [`${work.startedBy} ${work.what}`, work])).values()];
    },
    inRequest: (run) => requests.run(true, run),
  };
}

function nameOf(file: string | undefined, root: string): string {
  if (file === undefined) return 'node';
  const name = PACKAGE.exec(file)?.groups?.['name'] ?? path.relative(root, file);
  return name.replaceAll(path.sep, '/');
}

/** A timer that callers can keep and clear, and that has ended already. */
function neverRuns(start: StartTimer): NodeJS.Timeout {
  const timer = start(() => undefined, 2 ** 31 - 1);
  clearTimeout(timer);
  return timer;
}

/** Of a timer: it has run or was cleared. Node has no other name for it. */
const isOver = (started: object): boolean => Reflect.get(started, '_destroyed') === true;
