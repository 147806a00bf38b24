import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { BanyanError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import { describeChanges, type Cleared } from './describe-changes';
import { HeldOverrides } from './held';
import { readKillSwitchFile } from './kill-switch-file';
import type { Outcome, Overrides, OverridesOptions } from './overrides';
import { createSnapshotSaver } from './save-snapshot';
import { isFresh, readSnapshot } from './snapshot';
import type { Change, OverrideState } from './state';
import {
  clear,
  KILL_SWITCH_ID,
  raise,
  readCleared,
  readOverrides,
  readRevision,
  routeOverrideId,
  toHistory,
} from './store';
import { boundedEntry, type StoredEntry } from './stored-entry';

const POLL_INTERVAL = 500;
const START_TIMEOUT = 3_000;

/**
 * Follows the overrides: MongoDB every half second, the kill switch file as often, a snapshot file for a start without MongoDB.
 * Resolves once MongoDB has answered or `startTimeout` is over; it never fails, an unknown state is a state.
 */
export async function watchOverrides(options: OverridesOptions, logger: Logger): Promise<Overrides> {
  const {
    db: connect,
    snapshotFile,
    killSwitchFile,
    pollInterval = POLL_INTERVAL,
    startTimeout = START_TIMEOUT,
    now = () => new Date(),
    history,
    onFollowed,
  } = options;
  const held = new HeldOverrides();
  const listeners = new Set<(state: OverrideState) => void>();
  const saver = createSnapshotSaver(snapshotFile, now, logger);
  let state = held.state();
  let fingerprint = fingerprintOf(state);
  let isAway = false;
  /** Who switched off what is about to be published as off, for the log. */
  const clearedBy = new Map<string, Change>();
  let isClosed = false;
  // One operation after the other, so that what was read before a change never replaces what was confirmed after it.
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  const cleared = (): Cleared => ({
    killSwitch: clearedBy.get(KILL_SWITCH_ID),
    routes: new Map(
      [...state.lowered.keys()].flatMap((id) => {
        const change = clearedBy.get(routeOverrideId(id));
        return change === undefined ? [] : [[id, change] as const];
      }),
    ),
  });

  const publish = (): void => {
    const next = held.state();
    const nextFingerprint = fingerprintOf(next);
    const changed = nextFingerprint !== fingerprint;
    saver.save(() => held.snapshot(), { now: changed });
    if (!changed) return;
    const isQuiet = isPlain(state) && isPlain(next);
    const changes = describeChanges(state, next, cleared());
    [state, fingerprint] = [next, nextFingerprint];
    const { known, killSwitch, lowered } = next;
    if (!isQuiet)
      logger.warn({ changes, known, killSwitch, lowered: Object.fromEntries(lowered) }, 'overrides changed');
    clearedBy.clear();
    for (const listener of listeners) listener(next);
  };

  const told = (away: boolean, error?: unknown): void => {
    if (away !== isAway && !isClosed) {
      if (away) logger.warn({ err: error }, 'MongoDB is unavailable; the last known overrides stay in force');
      else logger.info({}, 'MongoDB is available again; overrides are shared');
    }
    isAway = away;
  };

  /** Entries of this proxy that were the first of their kind in MongoDB. */
  const firsts = new WeakSet<StoredEntry>();

  /** Writes what was made here. */
  const writeUnsaved = async (db: Db): Promise<void> => {
    for (const [id, entry] of [...held.unsaved]) {
      if (held.unsaved.get(id) !== entry) continue;
      const change = await raise(db, id, entry);
      held.confirm(id, change.active);
      if (!change.first) continue;
      firsts.add(entry);
      history?.(toHistory(id, change, entry, entry.since));
    }
  };

  /** Never rejects. */
  const synchronise = async (): Promise<void> => {
    if (connect === undefined) return;
    let followed: number | undefined;
    try {
      const db = await connect();
      await writeUnsaved(db);
      const revision = await readRevision(db);
      const shared = await readOverrides(db);
      const gone = [...held.shared.keys()].filter((id) => !shared.has(id));
      for (const [id, change] of await readCleared(db, gone)) clearedBy.set(id, change);
      held.shared = new Map(shared);
      held.at = now();
      held.known = true;
      followed = revision;
      told(false);
    } catch (error) {
      told(true, error);
    }
    publish();
    if (followed !== undefined) onFollowed?.(followed);
  };

  /** Acts here before it returns, and everywhere as soon as it can. */
  const switchOn = async (id: string, given: StoredEntry): Promise<Outcome> => {
    const isNew = !held.has(id);
    const entry = boundedEntry(given);
    if (isNew) {
      held.unsaved.set(id, entry);
      publish();
    }
    if (connect === undefined) return { shared: false, first: isNew };
    await inTurn(synchronise);
    const shared = held.shared.has(id);
    return { shared, first: shared ? firsts.has(entry) : isNew };
  };

  const switchOff = (id: string, change: Change): Promise<Outcome> =>
    inTurn(async () => {
      const withdrawn = held.unsaved.has(id);
      if (connect === undefined || (isAway && withdrawn && !held.shared.has(id))) {
        held.confirm(id, undefined);
        clearedBy.set(id, change);
        publish();
        return { shared: false, first: withdrawn };
      }
      try {
        const at = now();
        const cleared = await clear(await connect(), id, change, at);
        if (cleared.first) history?.(toHistory(id, cleared, change, at));
        held.confirm(id, undefined);
        clearedBy.set(id, change);
        told(false);
        publish();
        return { shared: true, first: cleared.first || withdrawn };
      } catch (cause) {
        told(true, cause);
        throw new BanyanError(
          'MongoDB is unavailable, so the other proxies would not follow; nothing was changed. Try again later',
          { code: 'overrides_unreachable', statusCode: 503, cause },
        );
      }
    });

  const lookAtFile = async (): Promise<void> => {
    if (killSwitchFile === undefined) return;
    const found = await readKillSwitchFile(killSwitchFile);
    if (isClosed || found.kind === 'unclear' || (found.kind === 'present') === (held.file !== undefined)) return;
    const entry =
      found.kind === 'present' ? boundedEntry({ by: 'kill switch file', why: found.why, since: now() }) : undefined;
    held.setFile(entry, { share: connect !== undefined });
    publish();
    if (entry !== undefined) void inTurn(synchronise);
  };

  const restore = async (): Promise<void> => {
    if (snapshotFile === undefined) return;
    try {
      const snapshot = await readSnapshot(snapshotFile);
      if (snapshot === undefined) return;
      held.restore(snapshot);
      held.known = isFresh(snapshot, now());
    } catch (error) {
      logger.error({ err: error, file: snapshotFile }, 'cannot use the snapshot of the overrides');
    }
  };

  /** Calls again and again, `pollInterval` after the end of each call. */
  const repeat = async (work: () => Promise<unknown>, signal: AbortSignal): Promise<void> => {
    const paused = () => delay(pollInterval, true, { signal }).catch(() => false);
    while (await paused()) await work();
  };

  await restore();
  if (connect === undefined) {
    held.known = true;
    logger.info({}, 'overrides apply to this proxy only: MONGODB_URI is not set');
  }
  publish();
  // Looked at before anything is answered, and on its own: it must not wait for a database that is away.
  await lookAtFile();
  await within(startTimeout, inTurn(synchronise));
  if (!held.known) logger.error({}, 'overrides are unknown: listed routes stay on legacy until MongoDB answers');

  const stopping = new AbortController();
  const loops = [repeat(lookAtFile, stopping.signal), repeat(() => inTurn(synchronise), stopping.signal)];

  return {
    current: () => state,
    lower: (routeId, { by, why, kind = 'manual', evidence }) =>
      switchOn(routeOverrideId(routeId), {
        by,
        why,
        since: now(),
        kind,
        ...(evidence !== undefined && { evidence }),
      }),
    resume: (routeId, change) => switchOff(routeOverrideId(routeId), change),
    async setKillSwitch(on, change) {
      if (on) return switchOn(KILL_SWITCH_ID, { ...change, since: now() });
      if (held.file !== undefined)
        throw new BanyanError(`The kill switch is held on by ${killSwitchFile ?? 'a file'}. Delete it, then retry`, {
          code: 'kill_switch_file',
          statusCode: 409,
        });
      return switchOff(KILL_SWITCH_ID, change);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    lastSeen: () => held.at,
    async close() {
      isClosed = true;
      stopping.abort();
      await Promise.all(loops);
      await turn;
      await saver.close();
    },
  };
}

function fingerprintOf({ known, killSwitch, lowered }: OverrideState): string {
  return JSON.stringify([known, killSwitch, [...lowered].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(limit, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

function isPlain({ killSwitch, lowered }: OverrideState): boolean {
  return killSwitch === undefined && lowered.size === 0;
}
