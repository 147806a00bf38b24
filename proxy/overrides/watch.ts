import { setTimeout as delay } from 'node:timers/promises';
import { BanyanError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import { createChanges } from './changes';
import { HeldOverrides } from './held';
import { readKillSwitchFile } from './kill-switch-file';
import type { Overrides, OverridesOptions } from './overrides';
import { PublishedOverrides } from './published-overrides';
import { createSnapshotSaver } from './save-snapshot';
import { SharedOverrides } from './shared-overrides';
import { isFresh, NOT_A_SNAPSHOT, readSnapshot } from './snapshot';
import { boundedEntry } from './stored-entry';
import { Turns } from './turns';

const POLL_INTERVAL = 500;
const START_TIMEOUT = 3_000;

/** Follows MongoDB and the kill switch file twice a second. Resolves once MongoDB answers or `startTimeout` is over; never fails. */
export async function watchOverrides(options: OverridesOptions, logger: Logger): Promise<Overrides> {
  const {
    db: connect,
    killSwitchFile,
    pollInterval = POLL_INTERVAL,
    startTimeout = START_TIMEOUT,
    now = () => new Date(),
  } = options;
  const held = new HeldOverrides();
  const saver = createSnapshotSaver(options.snapshotFile, now, logger);
  const published = new PublishedOverrides(held, saver, logger);
  const shared = connect && new SharedOverrides({ ...options, connect, held, published, now, logger });
  const turns = new Turns();
  const synchronise = (): Promise<void> => turns.run(async () => shared?.synchronise());
  const stopping = new AbortController();

  const lookAtFile = async (): Promise<void> => {
    if (killSwitchFile === undefined) return;
    const found = await readKillSwitchFile(killSwitchFile);
    const isHeld = held.file !== undefined;
    if (stopping.signal.aborted || found.kind === 'unclear' || (found.kind === 'present') === isHeld) return;
    const entry =
      found.kind === 'present' ? boundedEntry({ by: 'kill switch file', why: found.why, since: now() }) : undefined;
    held.setFile(entry, { share: shared !== undefined });
    published.publish();
    if (entry !== undefined) void synchronise();
  };

  if (!(await restoreSnapshot(options.snapshotFile, { held, now, logger }))) saver.leaveAlone();
  if (shared === undefined) {
    held.known = true;
    logger.info({}, 'overrides apply to this proxy only: MONGODB_URI is not set');
  }
  published.publish();
  // Looked at before anything is answered, and on its own: it must not wait for an unavailable database.
  await lookAtFile();
  await within(startTimeout, synchronise());
  if (!held.known) logger.error({}, 'overrides are unknown: listed routes stay on legacy until MongoDB answers');

  const loops = [lookAtFile, synchronise].map((work) => repeat(work, pollInterval, stopping.signal));
  const changes = createChanges({ held, published, shared, turns, killSwitchFile, now });
  return {
    ...changes,
    current: () => published.current(),
    onChange: (listener) => published.onChange(listener),
    lastSeen: () => held.at,
    async close() {
      stopping.abort();
      shared?.close();
      await Promise.all(loops);
      await turns.settled();
      await saver.close();
    },
  };
}

/** Goes on from the last known state; one that is too old is not `known`. Returns false for a file of something else, which is not to be replaced. */
async function restoreSnapshot(
  file: string | undefined,
  { held, now, logger }: { readonly held: HeldOverrides; readonly now: () => Date; readonly logger: Logger },
): Promise<boolean> {
  if (file === undefined) return true;
  try {
    const snapshot = await readSnapshot(file);
    if (snapshot === undefined) return true;
    held.restore(snapshot);
    held.known = isFresh(snapshot, now());
    return true;
  } catch (error) {
    const isForeign = error instanceof BanyanError && error.code === NOT_A_SNAPSHOT;
    const message = isForeign
      ? 'OVERRIDES_FILE was not written by banyan, so it is left alone and nothing is saved. Name another file'
      : 'cannot use the snapshot of the overrides';
    logger.error({ err: error, file }, message);
    return !isForeign;
  }
}

/** Calls again and again, `interval` ms after the end of each call, until the signal. */
async function repeat(work: () => Promise<unknown>, interval: number, signal: AbortSignal): Promise<void> {
  const paused = () => delay(interval, true, { signal }).catch(() => false);
  while (await paused()) await work();
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(limit, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
