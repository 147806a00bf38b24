import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { Logger } from '../../shared/logger';
import { packageVersion } from '../../shared/own-package';
import { createHeartbeatIndex, removeHeartbeat, writeHeartbeat } from './heartbeat';

export interface Heart {
  /** Of its heartbeat: of this process. */
  readonly id: string;
  /** The overrides in force here are those of this revision. */
  follow(revision: number): void;
  /** Beats from now on: the proxy listens. */
  start(port: number): void;
  /** The last beat; then others no longer expect this proxy to follow. */
  close(): Promise<void>;
}

export interface HeartOptions {
  readonly db: () => Promise<Db>;
  readonly name: string;
  readonly builds: { readonly legacy: string; readonly lambda: string };
  /** Digest of the route table in force. */
  readonly routes: () => string;
  /** ms between beats when nothing changes; default 2 s. A change is written at once. */
  readonly interval?: number;
}

const INTERVAL = 2_000;
/** ms that the end of a proxy may wait for the database. */
const FAREWELL = 1_000;

/** The heart of one proxy. Beats never fail: while MongoDB is unavailable there are none, which is what the others see. */
export function createHeart({ db, name, builds, routes, interval = INTERVAL }: HeartOptions, logger: Logger): Heart {
  const id = randomUUID();
  let revision: number | null = null;
  /** Others know of this proxy. */
  let isSeen = false;
  let isFaulty = false;
  let isStopping = false;
  let wake = new AbortController();
  let loop: Promise<void> | undefined;

  const beat = async (port: number): Promise<void> => {
    try {
      const database = await db();
      const first = !isSeen;
      if (first) await createHeartbeatIndex(database);
      const self = { host: hostname(), port, version: packageVersion(), uptime: Math.round(process.uptime()) };
      await writeHeartbeat(database, { _id: id, name, ...self, revision, routes: routes(), builds }, { first });
      isSeen = true;
      isFaulty = false;
    } catch (error) {
      if (!isFaulty)
        logger.warn({ err: error }, 'cannot write heartbeat; commands will report that this proxy does not follow');
      isFaulty = true;
    }
  };

  const run = async (port: number): Promise<void> => {
    while (!isStopping) {
      // Before the beat: what changes during it is written by the next one, at once.
      wake = new AbortController();
      await beat(port);
      await delay(interval, undefined, { signal: wake.signal }).catch(() => undefined);
    }
  };

  return {
    id,
    follow(next) {
      if (next === revision) return;
      revision = next;
      wake.abort();
    },
    start(port) {
      loop ??= run(port);
    },
    async close() {
      isStopping = true;
      wake.abort();
      await loop;
      if (!isSeen) return;
      const leave = db().then((database) => removeHeartbeat(database, id));
      await Promise.race([leave.catch(() => undefined), delay(FAREWELL, undefined, { ref: false })]);
    },
  };
}
